// Where the user is: the session, the view, what is selected. It lives in the fragment of the window's address, so that
// back and forward work, a reload comes back to the same place, and no view holds it a second time.

import { useMemo, useSyncExternalStore } from 'react';
import type { RecordId, SessionId, SpanId } from '../../shared/model/ids.ts';

export const views = ['graph', 'conversation', 'raw'] as const;
export type View = (typeof views)[number];

export const screens = ['sources', 'welcome', 'shortcuts', 'usage', 'search'] as const;
/** What lies over the session: the sources, the first page, the list of shortcuts, usage and costs, the search. */
export type Screen = (typeof screens)[number];

export interface Place {
  readonly sessionId: SessionId | null;
  readonly view: View;
  /** The selection; a span or an event, not both. */
  readonly spanId: SpanId | null;
  readonly eventId: string | null;
  /** The record that the raw view shows. */
  readonly recordId: RecordId | null;
  /** The agent span whose conversation is shown; null for the main one. */
  readonly threadId: SpanId | null;
  /** The entry that the conversation is scrolled to. */
  readonly entryId: string | null;
  /** Words that narrow the list of sessions. */
  readonly filter: string;
  readonly screen: Screen | null;
  /** What the usage view shows, in its own words; see features/usage. */
  readonly usage: string;
  /** What the search looks for. */
  readonly find: string;
}

export type PlacePatch = { readonly [K in keyof Place]?: Place[K] | undefined };
export interface GoOptions {
  /** Without a step in the history. By default only another session, view or screen makes one. */
  readonly replace?: boolean;
}

/**
 * The place now, and the way to another. Another session clears the selection; a span selected clears the event and the
 * other way round, and both clear the record, unless the patch names them.
 */
export function usePlace(): { readonly place: Place; readonly go: (patch: PlacePatch, options?: GoOptions) => void } {
  const hash = useSyncExternalStore(subscribe, readHash);
  const place = useMemo(() => parsePlace(hash), [hash]);
  return { place, go };
}

export function go(patch: PlacePatch, options: GoOptions = {}): void {
  const from = parsePlace(readHash());
  const to = movePlace(from, patch);
  const hash = formatPlace(to);
  if (hash === formatPlace(from)) return;
  const step = to.sessionId !== from.sessionId || to.view !== from.view || to.screen !== from.screen;
  if (options.replace ?? !step) history.replaceState(null, '', hash);
  else history.pushState(null, '', hash);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

export function movePlace(from: Place, patch: PlacePatch): Place {
  const elsewhere = patch.sessionId !== undefined && patch.sessionId !== from.sessionId;
  const kept = elsewhere ? { ...nowhere, view: from.view, filter: from.filter } : from;
  const selects = patch.spanId !== undefined || patch.eventId !== undefined;
  const base = selects ? { ...kept, spanId: null, eventId: null, recordId: null } : kept;
  const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  return { ...base, ...given };
}

export const nowhere: Place = {
  sessionId: null,
  view: 'graph',
  spanId: null,
  eventId: null,
  recordId: null,
  threadId: null,
  entryId: null,
  filter: '',
  screen: null,
  usage: '',
  find: '',
};

/** Reads a fragment as `#/SESSION/VIEW?span=…`. Whatever does not fit is left out. */
export function parsePlace(hash: string): Place {
  const [path = '', search = ''] = hash.replace(/^#/, '').split('?', 2);
  const [, session = '', view = ''] = path.split('/');
  const params = new URLSearchParams(search);
  const record = Number(params.get('record') ?? Number.NaN);
  const sessionId = decode(session);
  // Ids come from addresses that this module wrote; one that fits nothing is answered with 'not-found'.
  return {
    sessionId: sessionId === '' ? null : (sessionId as SessionId),
    view: views.find(known => known === view) ?? 'graph',
    spanId: params.get('span') as SpanId | null,
    eventId: params.get('event'),
    recordId: Number.isSafeInteger(record) ? (record as RecordId) : null,
    threadId: params.get('thread') as SpanId | null,
    entryId: params.get('entry'),
    filter: params.get('filter') ?? '',
    screen: screens.find(known => known === params.get('screen')) ?? null,
    usage: params.get('usage') ?? '',
    find: params.get('find') ?? '',
  };
}

export function formatPlace(place: Place): string {
  const params = new URLSearchParams();
  const put = (name: string, value: string | number | null) => {
    if (value !== null && value !== '') params.set(name, String(value));
  };
  put('span', place.spanId);
  put('event', place.eventId);
  put('record', place.recordId);
  put('thread', place.threadId);
  put('entry', place.entryId);
  put('filter', place.filter);
  put('screen', place.screen);
  put('usage', place.usage);
  put('find', place.find);
  const path = place.sessionId === null ? '' : `${encodeURIComponent(place.sessionId)}/${place.view}`;
  const search = params.size === 0 ? '' : `?${params}`;
  return `#/${path}${search}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function readHash(): string {
  return window.location.hash;
}

function subscribe(changed: () => void): () => void {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
}
