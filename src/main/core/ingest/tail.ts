// One file, read from where reading stopped.
//
// Contract: gives the new bytes, whole lines only, with everything made from them, as one Batch; the batch says how far
// the file is read once it commits. Bytes before the offset are never parsed again while the file is the same file.
// A last line without its end waits, unless `settled` says that nobody is writing: then it is taken if it is whole JSON.
// What cannot be read is part of the batch as a rejected record. Never throws for what stands in a file.

import type {
  DocumentParser,
  FileHint,
  LineParser,
  ParsedUnit,
  Parser,
  ParserState,
  Recognition,
  RecordFact,
  Sample,
} from '../parsers/parser.ts';
import type { Batch, FileRow, StoreWriter } from '../store/index.ts';
import { namesBeside, OpenFile } from './disk.ts';
import { frameLine } from './frame.ts';
import { packRaw } from './raw-pieces.ts';

export interface Recogniser {
  recognise(
    sample: Sample,
    hint: FileHint,
  ): { readonly parser: Parser; readonly recognition: Recognition } | 'more' | undefined;
  byId(id: string): Parser | undefined;
}

export interface StepResult {
  readonly batch: Batch | undefined;
  /** More can be read at once. */
  readonly more: boolean;
  /** Something unfinished stands at the end: look again when it has been quiet for a while. */
  readonly waits: boolean;
}

const NOTHING: StepResult = { batch: undefined, more: false, waits: false };

const CHUNK_BYTES = 1024 * 1024;
const STEP_BYTES = 8 * 1024 * 1024;
const SAMPLE_BYTES = 1024 * 1024;
const SAMPLE_VALUES = 200;
const SAMPLE_TEXT = 64 * 1024;
const MARK_BYTES = 64;
/** Beyond this V8 has no string for a line or a document. */
const MAX_TEXT_BYTES = 480 * 1024 * 1024;
const LF = 10;

export class Tail {
  row: FileRow;
  private readonly root: string;
  private readonly store: StoreWriter;
  private readonly recogniser: Recogniser;
  /** The parser's memory as of `row`, so that it need not be read back for each line. */
  private state: ParserState | undefined;
  /** Bytes after the offset that were read already and hold no end of line. */
  private carry: Buffer[] = [];

  constructor(row: FileRow, root: string, store: StoreWriter, recogniser: Recogniser) {
    this.row = row;
    this.root = root;
    this.store = store;
    this.recogniser = recogniser;
  }

  /** Reads on. Throws the system's error where the file cannot be opened or read. */
  async step(settled: boolean): Promise<StepResult> {
    const file = new OpenFile(this.root, this.row.relPath);
    try {
      this.checkIdentity(file);
      const known = this.row.parser === null ? undefined : this.recogniser.byId(this.row.parser);
      const hint: FileHint = {
        relPath: this.row.relPath,
        modifiedUs: file.found.modifiedUs,
        // A line parser asks for its neighbours once, when it begins.
        siblings: known?.unit === 'line' ? [] : namesBeside(this.root, this.row.relPath),
      };
      const parser =
        this.row.parser === null ? this.recogniseFile(file, hint, settled) : this.recogniser.byId(this.row.parser);
      if (!parser) return { ...NOTHING, waits: this.row.state === 'unrecognised' && file.found.size > 0 };
      return parser.unit === 'line'
        ? await this.readLines(file, parser, hint, settled)
        : await this.readDocument(file, parser, hint, settled);
    } finally {
      file.close();
    }
  }

  /** The batch has committed. */
  committed(batch: Batch): void {
    this.row = batch.file;
  }

  /** The batch has not committed: what was kept in memory may be ahead of the store. */
  forget(): void {
    this.state = undefined;
    this.carry = [];
  }

  /** A file that is shorter than what was read, or whose bytes around it differ, is another file under the same name. */
  private checkIdentity(file: OpenFile): void {
    const { row } = this;
    const parser = row.parser === null ? undefined : this.recogniser.byId(row.parser);
    if (parser && parser.version !== row.parserVersion && row.offset > 0) {
      this.beginAnew(true);
      return;
    }
    if (row.offset === 0 || parser?.unit === 'document') return;
    const same =
      file.found.size >= row.offset &&
      (row.head === null || file.read(0, row.head.length).equals(row.head)) &&
      (row.tail === null || file.read(row.offset - row.tail.length, row.tail.length).equals(row.tail));
    if (!same) this.beginAnew(false);
  }

  private beginAnew(derivedToo: boolean): void {
    this.forget();
    this.row = this.store.beginGeneration({ ...this.row, parser: null }, derivedToo);
  }

  private recogniseFile(file: OpenFile, hint: FileHint, settled: boolean): Parser | undefined {
    const { found } = file;
    let bytes = file.read(0, Math.min(found.size, SAMPLE_BYTES));
    // A first line of many megabytes (a pasted image) is no reason not to know the file.
    for (
      let size = SAMPLE_BYTES * 8;
      !bytes.includes(LF) && bytes.length < found.size && size <= MAX_TEXT_BYTES;
      size *= 8
    ) {
      bytes = file.read(0, Math.min(found.size, size));
    }
    const sample = sampleOf(bytes, bytes.length >= found.size);
    const result = this.recogniser.recognise(sample, hint);
    if (result === undefined || result === 'more') {
      const reason =
        result === 'more' && !(settled && sample.complete)
          ? 'too little is written to tell its format'
          : found.size === 0
            ? 'empty'
            : 'no known format';
      this.row = {
        ...this.row,
        state: 'unrecognised',
        reason,
        size: found.size,
        modifiedUs: found.modifiedUs,
        inode: found.inode,
      };
      this.store.saveFile(this.row);
      return undefined;
    }
    const { parser, recognition } = result;
    this.state = parser.unit === 'line' ? parser.begin(recognition, hint) : undefined;
    this.row = {
      ...this.row,
      parser: parser.id,
      parserVersion: parser.version,
      agent: recognition.agent,
      nativeSession: recognition.session,
      main: recognition.main,
      parserState: this.state ? JSON.stringify(this.state) : null,
      state: 'reading',
      reason: null,
    };
    return parser;
  }

  private async readLines(file: OpenFile, parser: LineParser, hint: FileHint, settled: boolean): Promise<StepResult> {
    const { bytes, atEnd } = this.readOn(file);
    let end = bytes.lastIndexOf(LF) + 1;
    const whole = end;
    const rest = bytes.subarray(end);
    const takeRest = settled && atEnd && rest.length > 0 && isWhole(rest, this.row.offset + end);
    if (takeRest) end = bytes.length;
    this.carry = takeRest || rest.length === 0 ? [] : [rest];
    if (end === 0) {
      this.noteSize(file);
      return { batch: undefined, more: !atEnd, waits: rest.length > 0 };
    }
    const taken = bytes.subarray(0, end);
    const packing = packRaw(taken, this.row.offset);
    const state = this.currentState();
    const work = new UnitWork(this.row);
    let line = this.row.midLine ? this.row.line - 1 : this.row.line;
    for (let from = 0; from < end;) {
      const lf = from < whole ? bytes.indexOf(LF, from) : -1;
      const to = lf === -1 ? end : lf;
      line += 1;
      work.addLine(bytes.subarray(from, to), this.row.offset + from, line, parser, state, hint);
      from = to + 1;
    }
    const batch: Batch = {
      file: {
        ...work.countedInto(this.row),
        ...marks(this.row, taken),
        offset: this.row.offset + end,
        line,
        midLine: takeRest,
        parserState: JSON.stringify(state),
        size: file.found.size,
        modifiedUs: file.found.modifiedUs,
        inode: file.found.inode,
        state: atEnd ? 'current' : 'reading',
        reason: null,
      },
      raw: await packing,
      units: work.units,
      replace: false,
    };
    return { batch, more: !atEnd, waits: this.carry.length > 0 };
  }

  /** Bytes from the offset on: at least one whole line where there is one, else all that is there. */
  private readOn(file: OpenFile): { readonly bytes: Buffer; readonly atEnd: boolean } {
    const chunks = [...this.carry];
    let length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    let hasEnd = false;
    for (;;) {
      const chunk = file.read(this.row.offset + length, CHUNK_BYTES);
      chunks.push(chunk);
      length += chunk.length;
      hasEnd ||= chunk.includes(LF);
      const atEnd = chunk.length < CHUNK_BYTES;
      if (atEnd || (hasEnd && length >= STEP_BYTES))
        return { bytes: chunks.length === 1 ? chunk : Buffer.concat(chunks), atEnd };
    }
  }

  private currentState(): ParserState {
    this.state ??= JSON.parse(this.row.parserState ?? '{}') as ParserState;
    return this.state;
  }

  /** Nothing to take, but the file was seen at this size. */
  private noteSize(file: OpenFile): void {
    const { size, modifiedUs, inode } = file.found;
    if (this.row.size === size && this.row.modifiedUs === modifiedUs && this.row.state === 'current') return;
    this.row = { ...this.row, size, modifiedUs, inode, state: 'current', reason: null };
    this.store.saveFile(this.row);
  }

  private async readDocument(
    file: OpenFile,
    parser: DocumentParser,
    hint: FileHint,
    settled: boolean,
  ): Promise<StepResult> {
    const { found } = file;
    const { row } = this;
    const unchanged = row.offset > 0 && row.size === found.size && row.modifiedUs === found.modifiedUs;
    if (unchanged) return NOTHING;
    if (found.size > MAX_TEXT_BYTES) {
      this.row = {
        ...row,
        state: 'unreadable',
        reason: 'a JSON document over 480 MB; JSON Lines may be larger',
        size: found.size,
        modifiedUs: found.modifiedUs,
      };
      this.store.saveFile(this.row);
      return NOTHING;
    }
    const bytes = file.read(0, found.size);
    const recognition: Recognition = { agent: row.agent ?? 'unknown', session: row.nativeSession, main: row.main };
    const unit = parseSafely(() => parser.parseDocument(bytes, hint, recognition), {
      line: 1,
      offset: 0,
      length: bytes.length,
    });
    const isWholeDocument = unit.facts.length > 0 || unit.records.every(record => record.rejected === undefined);
    if (!isWholeDocument && (row.offset > 0 || !settled)) return { ...NOTHING, waits: true };
    if (row.offset > 0) this.row = this.store.beginGeneration(row, false);
    const work = new UnitWork(this.row);
    work.add(unit);
    const batch: Batch = {
      file: {
        ...work.countedInto(this.row),
        ...marks(this.row, bytes),
        offset: bytes.length,
        line: countLines(bytes),
        size: found.size,
        modifiedUs: found.modifiedUs,
        inode: found.inode,
        state: 'current',
        reason: null,
      },
      raw: await packRaw(bytes, 0),
      units: work.units,
      replace: true,
    };
    return { batch, more: false, waits: false };
  }
}

/** The units of a batch as they are made, and their counts. */
class UnitWork {
  readonly units: ParsedUnit[] = [];
  private records = 0;
  private rejected = 0;
  private readonly unknownTypes: Record<string, number>;

  constructor(row: FileRow) {
    this.unknownTypes = { ...row.unknownTypes };
  }

  addLine(bytes: Buffer, offset: number, line: number, parser: LineParser, state: ParserState, hint: FileHint): void {
    if (bytes.length > MAX_TEXT_BYTES) {
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
      else if (!record.known) this.unknownTypes[record.type] = (this.unknownTypes[record.type] ?? 0) + 1;
    }
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
function parseSafely(parse: () => ParsedUnit, at: RecordFact['at']): ParsedUnit {
  try {
    return parse();
  } catch (thrown) {
    return rejectedUnit(at, `its parser failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

function rejectedUnit(at: RecordFact['at'], why: string): ParsedUnit {
  return { records: [{ at, type: 'unreadable', known: false, timeUs: null, rejected: why }], facts: [] };
}

function isWhole(bytes: Buffer, offset: number): boolean {
  const last = bytes.toString('latin1').trimEnd().at(-1);
  if (last !== '}' && last !== ']') return false;
  if (bytes.length > MAX_TEXT_BYTES) return false;
  return frameLine(bytes, offset, 1).every(framed => framed.kind === 'value');
}

/** The first and last bytes that were read: by them the file is known again. */
function marks(row: FileRow, taken: Buffer): { readonly head: Uint8Array; readonly tail: Uint8Array } {
  const head =
    row.head && row.head.length >= MARK_BYTES
      ? row.head
      : Buffer.concat([row.head ?? Buffer.alloc(0), taken]).subarray(0, MARK_BYTES);
  const last = taken.length >= MARK_BYTES ? taken : Buffer.concat([row.tail ?? Buffer.alloc(0), taken]);
  return { head: Buffer.from(head), tail: Buffer.from(last.subarray(-MARK_BYTES)) };
}

function sampleOf(bytes: Buffer, complete: boolean): Sample {
  const values: unknown[] = [];
  let from = 0;
  for (let line = 1; from < bytes.length && values.length < SAMPLE_VALUES; line += 1) {
    const lf = bytes.indexOf(LF, from);
    if (lf === -1 && !complete) break;
    const to = lf === -1 ? bytes.length : lf;
    for (const framed of frameLine(bytes.subarray(from, to), from, line))
      if (framed.kind === 'value') values.push(framed.value);
    from = to + 1;
  }
  const text = bytes.subarray(0, SAMPLE_TEXT).toString('utf8');
  return { values, text: text.startsWith('\uFEFF') ? text.slice(1) : text, complete };
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) lines += 1;
  return bytes.length > 0 && bytes[bytes.length - 1] !== LF ? lines + 1 : lines;
}
