// What Context Foundry's files about one build have in common: which build it is, its phases under one set of names,
// the words for how far they are, and clocks.
//
// A `.context-foundry` folder holds the state of one build, each file written over by the next one; no id in them is
// unique. So the folder is the session. A model writes most of these files: any field may be missing, of another type
// or invented.

import { asArray, asObject, asText, isObject } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { SpanStatus } from '../../../shared/model/span.ts';
import { headValues } from './json-head.ts';
import { oneLine, type DocumentParser, type Fact, type FileHint } from './parser.ts';
import { given, saySession, type Saying } from './saying.ts';

export const FOUNDRY = 'context-foundry';

export type Fields = Readonly<Record<string, unknown>>;

/** The build that a file in or below `.context-foundry` tells of, and the project's folder where the path names it. */
export function buildOf({ relPath }: FileHint): { readonly session: string; readonly project: string | undefined } {
  const folders = relPath.split('/').slice(0, -1);
  if (/^(phase-prompts|conversations|feedback)$/.test(folders.at(-1) ?? '')) folders.pop();
  const isInside = folders.at(-1) === '.context-foundry';
  if (isInside) folders.pop();
  const path = folders.join('/').slice(-300);
  return { session: path === '' ? 'build' : `build:${path}`, project: isInside ? folders.at(-1) : undefined };
}

export interface Phase {
  readonly key: string;
  readonly name: string;
  /** Its place in the template, for those without a time. */
  readonly order: number;
}

/** The template's phases and everything that they were called. */
const phases: readonly (readonly [order: number, name: string, ...aliases: readonly string[]])[] = [
  [0, 'Codebase Analysis', 'analysis', 'analyze'],
  [1, 'Scout', 'research'],
  [2, 'Architect', 'architecture', 'planning', 'plan'],
  [2.5, 'Parallel Build Planning', 'build planning', 'parallel planning'],
  [3, 'Builder', 'build', 'implementation', 'implement'],
  [3.5, 'Integration Pre-check', 'integration check', 'pre check', 'precheck'],
  [4, 'Test', 'tester', 'testing', 'tests'],
  [4.2, 'Test Loop', 'self healing', 'fix', 'fixer'],
  [4.5, 'Screenshot', 'screenshots', 'screenshot capture'],
  [5, 'Documentation', 'docs', 'documenter', 'document'],
  [6, 'Deploy', 'deployer', 'deployment'],
  [7, 'Feedback', 'feedback analysis'],
  [7.5, 'GitHub Integration', 'github'],
];

const byName = new Map(
  phases.flatMap(([order, name, ...aliases]) =>
    [plain(name), ...aliases].map(alias => [alias, { key: `phase:${plain(name)}`, name, order }] as const),
  ),
);

function plain(name: string): string {
  return name
    .slice(0, 200)
    .toLowerCase()
    .replace(/^(phase|stage)[\s_:-]+(?=\D)/, '')
    .replace(/[\s_-]+/g, ' ')
    .trim();
}

/** A phase by any of its names; one that is not in the template keeps its own. */
export function phaseOf(name: unknown): Phase | undefined {
  const text = asText(name);
  const key = text === undefined ? '' : plain(text);
  if (text === undefined || key === '') return undefined;
  return byName.get(key) ?? { key: `phase:${key}`, name: oneLine(text, 80), order: 8 };
}

/** How a phase is, in the many words that models and runners used. */
export function statusOf(said: unknown): SpanStatus {
  const word =
    asText(said)
      ?.toLowerCase()
      .replace(/[\s_]+/g, '-')
      .slice(0, 80) ?? '';
  if (/^(complete|completed|success|succeeded|passed|done|finished)$/.test(word)) return 'ok';
  if (/^(failed|failure|error|errored|tests-failed.*|timeout)$/.test(word)) return 'error';
  if (/^(cancelled|canceled|aborted|interrupted)$/.test(word)) return 'aborted';
  // Waiting, skipped, a draft: it has not begun.
  if (/^(|waiting|pending|skipped|draft|review.*|edited|acknowledged|not-started)$/.test(word)) return 'unknown';
  return 'open'; // in_progress, running, testing, self-healing, Analyzing and whatever else a phase does
}

/** Says a phase; `claims` are what the file says that nobody can check, such as a model's idea of the time. */
export function sayPhase(
  saying: Saying,
  phase: Phase,
  span: { readonly [K in 'startUs' | 'endUs']?: number | undefined } & {
    readonly status: SpanStatus;
    readonly summary?: string | undefined;
    readonly claims?: Readonly<Record<string, string | number | boolean | undefined>>;
    readonly session?: string | undefined;
  },
): void {
  const { claims = {}, ...told } = span;
  const attrs = Object.fromEntries(Object.entries(claims).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]])));
  saying.facts.push(
    given<Extract<Fact, { kind: 'span' }>>({
      ...told,
      kind: 'span',
      key: phase.key,
      span: 'phase',
      name: phase.name,
      parent: ROOT_SPAN,
      order: phase.order,
      attrs: Object.keys(attrs).length > 0 ? attrs : undefined,
      role: 'body',
    }),
  );
}

/** A text or number of a model's making, as a claim to show: short. */
export function claim(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return Number.isNaN(value) ? undefined : value;
  if (isObject(value) || Array.isArray(value)) return oneLine(JSON.stringify(value));
  const text = asText(value);
  return text === undefined ? undefined : oneLine(text);
}

export function textsOf(value: unknown): readonly string[] {
  return asArray(value)
    .slice(0, 200)
    .flatMap(item => asText(item) ?? (isObject(item) ? [claim(item)].flatMap(text => asText(text) ?? []) : []));
}

/**
 * Clocks that a program (not a model) wrote without a zone. The latest of them is about when the file was written:
 * where its own time is a whole number of quarter hours away, that is the zone. Else they are taken as they stand.
 */
export function localClock(
  texts: readonly unknown[],
  modifiedUs: number | null,
): (text: unknown) => number | undefined {
  const naive = texts.flatMap(text => (isNaive(text) ? (isoToUs(text) ?? []) : []));
  const latest = naive.reduce<number | undefined>((a, b) => (a === undefined || b > a ? b : a), undefined);
  const away = latest === undefined || modifiedUs === null ? 0 : modifiedUs - latest;
  const shift = Math.round(away / QUARTER_US) * QUARTER_US;
  const isZone = Math.abs(shift) <= 14 * 4 * QUARTER_US && Math.abs(away - shift) < 120e6;
  return text => {
    const us = isoToUs(text);
    return us === undefined || !isNaive(text) || !isZone ? us : us + shift;
  };
}

const QUARTER_US = 900e6;

function isNaive(text: unknown): boolean {
  return typeof text === 'string' && !/(?:Z|[+-]\d{2}:?\d{2})\s*$/i.test(text.slice(10));
}

interface BuildDocument {
  readonly fields: Fields;
  readonly hint: FileHint;
  readonly saying: Saying;
}

/** A parser of one of the documents of a build. */
export function buildDocument(format: {
  readonly id: string;
  readonly label: string;
  readonly type: string;
  isMine(head: Fields): boolean;
  sessionOf?(fields: Fields): string | undefined;
  say(document: BuildDocument): void;
  content(fields: Fields): readonly ContentBlock[];
}): DocumentParser {
  const sessionOf = (fields: Fields, hint: FileHint): string => format.sessionOf?.(fields) ?? buildOf(hint).session;
  return {
    id: format.id,
    version: 1,
    label: format.label,
    unit: 'document',
    recognise(sample, hint) {
      // An object of this kind on one line of many is another format.
      if (sample.values.filter(isObject).length > 1) return undefined;
      const [head] = headValues(sample);
      if (!isObject(head)) return sample.complete || sample.text.trim() !== '' ? undefined : 'more';
      return format.isMine(head) ? { agent: FOUNDRY, session: sessionOf(head, hint), main: false } : undefined;
    },
    begin: () => ({}),
    parseDocument(bytes, hint, recognition) {
      const at = { line: 1, offset: 0, length: bytes.length };
      const fields = parsed(new TextDecoder().decode(bytes));
      const timeUs = hint.modifiedUs;
      const { type } = format;
      if (fields === undefined) {
        const session = recognition.session ?? buildOf(hint).session;
        const rejected = 'not a whole JSON object';
        return { records: [{ at, type, known: true, timeUs, session, rejected }], facts: [] };
      }
      const session = sessionOf(fields, hint);
      const facts: Fact[] = [];
      const saying: Saying = { facts, at, timeUs: timeUs ?? undefined, thread: ROOT_SPAN };
      const { project } = buildOf(hint);
      if (project !== undefined) saySession(saying, { project });
      format.say({ fields, hint, saying });
      return {
        records: [{ at, type, known: true, timeUs, session }],
        facts: facts.map((fact): Fact => ({ ...fact, session })),
      };
    },
    content: value => (isObject(value) ? format.content(value) : []),
  };
}

function parsed(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // half written
  }
}

/** The fields of an object under whichever of the names it has them. */
export function pick(fields: Fields, ...names: readonly string[]): unknown {
  for (const name of names) if (fields[name] !== undefined && fields[name] !== null) return fields[name];
  return undefined;
}

export function objectAt(fields: Fields, ...names: readonly string[]): Fields {
  return asObject(pick(fields, ...names));
}
