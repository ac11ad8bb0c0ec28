// What a parser is and what it gives back.
//
// Contract: parsers are pure. What they return depends only on the arguments; they never throw on any input, know no
// clock, no file and no store. All memory between lines is in `state`, a small JSON value that is stored together with
// the file's offset in one transaction, so that reading may stop after any byte and go on after a restart.
// Facts name things by keys, never by row: the writer joins facts of the same key whatever their order or file.

import type { JsonValue } from '../../../shared/base/json.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import type { EventKind, SpanKind, SpanStatus } from '../../../shared/model/span.ts';
import type { Provenance, Usage } from '../../../shared/model/usage.ts';

/** What may be known of a file besides its bytes. Names are hints; content decides. */
export interface FileHint {
  /** Relative to the source's folder, with '/'; the bare name for a file opened alone. */
  readonly relPath: string;
  readonly modifiedUs: number | null;
  /** Names in the same folder, sorted, this file's among them. */
  readonly siblings: readonly string[];
}

/** The start of a file: every complete line of it (or all of a small file), parsed where it is JSON. */
export interface Sample {
  /** The values of the first lines; at most about 200 of them or 1 MB. */
  readonly values: readonly unknown[];
  /** The first characters as they stand, at most 64 KB: for whole-document formats. */
  readonly text: string;
  /** True when the sample is the whole file as it is now. */
  readonly complete: boolean;
}

export interface Recognition {
  readonly agent: string;
  /** Native id of the session that this file's facts belong to unless they say otherwise; null: every fact says it. */
  readonly session: string | null;
  /** True: this file is the session's own transcript. Two such files with one id in one source are two sessions. */
  readonly main: boolean;
}

export interface LinePosition {
  /** Physical line, from 1. */
  readonly line: number;
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly length: number;
}

/** One raw unit. A line usually is one; a document may hold many. */
export interface RecordFact {
  readonly at: LinePosition;
  /** The format's own name for it: 'assistant', 'system/compact_boundary', 'event_msg/token_count'. */
  readonly type: string;
  /** False: this version knows no such type. Kept, counted, shown. */
  readonly known: boolean;
  readonly timeUs: number | null;
  /** The record's own id where the format has one; copies in other files carry the same. */
  readonly uuid?: string;
  readonly session?: string;
  /** Set when it could not be read as its type: shown in place as a rejection. */
  readonly rejected?: string;
}

interface FactBase {
  /** Native id of the session; the file's own when absent. */
  readonly session?: string;
  /** Index into the unit's records: where this fact was read. 0 when absent. */
  readonly record?: number;
}

export type TitleSource = 'prompt' | 'summary' | 'ai' | 'custom';

/** Says something about a session. Later facts win, except that titles go by rank: custom, ai, summary, prompt (first one). */
export interface SessionFact extends FactBase {
  readonly kind: 'session';
  readonly title?: { readonly source: TitleSource; readonly text: string };
  readonly cwd?: string;
  readonly project?: string;
  readonly model?: string;
  readonly agentVersion?: string;
  readonly gitBranch?: string;
  /** The agent that is shown, when the file tells better than the format: 'claude-code', an OTel service name. */
  readonly agent?: string;
}

/** A title for whatever session holds the record with this uuid (Claude Code 'summary' lines). */
export interface TitleForRecordFact extends FactBase {
  readonly kind: 'title-for-record';
  readonly uuid: string;
  readonly text: string;
}

/**
 * Begins or completes a span. All facts of one key are joined: start = least, end = greatest, status = the strongest of
 * unknown < open < ok < aborted < error, usage = the one with the larger total, attrs merged, other fields last one wins.
 */
export interface SpanFact extends FactBase {
  readonly kind: 'span';
  /** Unique in the session; the agent's own id where there is one. */
  readonly key: string;
  /** Weak facts only fill what is empty: a result whose call was not seen, a copy inside another record. */
  readonly weak?: boolean;
  readonly span?: SpanKind;
  readonly name?: string;
  /** Key of the parent; ROOT_SPAN for the session's own span. Absent = not known: an orphan until another fact tells. */
  readonly parent?: string;
  /** Key of the agent span whose conversation it is in; ROOT_SPAN when absent. */
  readonly thread?: string;
  /** Key of the prompt event that began its turn; main thread only. */
  readonly turn?: string;
  readonly startUs?: number;
  readonly endUs?: number;
  readonly status?: SpanStatus;
  readonly model?: string;
  readonly usage?: Usage;
  readonly usageProvenance?: Provenance;
  /** Identity of the model response over all files and sessions of the agent; it is counted once, in the earliest. */
  readonly responseKey?: string;
  /** False: an aggregate whose parts are counted themselves. */
  readonly counted?: boolean;
  /** One short line, at most 200 characters. */
  readonly summary?: string;
  /** Small values only; bodies are read from the record. */
  readonly attrs?: { readonly [name: string]: JsonValue };
  /** What the record is to the span: 'call', 'result', 'response', 'body'. Absent: not listed among its records. */
  readonly role?: string;
  /**
   * Links between files that know each other's text only. A span without a parent that wants a hint hangs below the
   * span that offers it; equal hints are matched in order.
   */
  readonly offers?: readonly string[];
  readonly wants?: readonly string[];
  /** Position among siblings of equal start; the record's offset when absent. */
  readonly order?: number;
}

export interface EventFact extends FactBase {
  readonly kind: 'event';
  readonly key: string;
  readonly event: EventKind;
  readonly name: string;
  readonly atUs?: number;
  readonly thread?: string;
  readonly span?: string;
  readonly summary?: string;
  /** True on a human's prompt in the main thread: it begins a turn and gets the next number. */
  readonly turn?: boolean;
  readonly order?: number;
}

/**
 * One piece of the conversation, in its place. Facts of one key are joined: a tool result completes its call's entry.
 * `block` is an index into content() of this fact's record; `result` says that it fills the result half.
 */
export interface EntryFact extends FactBase {
  readonly kind: 'entry';
  readonly key: string;
  readonly entry: 'prompt' | 'system' | 'answer' | 'thinking' | 'tool' | 'error' | 'compaction' | 'notice';
  readonly block: number;
  readonly result?: boolean;
  /** Weak facts make an entry where there is none and change nothing where there is one: copies inside other records. */
  readonly weak?: boolean;
  readonly thread?: string;
  readonly span?: string;
  readonly event?: string;
  readonly atUs?: number;
  /** Place in the thread; use entryOrder() for what stands in one file. */
  readonly order: number;
}

export type Fact = SessionFact | TitleForRecordFact | SpanFact | EventFact | EntryFact;

export interface ParsedUnit {
  /** In the order of the file; at least one. */
  readonly records: readonly RecordFact[];
  readonly facts: readonly Fact[];
}

export type ParserState = { [key: string]: JsonValue };

interface ParserBase {
  /** 'claude-code-jsonl': names the format in the store, in --source and in the docs. */
  readonly id: string;
  /** Grows when the facts made from the same bytes change: files read by an older one are read again. */
  readonly version: number;
  readonly label: string;
  /** Undefined: not this format. 'more': cannot be told from so little. */
  recognise(sample: Sample, hint: FileHint): Recognition | 'more' | undefined;
  begin(recognition: Recognition, hint: FileHint): ParserState;
  /** What people read of one record, in order. `value` is the parsed record; never throws. */
  content(value: unknown): readonly ContentBlock[];
}

/** One or more JSON values a line, appended to over time. */
export interface LineParser extends ParserBase {
  readonly unit: 'line';
  /**
   * One JSON value. May change `state`, which stays a JSON value. `bytes` are the value's own, those at `at`, where the
   * reader has them at hand: for formats whose one line holds several records with places of their own.
   */
  parse(state: ParserState, value: unknown, at: LinePosition, hint: FileHint, bytes?: Uint8Array): ParsedUnit;
}

/** A file that is one document and is replaced as a whole; read again at each change, its rows replaced. */
export interface DocumentParser extends ParserBase {
  readonly unit: 'document';
  /** `bytes` are the whole file. A document that is not whole yet gives one rejected record and no facts. */
  parseDocument(bytes: Uint8Array, hint: FileHint, recognition: Recognition): ParsedUnit;
}

export type Parser = LineParser | DocumentParser;

/** Order of the n-th block of the record at a byte offset: file order, 64 blocks a record. */
export function entryOrder(offset: number, block: number): number {
  return offset * 64 + Math.min(block, 63);
}

/** One line of at most `max` characters, for lists: white space folded, cut at a character. */
export function oneLine(text: string, max = 200): string {
  const head = text
    .slice(0, max * 4)
    .replace(/\s+/g, ' ')
    .trim();
  if (head.length <= max && text.length <= max * 4) return head;
  const cut = head.slice(0, max - 1);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
