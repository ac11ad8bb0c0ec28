// Joins facts about one span. Pure: the result does not depend on the order in which the facts of a response, a call or
// its result arrive, but for plain fields, where the later fact of equal strength wins.

import type { JsonValue } from '../../../shared/base/json.ts';
import { type SpanKind, type SpanStatus, spanStatuses } from '../../../shared/model/span.ts';
import { type Provenance, totalTokens, type Usage } from '../../../shared/model/usage.ts';
import type { SpanFact } from '../parsers/parser.ts';

/** A span as the store has it; names as in its table. */
export interface SpanRow {
  id: number | null;
  readonly sessionId: number;
  readonly key: string;
  kind: SpanKind;
  name: string;
  parentKey: string | null;
  link: 'root' | 'linked' | 'orphan';
  threadKey: string;
  /** Key of the prompt that began its turn; null inside subagents. */
  turnKey: string | null;
  startUs: number | null;
  endUs: number | null;
  status: SpanStatus;
  model: string | null;
  usage: Usage | null;
  usageProvenance: Provenance;
  responseKey: string | null;
  /** The parser's word: no aggregate, no copied history. */
  counted: boolean;
  /** No other copy of the same response is counted instead. */
  ownsResponse: boolean;
  summary: string | null;
  attrs: Readonly<Record<string, JsonValue>> | null;
  ord: number;
  fileId: number;
  generation: number;
  /** Known by weak facts only. */
  whole: boolean;
}

export interface SpanContext {
  readonly sessionId: number;
  readonly fileId: number;
  readonly generation: number;
  /** Where the fact was read. */
  readonly offset: number;
  readonly rootKey: string;
  /** The file is made anew: what its earlier generation said of the span is forgotten. */
  readonly replace: boolean;
}

export function newSpan(fact: SpanFact, context: SpanContext): SpanRow {
  return {
    id: null,
    sessionId: context.sessionId,
    key: fact.key,
    kind: fact.span ?? 'tool',
    name: fact.name ?? '',
    parentKey: null,
    link: 'orphan',
    threadKey: fact.thread ?? context.rootKey,
    turnKey: null,
    startUs: null,
    endUs: null,
    status: 'unknown',
    model: null,
    usage: null,
    usageProvenance: 'unknown',
    responseKey: null,
    counted: true,
    ownsResponse: true,
    summary: null,
    attrs: null,
    ord: fact.order ?? context.offset,
    fileId: context.fileId,
    generation: context.generation,
    whole: false,
  };
}

/** Changes `row` by what the fact says. */
export function joinSpan(row: SpanRow, fact: SpanFact, context: SpanContext): void {
  const strong = fact.weak !== true;
  // A first strong fact takes over from weak ones; a later one overrides field by field.
  const fill = <T>(old: T | null, value: T | undefined): T | null => {
    if (value === undefined) return old;
    return strong || old === null ? value : old;
  };
  if (strong && !row.whole) {
    row.whole = true;
    row.ord = fact.order ?? context.offset;
    if (fact.span) row.kind = fact.span;
    if (fact.thread !== undefined) row.threadKey = fact.thread;
    row.fileId = context.fileId;
  } else if (strong && fact.span) row.kind = fact.span;
  if (strong && fact.thread !== undefined) row.threadKey = fact.thread;
  if (row.fileId === context.fileId) row.generation = context.generation;
  row.name = fill(row.name === '' ? null : row.name, fact.name) ?? '';
  row.parentKey = fill(row.parentKey, fact.parent);
  row.turnKey ??= row.threadKey === context.rootKey ? (fact.turn ?? null) : null;
  // A copy inside another record may carry the time of the copying: it fills, it does not stretch.
  if (fact.startUs !== undefined && (strong || row.startUs === null)) {
    row.startUs = Math.min(row.startUs ?? Infinity, fact.startUs);
  }
  if (fact.endUs !== undefined && (strong || row.endUs === null))
    row.endUs = Math.max(row.endUs ?? -Infinity, fact.endUs);
  if (fact.status && rank(fact.status) > rank(row.status)) row.status = fact.status;
  row.model = fill(row.model, fact.model);
  if (fact.usage && (!row.usage || totalTokens(fact.usage) >= totalTokens(row.usage))) {
    row.usage = fact.usage;
    row.usageProvenance = fact.usageProvenance ?? 'reported';
  }
  row.responseKey ??= fact.responseKey ?? null;
  if (fact.counted !== undefined && strong) row.counted = fact.counted;
  row.summary = fill(row.summary, fact.summary);
  if (fact.attrs) row.attrs = strong ? { ...row.attrs, ...fact.attrs } : { ...fact.attrs, ...row.attrs };
}

function rank(status: SpanStatus): number {
  return spanStatuses.indexOf(status);
}
