// Finds where chosen values stand in the bytes of JSON, without building them.
//
// Contract: pure, never throws, reads each byte once. Strings, escapes and nesting are understood; what is skipped is
// not checked further, so a taken range may still fail to parse. One document gives many records with exact places.

/** Keys and array indices from the top-level value down. */
export type JsonPath = readonly (string | number)[];

/** 'take': report its range, do not look inside. 'enter': ask again for each of its members. 'stop': end here. */
export type JsonChoice = 'take' | 'enter' | 'skip' | 'stop';

/** Asked for each value met; `opens` is its first character. The path is only valid during the call. */
export type JsonChooser = (path: JsonPath, opens: string) => JsonChoice;

export interface JsonRange {
  /** Which of several top-level values it lies in, from 0. */
  readonly root: number;
  readonly path: JsonPath;
  /** Bytes from the start of the input. */
  readonly start: number;
  readonly end: number;
  /** Physical line of the start, from 1. */
  readonly line: number;
}

export interface JsonProblem {
  /** 'cut': the bytes end inside a value. 'broken': something stands where it cannot. */
  readonly kind: 'cut' | 'broken';
  readonly at: number;
  readonly line: number;
}

export interface JsonScan {
  /** In the order of the document. */
  readonly ranges: readonly JsonRange[];
  /** The top-level values that are whole; several where one follows another. */
  readonly roots: readonly JsonRange[];
  /** Where the top-level value begins that could not be read to its end, and what stopped it. */
  readonly problem?: JsonProblem & { readonly rootStart: number; readonly rootLine: number };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const LF = 0x0a;
/** Deeper than this nothing is entered, only passed over. */
const MAX_DEPTH = 100;

const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });

/** Scans one top-level JSON value after another; a byte order mark at the head is passed over. */
export function scanJson(bytes: Uint8Array, choose: JsonChooser): JsonScan {
  return new Scanner(bytes, choose).run();
}

/** The same walk over values that are parsed already: calls `visit` for each value that is taken. */
export function walkJson(value: unknown, choose: JsonChooser, visit: (path: JsonPath, value: unknown) => void): void {
  const path: (string | number)[] = [];
  const walk = (at: unknown): boolean => {
    const choice = choose(path, opening(at));
    if (choice === 'take') visit([...path], at);
    if (choice === 'stop') return false;
    if (choice !== 'enter' || typeof at !== 'object' || at === null || path.length >= MAX_DEPTH) return true;
    const members: Iterable<[string | number, unknown]> = Array.isArray(at) ? at.entries() : Object.entries(at);
    for (const [key, member] of members) {
      path.push(key);
      const goOn = walk(member);
      path.pop();
      if (!goOn) return false;
    }
    return true;
  };
  walk(value);
}

/** The member at a path, or undefined. */
export function valueAt(value: unknown, path: JsonPath): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Readonly<Record<string | number, unknown>>)[key];
  }
  return at;
}

function opening(value: unknown): string {
  if (Array.isArray(value)) return '[';
  if (typeof value === 'object' && value !== null) return '{';
  return typeof value === 'string' ? '"' : String(value).charAt(0);
}

/** Thrown inside the scanner only: the way out of any depth. */
class Halt {
  readonly kind: 'cut' | 'broken' | 'stop';
  readonly at: number;
  constructor(kind: 'cut' | 'broken' | 'stop', at: number) {
    this.kind = kind;
    this.at = at;
  }
}

class Scanner {
  private readonly bytes: Uint8Array;
  private readonly choose: JsonChooser;
  private readonly ranges: JsonRange[] = [];
  private readonly roots: JsonRange[] = [];
  private readonly path: (string | number)[] = [];
  private at: number;
  private line = 1;
  private nextLf: number;

  constructor(bytes: Uint8Array, choose: JsonChooser) {
    this.bytes = bytes;
    this.choose = choose;
    this.nextLf = this.lfFrom(0);
    this.at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  }

  run(): JsonScan {
    let start = this.at;
    try {
      for (this.space(); this.at < this.bytes.length; this.space()) {
        start = this.at;
        const line = this.lineAt(start);
        this.value();
        this.roots.push({ root: this.roots.length, path: [], start, end: this.at, line });
      }
    } catch (thrown) {
      if (!(thrown instanceof Halt)) throw thrown;
      if (thrown.kind !== 'stop') {
        const { kind, at } = thrown;
        const problem = { kind, at, line: this.lineOf(at), rootStart: start, rootLine: this.lineOf(start) };
        return { ranges: this.ranges, roots: this.roots, problem };
      }
    }
    return { ranges: this.ranges, roots: this.roots };
  }

  /** Stands on the first byte of a value; leaves after its last. */
  private value(): void {
    const opens = this.bytes[this.at] ?? 0;
    const choice = this.choose(this.path, String.fromCharCode(opens));
    if (choice === 'stop') throw new Halt('stop', this.at);
    const isContainer = opens === OPEN_OBJECT || opens === OPEN_ARRAY;
    if (choice === 'enter' && isContainer && this.path.length < MAX_DEPTH) {
      this.members(opens);
      return;
    }
    const start = this.at;
    const line = choice === 'take' ? this.lineAt(start) : 0;
    if (isContainer) this.skipContainer();
    else if (opens === QUOTE) this.skipString();
    else this.skipScalar();
    if (choice === 'take')
      this.ranges.push({ root: this.roots.length, path: [...this.path], start, end: this.at, line });
  }

  private members(opens: number): void {
    const close = opens === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY;
    this.at += 1;
    if (this.next() === close) {
      this.at += 1;
      return;
    }
    for (let index = 0; ; index += 1) {
      this.path.push(opens === OPEN_OBJECT ? this.key() : index);
      this.next();
      this.value();
      this.path.pop();
      const after = this.next();
      this.at += 1;
      if (after === close) return;
      if (after !== COMMA) throw new Halt('broken', this.at - 1);
      this.next();
    }
  }

  private key(): string {
    if (this.bytes[this.at] !== QUOTE) throw new Halt('broken', this.at);
    const start = this.at;
    this.skipString();
    const text = decoder.decode(this.bytes.subarray(start + 1, this.at - 1));
    if (this.next() !== COLON) throw new Halt('broken', this.at);
    this.at += 1;
    return text.includes('\\') ? unescape(text) : text;
  }

  /** Passes over white space; the byte then stood on. */
  private next(): number {
    this.space();
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new Halt('cut', this.at);
    return byte;
  }

  private space(): void {
    for (; this.at < this.bytes.length; this.at += 1) {
      const byte = this.bytes[this.at];
      if (byte !== 0x20 && byte !== LF && byte !== 0x0d && byte !== 0x09) return;
    }
  }

  private skipString(): void {
    let from = this.at + 1;
    for (;;) {
      const quote = this.bytes.indexOf(QUOTE, from);
      if (quote < 0) throw new Halt('cut', this.bytes.length);
      let slashes = 0;
      while (quote - slashes > from && this.bytes[quote - slashes - 1] === BACKSLASH) slashes += 1;
      from = quote + 1;
      if (slashes % 2 === 0) break;
    }
    this.at = from;
  }

  private skipContainer(): void {
    const { bytes } = this;
    let depth = 0;
    while (this.at < bytes.length) {
      switch (bytes[this.at]) {
        case QUOTE:
          this.skipString();
          continue;
        case OPEN_OBJECT:
        case OPEN_ARRAY:
          depth += 1;
          break;
        case CLOSE_OBJECT:
        case CLOSE_ARRAY:
          depth -= 1;
          if (depth === 0) {
            this.at += 1;
            return;
          }
          break;
        default:
      }
      this.at += 1;
    }
    throw new Halt('cut', bytes.length);
  }

  /** A number, true, false or null; anything else is broken. */
  private skipScalar(): void {
    const start = this.at;
    while (this.at < this.bytes.length && /[-+.\w]/.test(String.fromCharCode(this.bytes[this.at] ?? 0))) this.at += 1;
    const text = decoder.decode(this.bytes.subarray(start, Math.min(this.at, start + 400)));
    if (/^(?:-?\d[\d.eE+-]*|true|false|null)$/.test(text)) return;
    const isHead = this.at === this.bytes.length && ['true', 'false', 'null', '-'].some(word => word.startsWith(text));
    throw new Halt(isHead ? 'cut' : 'broken', start);
  }

  /** Physical line of an offset that only grows from call to call. */
  private lineAt(offset: number): number {
    while (this.nextLf < offset) {
      this.line += 1;
      this.nextLf = this.lfFrom(this.nextLf + 1);
    }
    return this.line;
  }

  /** Where the next LF stands; beyond the end where there is none, so that long lines are searched once. */
  private lfFrom(offset: number): number {
    const lf = this.bytes.indexOf(LF, offset);
    return lf < 0 ? Number.MAX_SAFE_INTEGER : lf;
  }

  private lineOf(offset: number): number {
    let line = 1;
    for (let lf = this.bytes.indexOf(LF); lf >= 0 && lf < offset; lf = this.bytes.indexOf(LF, lf + 1)) line += 1;
    return line;
  }
}

function unescape(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}
