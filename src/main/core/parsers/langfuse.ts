// Langfuse: traces and their observations as its UI, API and batch exports write them.
//
// Contract: never throws. Containers: {trace, observations}, a trace with its observations inside, pages {data, meta},
// sessions {id, traces}, arrays of these, JSON Lines of observations or traces; camel or snake case. Each trace is a
// session; each observation is a record with its exact place. Observations may come in any order.

import { asArray, asText, isObject } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import { headValues } from './json-head.ts';
import type { JsonPath } from './json-ranges.ts';
import { fieldOf, type Fields } from './langfuse-fields.ts';
import {
  attrsOf,
  attrsOfTrace,
  isObservation,
  isTrace,
  kindOfObservation,
  scoreSummary,
  toSpan,
  traceTalk,
  typeOf,
} from './langfuse-observation.ts';
import { spanContent } from './otlp-content.ts';
import { kindOf } from './otlp-genai.ts';
import type { DocumentParser, EntryFact, EventFact, Fact, ParsedUnit, RecordFact, Sample } from './parser.ts';
import { oneLine } from './parser.ts';
import { findRecords, type FoundRecord } from './trace-records.ts';
import { traceFacts, type TraceInfo, type TraceSpan } from './trace-spans.ts';

export const langfuseExport: DocumentParser = {
  id: 'langfuse',
  version: 1,
  label: 'Langfuse export',
  unit: 'document',
  recognise: sample => (holdsLangfuse(sample) ? { agent: 'langfuse', session: null, main: false } : undefined),
  begin: () => ({}),
  parseDocument: bytes => toUnit(bytes),
  content: readContent,
};

function holdsLangfuse(sample: Sample): boolean {
  if (!/"(traceId|trace_id|observations|timestamp)"/.test(sample.text)) return false;
  return pickRecords(headValues(sample).find(value => typeof value === 'object')).length > 0;
}

/** Observations and traces in one top-level value. */
function pickRecords(root: unknown): readonly JsonPath[] {
  if (!isObject(root)) return asArray(root).flatMap((item, at) => pickItem(item, [at]));
  const { data, traces } = root;
  if (Array.isArray(data)) return data.flatMap((item, at) => pickItem(item, ['data', at]));
  if (isObject(data)) return pickItem(data, ['data']);
  if (Array.isArray(traces)) return traces.flatMap((item, at) => pickItem(item, ['traces', at]));
  return pickItem(root, []);
}

function pickItem(item: unknown, path: JsonPath): JsonPath[] {
  if (!isObject(item)) return [];
  if (isObservation(item)) return [[...path]];
  const { trace } = item;
  if (isObject(trace)) {
    const own = isTrace(trace) ? [[...path, 'trace']] : [];
    const beside = pickObservations(item, path);
    return [...own, ...(beside.length > 0 ? beside : pickObservations(trace, [...path, 'trace']))];
  }
  const inside = pickObservations(item, path);
  return isTrace(item) ? [[...path], ...inside] : inside;
}

function pickObservations(holder: Fields, path: JsonPath): JsonPath[] {
  return asArray(holder['observations']).flatMap((item, at) =>
    isObservation(item) ? [[...path, 'observations', at]] : [],
  );
}

function toUnit(bytes: Uint8Array): ParsedUnit {
  const { found, problems } = findRecords(bytes, pickRecords);
  const records: RecordFact[] = [];
  const spans: TraceSpan[] = [];
  const traces = new Map<string, TraceInfo>();
  const talks: { readonly found: FoundRecord; readonly record: number }[] = [];
  for (const item of found) {
    const { value, at } = item;
    if (!isObject(value)) continue;
    const record = records.length;
    if (isObservation(value)) {
      const span = toSpan(value);
      const kind = kindOfObservation(value);
      records.push({ at, ...typeOf(value), timeUs: span.startUs ?? null, session: span.traceId });
      spans.push({ span, record, attrs: attrsOf(value), ...(kind === undefined ? {} : { kind }) });
      noteTrace(traces, span.traceId, record, value, asText(fieldOf(value, 'traceName')));
    } else {
      const session = asText(value['id']) ?? '';
      records.push({ at, type: 'trace', known: true, timeUs: isoToUs(value['timestamp']) ?? null, session });
      noteTrace(traces, session, record, value, asText(value['name']));
      talks.push({ found: item, record });
    }
  }
  for (const { at, why } of problems) records.push({ at, type: 'document', known: true, timeUs: null, rejected: why });
  if (records.length === 0)
    records.push({ at: { line: 1, offset: 0, length: bytes.length }, type: 'empty', known: true, timeUs: null });
  const facts = traceFacts('langfuse', spans, traces);
  const untold = talks.flatMap(({ found: { value, at }, record }) =>
    isObject(value) ? talkFacts(value, at.offset, record, facts) : [],
  );
  return { records, facts: [...facts, ...untold] };
}

function noteTrace(
  traces: Map<string, TraceInfo>,
  session: string,
  record: number,
  value: Fields,
  name: string | undefined,
): void {
  const known = traces.get(session);
  const isOwn = !isObservation(value);
  if (known !== undefined && !isOwn) return;
  const attrs = isOwn || name !== undefined ? attrsOfTrace(value) : {};
  traces.set(session, { record, title: name === undefined ? known?.title : oneLine(name), attrs });
}

/** Scores; and question and answer of the trace where none of its observations tells them. */
function talkFacts(trace: Fields, offset: number, record: number, told: readonly Fact[]): Fact[] {
  const session = asText(trace['id']) ?? '';
  const { blocks, givenCount } = traceTalk(trace);
  const atUs = isoToUs(trace['timestamp']);
  const place = { session, record, ...(atUs === undefined ? {} : { atUs }) };
  const own = told.filter(fact => fact.session === session);
  const hasPrompt = own.some(fact => fact.kind === 'event' && fact.turn === true);
  const hasAnswer = own.some(fact => fact.kind === 'entry' && fact.entry === 'answer');
  const asked = blocks.slice(0, givenCount).findLastIndex(block => block.kind === 'prompt');
  const facts: (EventFact | EntryFact)[] = [];
  const orders = own.flatMap(fact => (fact.kind === 'entry' ? [fact.order] : []));
  if (!hasPrompt && asked >= 0) {
    const summary = textOf(blocks[asked]);
    const order = orders.reduce((least, one) => Math.min(least, one), atUs ?? 1) - 1;
    facts.push({ kind: 'event', ...place, key: 'prompt', event: 'prompt', name: 'Prompt', turn: true, summary });
    facts.push({ kind: 'entry', ...place, key: 'trace/in', entry: 'prompt', block: asked, event: 'prompt', order });
  }
  const answer = blocks.findIndex((block, at) => at >= givenCount && block.kind === 'answer');
  if (!hasAnswer && answer >= 0) {
    const order = orders.reduce((most, one) => Math.max(most, one), atUs ?? 1) + 1;
    facts.push({ kind: 'entry', ...place, key: 'trace/out', entry: 'answer', block: answer, order });
  }
  for (const score of asArray(trace['scores'])) {
    if (!isObject(score)) continue;
    const key = `score:${asText(score['id']) ?? `${offset}/${facts.length}`}`;
    const scoredUs = isoToUs(score['timestamp']);
    const span = asText(fieldOf(score, 'observationId'));
    facts.push({
      kind: 'event',
      session,
      record,
      key,
      event: 'notice',
      name: 'Score',
      summary: scoreSummary(score),
      ...(scoredUs === undefined ? {} : { atUs: scoredUs }),
      ...(span === undefined ? {} : { span }),
    });
  }
  return facts;
}

function textOf(block: ContentBlock | undefined): string {
  if (block?.kind !== 'prompt') return '';
  return oneLine(block.parts.map(part => (part.kind === 'text' ? part.text : '')).join(' '));
}

function readContent(value: unknown): readonly ContentBlock[] {
  if (isObservation(value)) {
    const span = toSpan(value);
    return spanContent(span, kindOfObservation(value) ?? kindOf(span)).blocks;
  }
  return isTrace(value) ? traceTalk(value).blocks : [];
}
