// One file, read from where reading stopped.
//
// Contract: gives the new bytes, whole lines only, with everything made from them, as one Batch; the batch says how far
// the file is read once it commits. Bytes before the offset are never parsed again while the file is the same file.
// A last line without its end waits, unless `settled` says that nobody is writing: then it is taken if it is whole JSON.
// What cannot be read is part of the batch as a rejected record. Never throws for what stands in a file.

import { PlayheadError } from '../../../shared/base/errors.ts';
import type {
  DocumentParser,
  FileHint,
  LineParser,
  Parser,
  ParserState,
  Recognition,
  Sample,
} from '../parsers/parser.ts';
import type { Batch, FileRow, StoreWriter } from '../store/index.ts';
import { Carry } from './carry.ts';
import { type FoundFile, namesBeside, OpenFile } from './disk.ts';
import { endsLikeJson, frameLine } from './frame.ts';
import { packRaw } from './raw-pieces.ts';
import { sampleOf } from './sample.ts';
import { parseSafely, UnitWork } from './unit-work.ts';

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

const STEP_BYTES = 8 * 1024 * 1024;
const MARK_BYTES = 64;
/** Beyond this V8 has no string for a line or a document. */
const MAX_TEXT_BYTES = 480 * 1024 * 1024;
/** An unfinished line longer than this is read again rather than kept in memory when nothing comes for a while. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;
const LF = 10;

export class Tail {
  row: FileRow;
  private readonly root: string;
  private readonly store: StoreWriter;
  private readonly recogniser: Recogniser;
  private readonly maxTextBytes: number;
  /** The parser's memory as of `row`, so that it need not be read back for each line. */
  private state: ParserState | undefined;
  /** What stands after the offset; between two steps no line ends in it. */
  private readonly carry = new Carry();
  /** No parser claims as much of the file as is ever looked at. */
  private isRefused = false;

  constructor(
    row: FileRow,
    root: string,
    store: StoreWriter,
    recogniser: Recogniser,
    maxTextBytes: number = MAX_TEXT_BYTES,
  ) {
    this.row = row;
    this.root = root;
    this.store = store;
    this.recogniser = recogniser;
    this.maxTextBytes = maxTextBytes;
  }

  /** True when the parser that read it makes other facts today. */
  get isOutdated(): boolean {
    const parser = this.row.parser === null ? undefined : this.recogniser.byId(this.row.parser);
    return parser !== undefined && parser.version !== this.row.parserVersion;
  }

  /** True when the file under this name begins with what was read, as after a renaming. */
  isAt(relPath: string): boolean {
    if (this.row.offset === 0) return false;
    try {
      const file = new OpenFile(this.root, relPath);
      try {
        return file.found.size >= this.row.offset && this.marksStand(file);
      } finally {
        file.close();
      }
    } catch {
      return false;
    }
  }

  /** Reads on. Throws the system's error where the file cannot be opened or read. */
  async step(settled: boolean): Promise<StepResult> {
    const file = new OpenFile(this.root, this.row.relPath);
    try {
      await this.identify(file);
      const known = this.row.parser === null ? undefined : this.recogniser.byId(this.row.parser);
      if (this.row.parser !== null && !known)
        return this.standAside(file, `its format, ${this.row.parser}, is not known here`);
      if (known?.unit === 'document') return await this.readDocument(file, known, settled);
      const hint: FileHint = {
        relPath: this.row.relPath,
        modifiedUs: file.found.modifiedUs,
        // A line parser asks for its neighbours once, when it begins.
        siblings: known ? [] : namesBeside(this.root, this.row.relPath),
      };
      if (this.isRefused) return this.standAside(file, 'no known format');
      const atEnd = this.carry.readOn(file, this.row.offset, STEP_BYTES, this.maxTextBytes);
      const parser = known ?? this.recogniseFile(file, atEnd, hint, settled);
      if (!parser) return { ...NOTHING, waits: !settled && file.found.size > 0 };
      return parser.unit === 'line'
        ? await this.takeLines(file, parser, atEnd, hint, settled)
        : await this.readDocument(file, parser, settled);
    } finally {
      file.close();
    }
  }

  /** The batch has committed. */
  committed(batch: Batch): void {
    this.row = batch.file;
  }

  /** What is kept in memory may be ahead of the store, or behind the file: it is read again. */
  forget(): void {
    this.state = undefined;
    this.isRefused = false;
    this.carry.drop();
  }

  /**
   * Begins the file anew where it is another one under the same name: shorter than what was read, or with other bytes.
   * A file that grew in place is told by its first bytes and those before the offset; one that did not grow but was
   * written, or that took another's place, is compared with all that was archived of it.
   */
  private async identify(file: OpenFile): Promise<void> {
    const { row } = this;
    const { found } = file;
    if (this.isOutdated && row.offset > 0) {
      this.forget();
      this.row = this.store.beginGeneration({ ...row, parser: null }, true);
      return;
    }
    const isInPlace = row.inode === null || row.inode === found.inode;
    if (isInPlace && row.size === found.size && row.modifiedUs === found.modifiedUs) return;
    if (!isInPlace || found.size < Math.max(row.size, row.offset + this.carry.size) || !this.carryStands(file))
      this.forget();
    const isDocument = row.parser !== null && this.recogniser.byId(row.parser)?.unit === 'document';
    if (row.offset === 0 || isDocument) return;
    const same =
      found.size >= row.offset &&
      (isInPlace && found.size > row.size ? this.marksStand(file) : await this.allStands(file));
    if (same) return;
    this.forget();
    this.row = this.store.beginGeneration({ ...row, parser: null }, false);
  }

  private marksStand(file: OpenFile): boolean {
    const { head, tail, offset } = this.row;
    return (
      (head === null || file.read(0, head.length).equals(head)) &&
      (tail === null || file.read(offset - tail.length, tail.length).equals(tail))
    );
  }

  private carryStands(file: OpenFile): boolean {
    const last = this.carry.last(MARK_BYTES);
    return file.read(this.row.offset + this.carry.size - last.length, last.length).equals(last);
  }

  /** Compares everything that was read with what stands there now. An archive that lost bytes is made again. */
  private async allStands(file: OpenFile): Promise<boolean> {
    try {
      for (const { start, bytes } of this.store.archivedBlocks(this.row)) {
        if (!file.read(start, bytes.length).equals(bytes)) return false;
        await new Promise(resolve => setImmediate(resolve));
      }
      return true;
    } catch (thrown) {
      if (thrown instanceof PlayheadError && thrown.code === 'unreadable') return false;
      throw thrown;
    }
  }

  /** Nothing can be made of the file as it is. */
  private standAside(file: OpenFile, reason: string): StepResult {
    this.carry.drop();
    this.save({ ...this.row, ...seen(this.row, file.found), state: 'unrecognised', reason });
    return NOTHING;
  }

  private save(row: FileRow): void {
    this.row = row;
    this.store.saveFile(row);
  }

  private recogniseFile(file: OpenFile, atEnd: boolean, hint: FileHint, settled: boolean): Parser | undefined {
    const { found } = file;
    // A line that goes on is not worth a look until it might be whole: it may be many megabytes long.
    const isHalf = !this.carry.hasEnd && !settled && !endsLikeJson(this.carry.last(MARK_BYTES));
    const sample = isHalf ? undefined : this.sample(atEnd);
    const result = sample ? this.recogniser.recognise(sample, hint) : 'more';
    if (result === undefined || result === 'more') {
      const isTooLittle = result === 'more' && found.size > 0 && !(settled && sample?.complete === true);
      const reason = isTooLittle
        ? 'too little is written to tell its format'
        : found.size === 0
          ? 'empty'
          : 'no known format';
      this.isRefused = result === undefined && sample !== undefined && !sample.complete;
      if (this.carry.hasEnd || this.isRefused || (settled && this.carry.size > MAX_KEPT_BYTES)) this.carry.drop();
      this.save({ ...this.row, ...seen(this.row, found), state: 'unrecognised', reason });
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

  /** The start of the file, of which nothing has been taken yet. */
  private sample(atEnd: boolean): Sample {
    const bytes = this.carry.take();
    this.carry.add(bytes);
    return sampleOf(bytes, atEnd);
  }

  private async takeLines(
    file: OpenFile,
    parser: LineParser,
    atEnd: boolean,
    hint: FileHint,
    settled: boolean,
  ): Promise<StepResult> {
    const { row } = this;
    const isTooLong = this.carry.size > this.maxTextBytes;
    if (!this.carry.hasEnd && !settled && !isTooLong) return this.takeNothing(file);
    const bytes = this.carry.take();
    const whole = bytes.lastIndexOf(LF) + 1;
    const rest = bytes.subarray(whole);
    const takesRest = (settled && atEnd && isWhole(rest, row.offset + whole)) || rest.length > this.maxTextBytes;
    const end = takesRest ? bytes.length : whole;
    // A copy: the rest of a chunk would hold all of it in memory.
    if (!takesRest) this.carry.add(whole === 0 ? rest : Buffer.from(rest));
    if (settled && this.carry.size > MAX_KEPT_BYTES) this.carry.drop();
    if (end === 0) return this.takeNothing(file);

    const taken = bytes.subarray(0, end);
    const packing = packRaw(taken, row.offset);
    const state = this.currentState();
    const work = new UnitWork(row, this.maxTextBytes);
    let line = row.midLine ? row.line - 1 : row.line;
    for (let from = 0; from < end;) {
      const lf = from < whole ? bytes.indexOf(LF, from) : -1;
      const to = lf === -1 ? end : lf;
      line += 1;
      work.addLine(bytes.subarray(from, to), row.offset + from, line, parser, state, hint);
      from = to + 1;
    }
    const batch: Batch = {
      file: {
        ...work.countedInto(row),
        ...marks(row, taken),
        ...seen(row, file.found),
        offset: row.offset + end,
        line,
        midLine: takesRest,
        parserState: JSON.stringify(state),
        state: atEnd ? 'current' : 'reading',
        reason: null,
      },
      raw: await packing,
      units: work.units,
      replace: false,
    };
    return { batch, more: !atEnd, waits: this.carry.size > 0 };
  }

  private currentState(): ParserState {
    this.state ??= JSON.parse(this.row.parserState ?? '{}') as ParserState;
    return this.state;
  }

  /** No line has ended, but the file was seen as it is. */
  private takeNothing(file: OpenFile): StepResult {
    const { row } = this;
    const { size, modifiedUs } = file.found;
    if (row.size !== size || row.modifiedUs !== modifiedUs || row.state !== 'current')
      this.save({ ...row, ...seen(row, file.found), state: 'current', reason: null });
    return { ...NOTHING, waits: this.carry.size > 0 };
  }

  private async readDocument(file: OpenFile, parser: DocumentParser, settled: boolean): Promise<StepResult> {
    const { found } = file;
    const { row } = this;
    const isSame = row.size === found.size && row.modifiedUs === found.modifiedUs && row.inode === found.inode;
    if (row.offset > 0 && isSame) {
      if (row.state !== 'current') this.save({ ...row, state: 'current', reason: null });
      return NOTHING;
    }
    if (found.size > this.maxTextBytes) {
      const reason = 'a JSON document over 480 MB; JSON Lines may be larger';
      this.save({ ...row, ...seen(row, found), state: 'unreadable', reason });
      return NOTHING;
    }
    this.carry.drop();
    const bytes = file.read(0, found.size);
    if (row.offset === bytes.length && row.offset > 0 && (await this.allStands(file))) {
      this.save({ ...row, ...seen(row, found), state: 'current', reason: null });
      return NOTHING;
    }
    const siblings = namesBeside(this.root, row.relPath);
    const hint: FileHint = { relPath: row.relPath, modifiedUs: found.modifiedUs, siblings };
    // What was known by its first half, or by what stood there before, may be told better by the whole.
    const known = this.recogniser.recognise(sampleOf(bytes, true), hint);
    if (known !== undefined && known !== 'more' && known.parser.id !== parser.id) {
      this.row = this.store.beginGeneration({ ...row, parser: null }, false);
      return { ...NOTHING, more: true };
    }
    const recognition: Recognition =
      known === undefined || known === 'more'
        ? { agent: row.agent ?? 'unknown', session: row.nativeSession, main: row.main }
        : known.recognition;
    const unit = parseSafely(() => parser.parseDocument(bytes, hint, recognition), {
      line: 1,
      offset: 0,
      length: bytes.length,
    });
    const isWholeDocument = unit.facts.length > 0 || unit.records.every(record => record.rejected === undefined);
    if (!isWholeDocument && (row.offset > 0 || !settled)) {
      // Being written, as a rule. If nobody goes on writing, what was read of it before is still the best there is.
      if (settled)
        this.save({
          ...row,
          ...seen(row, found),
          state: 'current',
          reason: 'damaged as it is now; its last whole state is shown',
        });
      return { ...NOTHING, waits: !settled };
    }
    if (row.offset > 0) this.row = this.store.beginGeneration(row, false);
    this.row = {
      ...this.row,
      agent: recognition.agent,
      nativeSession: recognition.session,
      main: recognition.main,
    };
    const work = new UnitWork(this.row, this.maxTextBytes);
    work.add(unit);
    const batch: Batch = {
      file: {
        ...work.countedInto(this.row),
        ...marks(this.row, bytes),
        ...seen(this.row, found),
        offset: bytes.length,
        line: countLines(bytes),
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

/** The file as the system shows it now. */
function seen(row: FileRow, found: FoundFile): Pick<FileRow, 'size' | 'modifiedUs' | 'inode' | 'bornUs'> {
  return { size: found.size, modifiedUs: found.modifiedUs, inode: found.inode, bornUs: row.bornUs ?? found.bornUs };
}

function isWhole(bytes: Buffer, offset: number): boolean {
  return endsLikeJson(bytes) && frameLine(bytes, offset, 1).every(framed => framed.kind === 'value');
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

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) lines += 1;
  return bytes.length > 0 && bytes[bytes.length - 1] !== LF ? lines + 1 : lines;
}
