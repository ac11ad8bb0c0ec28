// What a file's new bytes are made into: units of records and facts, and their counts.

import type { FileHint, LineParser, ParsedUnit, ParserState, RecordFact } from '../parsers/parser.ts';
import type { FileRow } from '../store/index.ts';
import { frameLine } from './frame.ts';

/** Names of unknown types that are counted apart, for each file. */
const MAX_UNKNOWN_TYPES = 200;

/** The units of a batch as they are made, and their counts. */
export class UnitWork {
  readonly units: ParsedUnit[] = [];
  private records = 0;
  private rejected = 0;
  private readonly unknownTypes: Record<string, number>;
  private readonly maxTextBytes: number;

  constructor(row: FileRow, maxTextBytes: number) {
    this.unknownTypes = { ...row.unknownTypes };
    this.maxTextBytes = maxTextBytes;
  }

  addLine(bytes: Buffer, offset: number, line: number, parser: LineParser, state: ParserState, hint: FileHint): void {
    if (bytes.length > this.maxTextBytes) {
      this.add(rejectedUnit({ line, offset, length: bytes.length }, 'a line over 480 MB'));
      return;
    }
    for (const framed of frameLine(bytes, offset, line)) {
      if (framed.kind === 'rejected') this.add(rejectedUnit(framed.at, framed.why));
      else {
        const { at, value } = framed;
        const own = bytes.subarray(at.offset - offset, at.offset - offset + at.length);
        this.add(parseSafely(() => parser.parse(state, value, at, hint, own), at));
      }
    }
  }

  add(unit: ParsedUnit): void {
    this.units.push(unit);
    for (const record of unit.records) {
      this.records += 1;
      if (record.rejected !== undefined) this.rejected += 1;
      else if (!record.known) this.countUnknown(record.type);
    }
  }

  private countUnknown(type: string): void {
    const isFull = Object.keys(this.unknownTypes).length >= MAX_UNKNOWN_TYPES;
    const name = isFull && this.unknownTypes[type] === undefined ? 'other' : type;
    this.unknownTypes[name] = (this.unknownTypes[name] ?? 0) + 1;
  }

  countedInto(row: FileRow): FileRow {
    return {
      ...row,
      records: row.records + this.records,
      rejected: row.rejected + this.rejected,
      unknownTypes: this.unknownTypes,
    };
  }
}

/** Parsers do not throw; if one does after all, the record is rejected and the file goes on. */
export function parseSafely(parse: () => ParsedUnit, at: RecordFact['at']): ParsedUnit {
  try {
    return parse();
  } catch (thrown) {
    return rejectedUnit(at, `its parser failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

function rejectedUnit(at: RecordFact['at'], why: string): ParsedUnit {
  return { records: [{ at, type: 'unreadable', known: false, timeUs: null, rejected: why }], facts: [] };
}
