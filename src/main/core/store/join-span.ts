// Joins facts about one span. Pure: the result does not depend on the order in which files are read.
//
// For each field a strong fact counts more than a weak one, then the file whose name comes later (FileOrder), then what
// is read later in a file (of weak facts: what is read first). Times, status, usage and counting join by value alone.

import type { JsonValue } from '../../../shared/base/json.ts';
import { type SpanKind, type SpanStatus, spanStatuses } from '../../../shared/model/span.ts';
import { type Provenance, totalTokens, type Usage } from '../../../shared/model/usage.ts';
import type { SpanFact } from '../parsers/parser.ts';
import { integer, place, wholeUsage } from './numbers.ts';

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
  /** Key of the prompt that began its turn; of no meaning inside subagents. */
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
  /** The file whose word counts most. */
  fileId: number;
  generation: number;
  told: Told;
  /** Who gave a field, where it was not a fact as strong as the row is, from the row's own file. */
  readonly said: Said;
}

/** By field; attributes as 'attrs.name'. */
export type Said = { [field: string]: readonly [strong: 0 | 1, fileId: number] };

/** What is known of a span at all, and what only fills a gap until somebody knows better. */
export interface Told {
  /** A strong fact spoke of it. */
  whole: boolean;
  kind: boolean;
  thread: boolean;
  weakStart: boolean;
  weakEnd: boolean;
  /** The parent was found by a hint. */
  hintedParent: boolean;
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
  /** True when the fact's file comes after this one. */
  follows(fileId: number): boolean;
}

export function newSpan(fact: SpanFact, context: SpanContext): SpanRow {
  return {
    id: null,
    sessionId: context.sessionId,
    key: fact.key,
    kind: 'tool',
    name: '',
    parentKey: null,
    link: 'orphan',
    threadKey: context.rootKey,
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
    ord: place(fact.order, context.offset),
    fileId: context.fileId,
    generation: context.generation,
    told: { whole: false, kind: false, thread: false, weakStart: false, weakEnd: false, hintedParent: false },
    said: {},
  };
}

/** Changes `row` by what the fact says. */
export function joinSpan(row: SpanRow, fact: SpanFact, context: SpanContext): void {
  const { told } = row;
  const strong = fact.weak !== true;
  const mine = rankOf(fact, context, row);
  if (mine === 'leads') takeOver(row, fact, context);
  if (row.fileId === context.fileId) row.generation = context.generation;

  const counts = (field: string, isEmpty: boolean, which: 'first' | 'last' = 'last'): boolean => {
    if (!isEmpty && !overrides(row, field, strong, which, context)) return false;
    const isUsual = strong === told.whole && context.fileId === row.fileId;
    if (isUsual) delete row.said[field];
    else row.said[field] = [strong ? 1 : 0, context.fileId];
    return true;
  };
  if (fact.span !== undefined && counts('kind', !told.kind)) {
    row.kind = fact.span;
    told.kind = true;
  }
  if (fact.thread !== undefined && counts('thread', !told.thread)) {
    row.threadKey = fact.thread;
    told.thread = true;
  }
  if (fact.parent !== undefined && counts('parent', row.parentKey === null || told.hintedParent)) {
    row.parentKey = fact.parent;
    told.hintedParent = false;
  }
  if (fact.name !== undefined && fact.name !== '' && counts('name', row.name === '')) row.name = fact.name;
  if (fact.turn !== undefined && counts('turn', row.turnKey === null, 'first')) row.turnKey = fact.turn;
  if (fact.model !== undefined && counts('model', row.model === null)) row.model = fact.model;
  if (fact.summary !== undefined && counts('summary', row.summary === null)) row.summary = fact.summary;
  if (fact.responseKey !== undefined && counts('response', row.responseKey === null, 'first'))
    row.responseKey = fact.responseKey;
  for (const [name, value] of Object.entries(fact.attrs ?? {})) {
    if (counts(`attrs.${name}`, row.attrs?.[name] === undefined)) row.attrs = { ...row.attrs, [name]: value };
  }
  joinTimes(row, fact, strong);
  if (fact.status && rank(fact.status) > rank(row.status)) row.status = fact.status;
  if (fact.usage) joinUsage(row, wholeUsage(fact.usage), fact.usageProvenance ?? 'reported', mine !== 'follows');
  if (fact.counted === false && strong) row.counted = false;
}

/** Whether the fact's file becomes, is, or is not the one whose word counts most. */
function rankOf(fact: SpanFact, context: SpanContext, row: SpanRow): 'leads' | 'is level' | 'follows' {
  const strong = fact.weak !== true;
  if (strong !== row.told.whole) return strong ? 'leads' : 'follows';
  if (row.fileId === context.fileId) return 'is level';
  return context.follows(row.fileId) ? 'leads' : 'follows';
}

/** What was said before is remembered as said by the one who said it. */
function takeOver(row: SpanRow, fact: SpanFact, context: SpanContext): void {
  const { told, said } = row;
  const before = [told.whole ? 1 : 0, row.fileId] as const;
  const keep = (field: string, isTold: boolean) => {
    if (isTold) said[field] ??= before;
  };
  keep('kind', told.kind);
  keep('thread', told.thread);
  keep('parent', row.parentKey !== null && !told.hintedParent);
  keep('name', row.name !== '');
  keep('turn', row.turnKey !== null);
  keep('model', row.model !== null);
  keep('summary', row.summary !== null);
  keep('response', row.responseKey !== null);
  for (const name of Object.keys(row.attrs ?? {})) keep(`attrs.${name}`, true);
  told.whole = fact.weak !== true;
  row.fileId = context.fileId;
  row.ord = place(fact.order, context.offset);
  for (const [field, [strong, fileId]] of Object.entries(said)) {
    if (strong === (told.whole ? 1 : 0) && fileId === row.fileId) delete said[field];
  }
}

function overrides(
  row: SpanRow,
  field: string,
  strong: boolean,
  which: 'first' | 'last',
  context: SpanContext,
): boolean {
  const [saidStrong, fileId] = row.said[field] ?? [row.told.whole ? 1 : 0, row.fileId];
  if (strong !== (saidStrong === 1)) return strong;
  return fileId === context.fileId ? strong && which === 'last' : context.follows(fileId);
}

/** A copy inside another record may carry the time of the copying: it fills, it does not stretch. */
function joinTimes(row: SpanRow, fact: SpanFact, strong: boolean): void {
  const { told } = row;
  const start = integer(fact.startUs);
  if (start !== undefined && (row.startUs === null || strong || told.weakStart)) {
    const replaces = row.startUs === null || (strong && told.weakStart);
    row.startUs = replaces ? start : Math.min(row.startUs ?? start, start);
    told.weakStart = !strong;
  }
  const end = integer(fact.endUs);
  if (end !== undefined && (row.endUs === null || strong || told.weakEnd)) {
    const replaces = row.endUs === null || (strong && told.weakEnd);
    row.endUs = replaces ? end : Math.max(row.endUs ?? end, end);
    told.weakEnd = !strong;
  }
}

/** Of one response's lines the one with the larger total says what it used. */
function joinUsage(row: SpanRow, usage: Usage, provenance: Provenance, leads: boolean): void {
  const more = row.usage ? totalTokens(usage) - totalTokens(row.usage) : 1;
  if (more < 0 || (more === 0 && !leads)) return;
  row.usage = usage;
  row.usageProvenance = provenance;
}

function rank(status: SpanStatus): number {
  return spanStatuses.indexOf(status);
}
