// LangSmith: runs as its API, its SDKs and the usual export scripts write them.
//
// Contract: never throws. Containers: arrays of runs, JSON Lines, runs inside runs (child_runs), {export_metadata,
// traces}, {runs}, {data}, and the batches {post, patch} that SDKs send, where a patch completes the post with its id.
// Each trace is a session, each run a record with its exact place, also where it lies inside another.

import { asText, isObject } from '../../../shared/base/json.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import { headValues } from './json-head.ts';
import type { JsonPath } from './json-ranges.ts';
import type { Fields } from './langsmith-messages.ts';
import { attrsOf, isKnownType, isPatch, isRun, kindOfRun, runId, toSpan, traceIdOf } from './langsmith-run.ts';
import { spanContent } from './otlp-content.ts';
import type { DocumentParser, ParsedUnit, RecordFact, Sample } from './parser.ts';
import { findRecords } from './trace-records.ts';
import { traceFacts, type TraceInfo, type TraceSpan } from './trace-spans.ts';

export const langsmithExport: DocumentParser = {
  id: 'langsmith',
  version: 1,
  label: 'LangSmith runs',
  unit: 'document',
  recognise: sample => (holdsRuns(sample) ? { agent: 'langsmith', session: null, main: false } : undefined),
  begin: () => ({}),
  parseDocument: toUnit,
  content: readContent,
};

function holdsRuns(sample: Sample): boolean {
  if (!/"(run_type|dotted_order|child_runs)"/.test(sample.text)) return false;
  return pickRecords(headValues(sample).find(value => typeof value === 'object')).length > 0;
}

const containers = ['runs', 'traces', 'data', 'post', 'patch', 'run', 'root_run', 'child_runs'] as const;
/** Runs in runs are followed this deep. */
const MAX_DEPTH = 80;

function pickRecords(root: unknown): readonly JsonPath[] {
  const paths: JsonPath[] = [];
  const walk = (value: unknown, path: JsonPath, isLater: boolean): void => {
    if (path.length > MAX_DEPTH) return;
    if (Array.isArray(value)) {
      value.forEach((item, at) => walk(item, [...path, at], isLater));
      return;
    }
    if (!isObject(value)) return;
    if (isRun(value) || (isLater && isPatch(value))) {
      paths.push(path);
      if (Array.isArray(value['child_runs'])) walk(value['child_runs'], [...path, 'child_runs'], false);
      return;
    }
    for (const name of containers)
      if (typeof value[name] === 'object') walk(value[name], [...path, name], name === 'patch');
  };
  walk(root, [], false);
  return paths;
}

interface Word {
  readonly value: Fields;
  readonly record: number;
}

function toUnit(bytes: Uint8Array): ParsedUnit {
  const { found, problems } = findRecords(bytes, pickRecords);
  const records: RecordFact[] = [];
  const words = new Map<string, { readonly words: Word[]; readonly around: { traceId?: string; parentId?: string } }>();
  const idsByPlace = new Map<string, { readonly id: string; readonly traceId: string }>();
  for (const { root, path, value, at } of found) {
    if (!isObject(value)) continue;
    const id = runId(value) ?? '';
    const holder = path.at(-2) === 'child_runs' ? idsByPlace.get(`${root}/${path.slice(0, -2).join('/')}`) : undefined;
    const traceId = traceIdOf(value) ?? holder?.traceId ?? id;
    idsByPlace.set(`${root}/${path.join('/')}`, { id, traceId });
    const { startUs } = toSpan(value);
    const type = asText(value['run_type']) ?? 'patch';
    records.push({
      at,
      type: `run/${type.slice(0, 80)}`,
      known: isKnownType(value),
      timeUs: startUs ?? null,
      session: traceId,
    });
    const word = { value, record: records.length - 1 };
    const known = words.get(id);
    if (known !== undefined) known.words.push(word);
    else
      words.set(id, { words: [word], around: { traceId, ...(holder === undefined ? {} : { parentId: holder.id }) } });
  }
  const spans = [...words.values()].map(({ words: all, around }) => toTraceSpan(all, around));
  for (const { at, why } of problems) records.push({ at, type: 'document', known: true, timeUs: null, rejected: why });
  if (records.length === 0)
    records.push({ at: { line: 1, offset: 0, length: bytes.length }, type: 'empty', known: true, timeUs: null });
  return { records, facts: traceFacts('langsmith', spans, infosOf(spans, words.values())) };
}

/** All that was said of one run: later words complete the earlier ones. */
function toTraceSpan(words: readonly Word[], around: { traceId?: string; parentId?: string }): TraceSpan {
  const run = mergeWords(words);
  const span = toSpan(run, around);
  const kind = kindOfRun(run);
  const record = (words.find(({ value }) => isFilled(value['inputs'])) ?? words[0])?.record ?? 0;
  const alsoIn = words.map(word => word.record).filter(other => other !== record);
  const told = { span, record, kind, attrs: attrsOf(run), alsoIn };
  const last = words.findLast(({ value }) => isFilled(value['outputs']) || asText(value['error']) !== undefined);
  if (last === undefined || last.record === record) return told;
  const whole = spanContent(span, kind).givenCount;
  const own = contentOf(last.value);
  // What came of the run stands in the record that told it, after what that record repeats of its input.
  const place: TraceSpan['place'] = (block, isGiven) =>
    isGiven
      ? { record, block }
      : { record: last.record, block: Math.min(block - whole + own.givenCount, Math.max(own.blocks.length - 1, 0)) };
  return { ...told, place };
}

function mergeWords(words: readonly Word[]): Fields {
  const merged: Record<string, unknown> = {};
  for (const { value } of words)
    for (const [name, field] of Object.entries(value))
      if (merged[name] === undefined || isFilled(field)) merged[name] = field;
  return merged;
}

function isFilled(field: unknown): boolean {
  if (field === undefined || field === null || field === '') return false;
  return typeof field !== 'object' || Object.keys(field).length > 0;
}

/** The project of a trace is what LangSmith calls its session. */
function infosOf(
  spans: readonly TraceSpan[],
  runs: Iterable<{ readonly words: readonly Word[] }>,
): ReadonlyMap<string, TraceInfo> {
  const infos = new Map<string, TraceInfo>();
  const projects = [...runs].map(({ words }) =>
    words.map(({ value }) => asText(value['session_name'])).find(name => name !== undefined),
  );
  spans.forEach(({ span, record }, at) => {
    const project = projects[at];
    if (project !== undefined && !infos.has(span.traceId)) infos.set(span.traceId, { record, project });
  });
  return infos;
}

function contentOf(run: Fields): ReturnType<typeof spanContent> {
  return spanContent(toSpan(run), kindOfRun(run));
}

function readContent(value: unknown): readonly ContentBlock[] {
  return isRun(value) || isPatch(value) ? contentOf(value).blocks : [];
}
