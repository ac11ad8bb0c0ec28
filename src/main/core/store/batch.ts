// What the reading side hands to the writer: some bytes of one file with everything made from them.

import type { ParsedUnit } from '../parsers/parser.ts';

/** How far a file has been read and by whom; the store's row of it. */
export interface FileRow {
  readonly id: number;
  readonly sourceId: number;
  readonly relPath: string;
  readonly generation: number;
  readonly inode: string | null;
  /** When the file was made, as far as the system knows. */
  readonly bornUs: number | null;
  readonly size: number;
  readonly modifiedUs: number | null;
  /** Bytes read and stored. */
  readonly offset: number;
  /** Physical lines before the offset. */
  readonly line: number;
  /** The offset stands inside a line whose first values were read already. */
  readonly midLine: boolean;
  /** The first and the last bytes before the offset, at most 64 each: is this still the same file? */
  readonly head: Uint8Array | null;
  readonly tail: Uint8Array | null;
  readonly parser: string | null;
  readonly parserVersion: number;
  readonly agent: string | null;
  readonly nativeSession: string | null;
  readonly main: boolean;
  readonly parserState: string | null;
  readonly records: number;
  readonly rejected: number;
  readonly unknownTypes: Readonly<Record<string, number>>;
  readonly state: FileState;
  readonly reason: string | null;
}

export type FileState = 'reading' | 'current' | 'gone' | 'unreadable' | 'unrecognised';

export interface RawPiece {
  readonly start: number;
  readonly length: number;
  /** A zstd frame. */
  readonly frame: Uint8Array;
}

export interface Batch {
  /** The file as it is after this batch; `id` and `generation` tell which. */
  readonly file: FileRow;
  readonly raw: readonly RawPiece[];
  readonly units: readonly ParsedUnit[];
  /** The units are the whole document anew: rows made from its earlier generations go. */
  readonly replace: boolean;
}

export interface Committed {
  readonly revision: number;
  /** Public ids of the sessions that changed. */
  readonly sessionIds: readonly string[];
}
