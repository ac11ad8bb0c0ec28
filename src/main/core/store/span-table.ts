// The span table's columns and a span's row in memory, one into the other.

import type { JsonValue } from '../../../shared/base/json.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { SpanKind, SpanStatus } from '../../../shared/model/span.ts';
import type { Provenance } from '../../../shared/model/usage.ts';
import type { Said, SpanRow, Told } from './join-span.ts';

export interface StoredSpan {
  id: number;
  session_id: number;
  key: string;
  kind: SpanKind;
  name: string;
  parent_key: string | null;
  link: SpanRow['link'];
  thread_key: string;
  turn_key: string | null;
  start_us: number | null;
  end_us: number | null;
  status: SpanStatus;
  model: string | null;
  input: number | null;
  output: number;
  cache_read: number;
  cache_creation: number;
  cache_creation_1h: number;
  reasoning: number;
  usage_provenance: Provenance;
  response_key: string | null;
  counted: number;
  told: number;
  said: string | null;
  summary: string | null;
  attrs: string | null;
  ord: number;
  file_id: number;
  generation: number;
}

export const COUNTED_BY_PARSER = 1;
export const OWNS_RESPONSE = 2;
/** The value of the `counted` column of a span whose usage counts. */
export const COUNTED = COUNTED_BY_PARSER | OWNS_RESPONSE;

const TOLD_BITS: readonly (keyof Told)[] = ['whole', 'kind', 'thread', 'weakStart', 'weakEnd', 'hintedParent'];

/** Values in the order of columnsOf(), then the revision. */
export const UPSERT_SPAN = `INSERT INTO span (id, session_id, key, kind, name, parent_key, link, thread_key, turn_key, start_us, end_us, status, model,
     input, output, cache_read, cache_creation, cache_creation_1h, reasoning, usage_provenance, response_key, counted, told, said,
     summary, attrs, ord, file_id, generation, revision)
   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
   ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name, parent_key = excluded.parent_key,
     link = excluded.link, thread_key = excluded.thread_key, turn_key = excluded.turn_key, start_us = excluded.start_us,
     end_us = excluded.end_us, status = excluded.status, model = excluded.model, input = excluded.input,
     output = excluded.output, cache_read = excluded.cache_read, cache_creation = excluded.cache_creation,
     cache_creation_1h = excluded.cache_creation_1h, reasoning = excluded.reasoning,
     usage_provenance = excluded.usage_provenance, response_key = excluded.response_key, counted = excluded.counted,
     told = excluded.told, said = excluded.said, summary = excluded.summary, attrs = excluded.attrs, ord = excluded.ord,
     file_id = excluded.file_id, generation = excluded.generation, revision = excluded.revision`;

export function columnsOf(row: SpanRow): (string | number | null)[] {
  const { usage } = row;
  return [
    row.id,
    row.sessionId,
    row.key,
    row.kind,
    row.name,
    row.parentKey,
    row.link,
    row.threadKey,
    row.threadKey === ROOT_SPAN ? row.turnKey : null,
    row.startUs,
    row.endUs,
    row.status,
    row.model,
    usage?.input ?? null,
    usage?.output ?? null,
    usage?.cacheRead ?? null,
    usage?.cacheCreation ?? null,
    usage?.cacheCreation1h ?? null,
    usage?.reasoning ?? null,
    row.usageProvenance,
    row.responseKey,
    (row.counted ? COUNTED_BY_PARSER : 0) | (row.ownsResponse ? OWNS_RESPONSE : 0),
    TOLD_BITS.reduce((bits, name, index) => (row.told[name] ? bits | (1 << index) : bits), 0),
    saidOf(row),
    row.summary,
    row.attrs ? JSON.stringify(row.attrs) : null,
    row.ord,
    row.fileId,
    row.generation,
  ];
}

/** In an order of its own, so that the same words are the same text. */
function saidOf({ said }: SpanRow): string | null {
  const fields = Object.keys(said).sort();
  return fields.length === 0 ? null : JSON.stringify(said, fields);
}

export function fromStored(row: StoredSpan): SpanRow {
  const isTold = (name: keyof Told) => (row.told & (1 << TOLD_BITS.indexOf(name))) !== 0;
  return {
    id: row.id,
    sessionId: row.session_id,
    key: row.key,
    kind: row.kind,
    name: row.name,
    parentKey: row.parent_key,
    link: row.link,
    threadKey: row.thread_key,
    turnKey: row.turn_key,
    startUs: row.start_us,
    endUs: row.end_us,
    status: row.status,
    model: row.model,
    usage:
      row.input === null
        ? null
        : {
            input: row.input,
            output: row.output,
            cacheRead: row.cache_read,
            cacheCreation: row.cache_creation,
            cacheCreation1h: row.cache_creation_1h,
            reasoning: row.reasoning,
          },
    usageProvenance: row.usage_provenance,
    responseKey: row.response_key,
    counted: (row.counted & COUNTED_BY_PARSER) !== 0,
    ownsResponse: (row.counted & OWNS_RESPONSE) !== 0,
    summary: row.summary,
    attrs: row.attrs === null ? null : (JSON.parse(row.attrs) as Record<string, JsonValue>),
    ord: row.ord,
    fileId: row.file_id,
    generation: row.generation,
    told: {
      whole: isTold('whole'),
      kind: isTold('kind'),
      thread: isTold('thread'),
      weakStart: isTold('weakStart'),
      weakEnd: isTold('weakEnd'),
      hintedParent: isTold('hintedParent'),
    },
    said: row.said === null ? {} : (JSON.parse(row.said) as Said),
  };
}
