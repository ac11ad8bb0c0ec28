// The small steps with which a transcript's parser says its facts: each placed in its conversation, turn and record,
// fields without a value left out.
//
// Contract: pure; changes nothing but the list of facts that it is handed.

import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import { attributes, given } from './codex-reading.ts';
import {
  entryOrder,
  oneLine,
  type EntryFact,
  type EventFact,
  type Fact,
  type LinePosition,
  type SessionFact,
  type SpanFact,
} from './parser.ts';

export { attributes, given };

/** One record while it is read. */
export interface Saying {
  readonly facts: Fact[];
  readonly at: LinePosition;
  readonly timeUs: number | undefined;
  /** Key of the agent span whose conversation it is in; ROOT_SPAN for the main one. */
  readonly thread: string;
  /** Index of the record in its unit; left out where the unit has one record only. */
  readonly record?: number;
}

type Loose<T> = { readonly [K in keyof T]: T[K] | undefined };
type Placed = 'kind' | 'thread' | 'record';

/** A span of this conversation; `turn` is kept in the main one only. */
export function saySpan(
  saying: Saying,
  span: Loose<Omit<SpanFact, Placed | 'turn'>> & { key: string },
  turn?: string | null,
): void {
  const main = saying.thread === ROOT_SPAN;
  saying.facts.push(
    given<SpanFact>({
      ...span,
      kind: 'span',
      thread: main ? undefined : saying.thread,
      turn: main ? (turn ?? undefined) : undefined,
      record: saying.record,
    }),
  );
}

/** A span that stands in a conversation of its own making, or is told of without its place: subagents, rewound spans. */
export function sayPlainSpan(saying: Saying, span: Loose<Omit<SpanFact, 'kind' | 'record'>> & { key: string }): void {
  saying.facts.push(given<SpanFact>({ ...span, kind: 'span', record: saying.record }));
}

export function sayEvent(
  saying: Saying,
  event: Loose<Omit<EventFact, Placed | 'atUs'>> & Pick<EventFact, 'key' | 'event' | 'name'>,
): void {
  saying.facts.push(
    given<EventFact>({
      ...event,
      kind: 'event',
      atUs: saying.timeUs,
      thread: saying.thread === ROOT_SPAN ? undefined : saying.thread,
      record: saying.record,
    }),
  );
}

/** `from` is the offset that gives the entry its place, where that is not this record's own. */
export function sayEntry(
  saying: Saying,
  entry: Loose<Omit<EntryFact, Placed | 'atUs' | 'order'>> & Pick<EntryFact, 'key' | 'entry' | 'block'>,
  from: number = saying.at.offset,
): void {
  saying.facts.push(
    given<EntryFact>({
      ...entry,
      kind: 'entry',
      atUs: saying.timeUs,
      thread: saying.thread === ROOT_SPAN ? undefined : saying.thread,
      order: entryOrder(from, entry.block),
      record: saying.record,
    }),
  );
}

export function saySession(saying: Saying, session: Loose<Omit<SessionFact, 'kind' | 'record'>>): void {
  saying.facts.push(given<SessionFact>({ ...session, kind: 'session', record: saying.record }));
}

/** Something of note that begins nothing: an event, and an entry where the record has a block for it. */
export function sayNotice(saying: Saying, key: string, name: string, text: string, block?: number): void {
  sayEvent(saying, { key, event: 'notice', name, summary: oneLine(text) || undefined });
  if (block !== undefined) sayEntry(saying, { key, entry: 'notice', block, event: key });
}

/** An error that the session met: an event, and an entry where the record has a block for it. */
export function sayError(saying: Saying, key: string, name: string, text: string, block?: number): void {
  sayEvent(saying, { key, event: 'error', name, summary: oneLine(text) || undefined });
  if (block !== undefined) sayEntry(saying, { key, entry: 'error', block, event: key });
}

/** Ids come from the log: one that is the key of the session's own span is told apart from it. */
export function safeKey(id: string): string {
  return id === ROOT_SPAN ? `id:${id}` : id.slice(0, 1900);
}

/** True for ids that no two sessions share: UUIDs. */
export function isUuid(id: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(id);
}
