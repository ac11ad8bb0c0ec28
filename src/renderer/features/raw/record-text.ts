// The text of one record, in pieces: the first at once, more as the user asks for it.

import { useEffect, useReducer, useState } from 'react';
import { type PlayheadError, toPlayheadError } from '../../../shared/base/errors.ts';
import type { PlayheadClient } from '../../../shared/contract/index.ts';
import type { RecordId } from '../../../shared/model/ids.ts';
import { useConnection } from '../../state/client-context.tsx';

export const PIECE_BYTES = 256 * 1024;
/** Up to here a record is fetched whole for pretty printing; beyond, the window would be busy for too long. */
export const WHOLE_BYTES = 2_000_000;

export type RecordText =
  | { readonly status: 'loading' }
  | { readonly status: 'failed'; readonly error: PlayheadError }
  | {
      readonly status: 'ready';
      readonly text: string;
      readonly totalBytes: number;
      readonly readBytes: number;
      /** More of it is on its way. */
      readonly busy: boolean;
    };

export interface RecordTextControls {
  readonly state: RecordText;
  readonly more: () => void;
  /** Fetches the rest (at most WHOLE_BYTES in all). */
  readonly whole: () => void;
  readonly retry: () => void;
}

export function useRecordText(recordId: RecordId): RecordTextControls {
  const { client, status } = useConnection();
  const [state, setState] = useState<RecordText>({ status: 'loading' });
  const [wantedBytes, want] = useState(PIECE_BYTES);
  const [attempt, retry] = useReducer((count: number) => count + 1, 0);
  const haveBytes = state.status === 'ready' ? state.readBytes : 0;
  const totalBytes = state.status === 'ready' ? state.totalBytes : Infinity;
  const text = state.status === 'ready' ? state.text : '';
  // A piece may end up to three bytes early, where a character begins.
  const isServed = haveBytes >= totalBytes || (haveBytes + 3 >= wantedBytes && wantedBytes < totalBytes);
  const missing = state.status !== 'failed' && !isServed;
  useEffect(() => {
    if (!missing || status !== 'connected') return undefined;
    const controller = new AbortController();
    const limit = Math.min(WHOLE_BYTES, wantedBytes - haveBytes);
    readPiece(client, recordId, haveBytes, limit, controller.signal).then(
      piece =>
        setState({
          status: 'ready',
          text: text + piece.text,
          totalBytes: piece.totalBytes,
          readBytes: piece.end,
          busy: false,
        }),
      (thrown: unknown) => {
        const error = toPlayheadError(thrown);
        if (error.code !== 'cancelled' && !controller.signal.aborted) setState({ status: 'failed', error });
      },
    );
    return () => controller.abort();
  }, [client, status, recordId, missing, haveBytes, wantedBytes, text, attempt]);
  return {
    state: state.status === 'ready' ? { ...state, busy: missing } : state,
    more: () => want(haveBytes + PIECE_BYTES),
    whole: () => want(WHOLE_BYTES),
    retry: () => {
      setState({ status: 'loading' });
      retry();
    },
  };
}

async function readPiece(client: PlayheadClient, recordId: RecordId, from: number, limit: number, signal: AbortSignal) {
  const { text, totalBytes } = await client.records.read({ recordId, from, limit }, signal);
  const end = Math.min(totalBytes, from + limit);
  if (end === totalBytes || !text.endsWith(REPLACEMENT)) return { text, totalBytes, end };
  // The piece may end inside a character: the next one then begins where that character does.
  for (let back = 1; back <= 3; back += 1) {
    const { text: probe } = await client.records.read({ recordId, from: end - back, limit: 4 }, signal);
    const first = String.fromCodePoint(probe.codePointAt(0) ?? 0);
    const isSplit = first !== REPLACEMENT && new TextEncoder().encode(first).length > back;
    if (isSplit) return { text: text.slice(0, -1), totalBytes, end: end - back };
  }
  return { text, totalBytes, end };
}

/** What bytes that are no character show as. */
const REPLACEMENT = '\uFFFD';

/** The record with line breaks and indentation; undefined where it is not JSON. */
export function prettyPrint(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return undefined;
  }
}
