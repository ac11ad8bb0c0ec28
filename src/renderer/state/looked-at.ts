// Which sessions have news since the user last looked at them.
//
// Contract: a session counts as looked at up to a revision. One that was never opened counts as looked at up to the
// baseline: what the first index brought is not "unread". Kept in localStorage, for the newest sessions only.

import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { isObject } from '../../shared/base/json.ts';
import type { SessionId } from '../../shared/model/ids.ts';
import type { Session } from '../../shared/model/session.ts';
import { readText, subscribeStored, writeText } from './stored.ts';

const KEY = 'playhead.looked-at';
const KEPT = 2000;

interface LookedAt {
  readonly baseline: number | null;
  readonly sessions: ReadonlyMap<string, number>;
}

export interface LookedAtStore {
  readonly isUnread: (session: Session) => boolean;
  /** The user sees this session as of this revision. */
  readonly look: (sessionId: SessionId, revision: number) => void;
  /** Nothing up to this revision is unread. */
  readonly lookAtAll: (revision: number) => void;
}

/** Gives a new object when something was looked at, so that whoever renders by it renders again. */
export function useLookedAt(): LookedAtStore {
  const text = useSyncExternalStore(subscribeStored, () => readText(KEY));
  const state = useMemo(() => parse(text), [text]);
  const look = useCallback((sessionId: SessionId, revision: number) => {
    const now = parse(readText(KEY));
    if ((now.sessions.get(sessionId) ?? -1) >= revision) return;
    const sessions = new Map(now.sessions);
    sessions.delete(sessionId);
    sessions.set(sessionId, revision);
    write({ ...now, sessions: new Map([...sessions].slice(-KEPT)) });
  }, []);
  const lookAtAll = useCallback((revision: number) => write({ baseline: revision, sessions: new Map() }), []);
  return useMemo(
    () => ({
      isUnread: session => {
        const seen = Math.max(state.baseline ?? Infinity, state.sessions.get(session.id) ?? -1);
        return session.revision > seen;
      },
      look,
      lookAtAll,
    }),
    [state, look, lookAtAll],
  );
}

/** False until the first index that this window saw is done: everything is new then, so nothing is unread. */
export function hasBaseline(): boolean {
  return parse(readText(KEY)).baseline !== null;
}

function parse(text: string | null): LookedAt {
  try {
    const value: unknown = text === null ? null : JSON.parse(text);
    if (!isObject(value) || !isObject(value['sessions'])) return { baseline: null, sessions: new Map() };
    const entries = Object.entries(value['sessions']).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number',
    );
    return { baseline: typeof value['baseline'] === 'number' ? value['baseline'] : null, sessions: new Map(entries) };
  } catch {
    return { baseline: null, sessions: new Map() };
  }
}

function write(state: LookedAt): void {
  writeText(KEY, JSON.stringify({ baseline: state.baseline, sessions: Object.fromEntries(state.sessions) }));
}
