// Runs a parser over the bytes of a file as the ingest does: framed lines, in one go or over any appends. Between two
// appends the parser's state goes through JSON text, as it does in the store.

import { frameLine } from '../../src/main/core/ingest/frame.ts';
import type {
  DocumentParser,
  Fact,
  FileHint,
  LineParser,
  LinePosition,
  Parser,
  ParsedUnit,
  ParserState,
  Recognition,
  RecordFact,
  Sample,
} from '../../src/main/core/parsers/parser.ts';

const LF = 0x0a;
const SAMPLE_VALUES = 200;
const SAMPLE_BYTES = 1_000_000;

export interface ReadResult {
  readonly recognition: Recognition;
  /** In the order of the file; lines that are not JSON stand among them with `rejected`. */
  readonly records: readonly RecordFact[];
  readonly facts: readonly Fact[];
  readonly units: readonly ParsedUnit[];
  readonly state: ParserState;
}

export const noHint: FileHint = { relPath: 'file.jsonl', modifiedUs: null, siblings: ['file.jsonl'] };

/** A hint for a file of which only the path matters. */
export function hintOf(relPath: string, siblings: readonly string[] = []): FileHint {
  const name = relPath.slice(relPath.lastIndexOf('/') + 1);
  return { relPath, modifiedUs: null, siblings: [...new Set([...siblings, name])].sort() };
}

/** The start of a file as a parser's `recognise` sees it. */
export function sampleOf(bytes: Uint8Array): Sample {
  const values: unknown[] = [];
  let line = 0;
  let from = 0;
  while (from < bytes.length && values.length < SAMPLE_VALUES && from < SAMPLE_BYTES) {
    const to = bytes.indexOf(LF, from);
    const end = to < 0 ? bytes.length : to;
    line += 1;
    for (const framed of frameLine(bytes.subarray(from, end), from, line))
      if (framed.kind === 'value') values.push(framed.value);
    from = end + 1;
  }
  const text = new TextDecoder().decode(bytes.subarray(0, 64 * 1024));
  return { values, text, complete: from >= bytes.length };
}

/** What the parser makes of the file. Throws where it does not claim it: a test that reads a file says whose it is. */
export function recogniseBytes(parser: Parser, bytes: Uint8Array, hint: FileHint): Recognition {
  const recognition = parser.recognise(sampleOf(bytes), hint);
  if (recognition === undefined || recognition === 'more')
    throw new Error(`${parser.id} does not claim ${hint.relPath}: ${recognition ?? 'not its format'}`);
  return recognition;
}

/**
 * Reads a whole file of lines. `cuts` are byte offsets at which the file ended for a while, in any order: what stands
 * before a cut is read first, up to its last LF, and the state is written out and read back. A last line without LF is
 * read at the end.
 */
export function readLines(
  parser: LineParser,
  bytes: Uint8Array,
  hint: FileHint = noHint,
  cuts: readonly number[] = [],
): ReadResult {
  const recognition = recogniseBytes(parser, bytes, hint);
  let state = parser.begin(recognition, hint);
  const units: ParsedUnit[] = [];
  let from = 0;
  let line = 0;

  const readLine = (end: number): void => {
    line += 1;
    for (const framed of frameLine(bytes.subarray(from, end), from, line))
      units.push(
        framed.kind === 'value'
          ? parser.parse(state, framed.value, framed.at, hint, bytesAt(bytes, framed.at))
          : {
              records: [{ at: framed.at, type: 'rejected', known: false, timeUs: null, rejected: framed.why }],
              facts: [],
            },
      );
    from = end + 1;
  };

  const ends = [...cuts.filter(cut => cut > 0 && cut < bytes.length).sort((a, b) => a - b), bytes.length];
  for (const end of ends) {
    for (let lf = bytes.indexOf(LF, from); lf >= 0 && lf < end; lf = bytes.indexOf(LF, from)) readLine(lf);
    state = throughJson(state);
  }
  if (from < bytes.length) readLine(bytes.length);
  return { recognition, ...gather(units), units, state };
}

/** Reads a file that is one document. */
export function readDocument(parser: DocumentParser, bytes: Uint8Array, hint: FileHint = noHint): ReadResult {
  const recognition = recogniseBytes(parser, bytes, hint);
  const units = [parser.parseDocument(bytes, hint, recognition)];
  return { recognition, ...gather(units), units, state: {} };
}

function bytesAt(bytes: Uint8Array, at: LinePosition): Uint8Array {
  return bytes.subarray(at.offset, at.offset + at.length);
}

/** Bytes of JSON Lines with these values. */
export function linesOf(...values: readonly unknown[]): Uint8Array {
  return new TextEncoder().encode(values.map(value => `${JSON.stringify(value)}\n`).join(''));
}

function gather(units: readonly ParsedUnit[]): { records: readonly RecordFact[]; facts: readonly Fact[] } {
  return { records: units.flatMap(unit => unit.records), facts: units.flatMap(unit => unit.facts) };
}

function throughJson(state: ParserState): ParserState {
  return JSON.parse(JSON.stringify(state)) as ParserState;
}
