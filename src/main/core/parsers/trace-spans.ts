// Spans of tracing tools whose exports are no OTLP (Langfuse, LangSmith, Jaeger, Zipkin), told as OTLP's are: each tool
// brings its records into the form of an OTLP span, with attributes of the GenAI conventions; trees, kinds, messages and
// conversations are then read in one way for all.
//
// Contract: pure. Each trace is a session of its own. Usage counts on leaves: a model call that wraps others counts only
// where none of those reports tokens.

import type { JsonValue } from '../../../shared/base/json.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { SpanKind } from '../../../shared/model/span.ts';
import { spanContent } from './otlp-content.ts';
import { nothingTold } from './otlp-entries.ts';
import { factsOf } from './otlp-facts.ts';
import { kindOf, usageOf } from './otlp-genai.ts';
import type { OtlpSpan } from './otlp-span.ts';
import type { PlacedSpan } from './otlp-trace.ts';
import type { EntryFact, Fact, SessionFact, SpanFact } from './parser.ts';

export interface TraceSpan {
  readonly span: OtlpSpan;
  /** Index of its record in the unit. */
  readonly record: number;
  /** Where the tool says the kind itself; else told by the attributes. */
  readonly kind?: SpanKind;
  /** More to show beside it. */
  readonly attrs?: { readonly [name: string]: JsonValue };
  /** Other records that speak of it. */
  readonly alsoIn?: readonly number[];
  /** Where a block of the span's content stands, if not in its record at the same index. */
  readonly place?: (block: number, isGiven: boolean) => { readonly record: number; readonly block: number };
}

/** What the tool says of a trace as a whole. */
export interface TraceInfo {
  readonly record: number;
  readonly title?: string | undefined;
  readonly project?: string | undefined;
  readonly attrs?: { readonly [name: string]: JsonValue };
}

/** `tool` names the project of traces whose service has no name of its own. */
export function traceFacts(
  tool: string,
  spans: readonly TraceSpan[],
  infos: ReadonlyMap<string, TraceInfo> = new Map(),
): readonly Fact[] {
  const placed = spans.map(({ span, record, kind = kindOf(span) }): PlacedSpan => {
    return { span, kind, record, firstBlock: 0, content: spanContent(span, kind) };
  });
  const bySpan = new Map<string, { readonly own: TraceSpan; readonly placed: PlacedSpan }>();
  spans.forEach((own, at) => {
    const twin = placed[at];
    if (twin !== undefined) bySpan.set(keyOf(own.span.traceId, own.span.spanId), { own, placed: twin });
  });
  const wrappers = findWrappers(placed);
  const facts = factsOf(placed, nothingTold()).map((fact): Fact => {
    switch (fact.kind) {
      case 'session':
        return sessionOf(fact, tool, infos.get(fact.session ?? ''));
      case 'span': {
        const own = bySpan.get(keyOf(fact.session ?? '', fact.key))?.own;
        return spanOf(fact, own, wrappers.has(keyOf(fact.session ?? '', fact.key)));
      }
      case 'event':
        return fact;
      case 'entry': {
        const at = bySpan.get(keyOf(fact.session ?? '', fact.span ?? ''));
        return at?.own.place === undefined ? fact : moved(fact, at.own.place, at.placed.content.givenCount);
      }
      case 'title-for-record':
        return fact;
    }
  });
  for (const { span, alsoIn = [] } of spans)
    for (const record of alsoIn)
      facts.push({ kind: 'span', session: span.traceId, record, key: span.spanId, role: 'result' });
  const told = new Set(facts.map(fact => fact.session));
  return [...facts, ...[...infos].flatMap(([session, info]) => infoFacts(tool, session, info, told.has(session)))];
}

function keyOf(traceId: string, spanId: string): string {
  return `${traceId}\0${spanId}`;
}

/** Model calls with another one below that reports tokens, only chains and other calls between: by key. */
function findWrappers(placed: readonly PlacedSpan[]): ReadonlySet<string> {
  const byKey = new Map(placed.map(node => [keyOf(node.span.traceId, node.span.spanId), node]));
  const wrappers = new Set<string>();
  for (const { span, kind } of placed) {
    if (kind !== 'llm' || usageOf(span.attributes) === undefined) continue;
    let above = byKey.get(keyOf(span.traceId, span.parentId ?? ''));
    while (above?.kind === 'llm' || above?.kind === 'phase') {
      const key = keyOf(above.span.traceId, above.span.spanId);
      if (wrappers.has(key)) break; // so is everything above it; ends circles too
      wrappers.add(key);
      above = byKey.get(keyOf(above.span.traceId, above.span.parentId ?? ''));
    }
  }
  return wrappers;
}

function sessionOf(fact: SessionFact, tool: string, info: TraceInfo | undefined): SessionFact {
  // Without a service of its own, OTLP's name for the project means nothing here.
  const project = info?.project ?? (fact.agent === undefined ? tool : undefined);
  const title = fact.title ?? (info?.title === undefined ? undefined : { source: 'prompt', text: info.title });
  return { ...fact, ...(project === undefined ? {} : { project }), ...(title === undefined ? {} : { title }) };
}

function spanOf(fact: SpanFact, own: TraceSpan | undefined, isWrapper: boolean): SpanFact {
  const { counted: _, ...rest } = fact;
  const isLeaf = fact.span === 'llm' && !isWrapper;
  const { costUsd, costProvenance, ...others } = own?.attrs ?? {};
  const cost: { [name: string]: JsonValue } =
    costUsd === undefined
      ? {}
      : isLeaf
        ? { costUsd, costProvenance: costProvenance ?? null }
        : { aggregateCostUsd: costUsd };
  return {
    ...rest,
    ...(isWrapper && fact.span === 'llm' ? { counted: false } : {}),
    ...(own?.attrs === undefined ? {} : { attrs: { ...fact.attrs, ...others, ...cost } }),
  };
}

function moved(fact: EntryFact, place: NonNullable<TraceSpan['place']>, givenCount: number): EntryFact {
  return { ...fact, ...place(fact.block, fact.block < givenCount) };
}

/** What is known of a trace as a whole, also of one whose spans are elsewhere. */
function infoFacts(tool: string, session: string, info: TraceInfo, isTold: boolean): Fact[] {
  const { record, title, project = tool, attrs = {} } = info;
  const fact: SessionFact = { kind: 'session', session, record, project };
  const root: SpanFact = { kind: 'span', session, record, key: ROOT_SPAN, attrs };
  return [
    ...(isTold ? [] : [title === undefined ? fact : { ...fact, title: { source: 'prompt' as const, text: title } }]),
    ...(Object.keys(attrs).length > 0 ? [root] : []),
  ];
}
