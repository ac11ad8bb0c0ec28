// The session lists of the window: the whole one, which several views share, and a filtered one.

import { createContext, type ReactNode, useContext, useMemo, useState, useSyncExternalStore } from 'react';
import { useConnection } from './client-context.tsx';
import { SessionList, type SessionListState } from './session-list.ts';

const AllSessionsContext = createContext<SessionList | null>(null);

export function SessionListProvider({ children }: { readonly children: ReactNode }) {
  const { connection } = useConnection();
  const [list] = useState(() => new SessionList(connection, ''));
  return <AllSessionsContext value={list}>{children}</AllSessionsContext>;
}

export interface LiveSessions extends SessionListState {
  readonly retry: () => void;
}

/** Every session, live. */
export function useAllSessions(): LiveSessions {
  return useList(useAllSessionsList());
}

/** The sessions that fit a filter, live; an empty filter gives all. Until they are there, those of the filter before. */
export function useSessions(filter: string): LiveSessions {
  const { connection } = useConnection();
  const all = useAllSessionsList();
  const list = useMemo(() => (filter === '' ? all : new SessionList(connection, filter)), [all, connection, filter]);
  const [settled, settle] = useState(list);
  const state = useList(list);
  const before = useList(settled);
  if (state.status !== 'loading' && settled !== list) settle(list);
  return state.status === 'loading' && before.status === 'ready' ? before : state;
}

function useList(list: SessionList): LiveSessions {
  const state = useSyncExternalStore(list.subscribe, list.snapshot);
  return useMemo(() => ({ ...state, retry: list.retry }), [state, list]);
}

function useAllSessionsList(): SessionList {
  const list = useContext(AllSessionsContext);
  if (!list) throw new Error('SessionListProvider is missing above this component.');
  return list;
}
