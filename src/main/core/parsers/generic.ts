// Reads any log of JSON objects, one a line, as a mapping says that its author wrote (docs/generic-mapping.md).
//
// Contract: never throws. Records without an id get a key from file and line; records with the same id are one span.
// A record that the mapping does not speak of is kept as unknown.

import { isObject } from '../../../shared/base/json.ts';
import type { GenericMapping } from '../../../shared/model/generic-mapping.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { SpanStatus } from '../../../shared/model/span.ts';
import { genericContent, layOut } from './generic-content.ts';
import { matcherOf, pickerOf, type GenericRecord, type Pick } from './generic-fields.ts';
import {
  entryOrder,
  oneLine,
  type EntryFact,
  type Fact,
  type FileHint,
  type LineParser,
  type LinePosition,
  type ParsedUnit,
  type ParserState,
  type Recognition,
  type Sample,
  type SpanFact,
} from './parser.ts';

export { MAPPING_SUFFIX, parseMapping } from '../../../shared/model/generic-mapping.ts';

/** Lines looked at before a file is said to be of this log. */
const PROBE = 50;
/** Sessions of one file whose current turn is remembered. */
const MOST_TURNS = 64;

/** The parser for a mapping. Its version changes with the mapping, so that files are read again. */
export function genericLines(mapping: GenericMapping): LineParser {
  const pick = pickerOf(mapping);
  return {
    id: `generic:${mapping.agent}`,
    version: hashOf(JSON.stringify(mapping)),
    label: mapping.agent,
    unit: 'line',
    recognise: (sample, hint) => recognise(mapping, pick, sample, hint),
    begin: (_, hint): ParserState => ({ stem: stemOf(hint), session: '', line: 0, nth: 0, order: 0, turns: [] }),
    parse: (state, value, at) => parse(mapping, pick, state, value, at),
    content: value => {
      const picked = pick(value);
      return picked.kind === 'record' ? genericContent(picked.record) : [];
    },
  };
}

/** With `match`: a line that it speaks of. Without: at least half of the lines have two mapped fields or more. */
function recognise(
  mapping: GenericMapping,
  pick: Pick,
  sample: Sample,
  hint: FileHint,
): Recognition | 'more' | undefined {
  const probe = sample.values.slice(0, PROBE);
  if (probe.length === 0) return sample.complete ? undefined : 'more';
  const fits = matcherOf(mapping);
  const records = probe.filter(value => fits(value)).map(pick);
  const found = records.filter(
    picked => picked.kind === 'record' && (mapping.match !== undefined || told(picked.record) >= 2),
  );
  const wanted = mapping.match === undefined ? probe.length / 2 : 1;
  if (found.length < wanted) return undefined;
  // Where records name their session, every fact does.
  if (mapping.session !== undefined) return { agent: mapping.agent, session: null, main: false };
  return { agent: mapping.agent, session: stemOf(hint), main: true };
}

/** How many mapped fields the record has; its kind and type are always there. */
function told(record: GenericRecord): number {
  return Object.values(record).filter(value => value !== undefined && value !== null).length - 2;
}

type GenericMemory = {
  stem: string;
  session: string;
  line: number;
  nth: number;
  order: number;
  /** The prompt that began each session's current turn, the latest last. */
  turns: [session: string, prompt: string][];
};

function parse(mapping: GenericMapping, pick: Pick, state: ParserState, value: unknown, at: LinePosition): ParsedUnit {
  const memory = state as unknown as GenericMemory; // begin() made it; it went through JSON at most
  memory.nth = memory.line === at.line ? memory.nth + 1 : 0;
  memory.line = at.line;
  const picked = pick(value);
  const session = mapping.session === undefined ? memory.stem : (picked.session ?? (memory.session || memory.stem));
  memory.session = session;
  if (picked.kind === 'unknown') {
    const rejected = isObject(value) ? {} : { rejected: 'not an object' };
    return { records: [{ at, type: picked.type, known: false, timeUs: null, session, ...rejected }], facts: [] };
  }

  const { record } = picked;
  const own = record.id === ROOT_SPAN ? undefined : record.id;
  const key = own ?? `line:${memory.stem}:${at.line}${memory.nth === 0 ? '' : `.${memory.nth}`}`;
  const facts = [
    ...saidFacts(mapping, memory, record, key, session, at),
    ...spanFacts(mapping, memory, record, key, session),
  ];
  const timeUs = record.startUs ?? record.endUs ?? null;
  return { records: [{ at, type: record.type, known: true, timeUs, session }], facts };
}

/** Conversation entries and events. A human's message begins a turn. */
function saidFacts(
  mapping: GenericMapping,
  memory: GenericMemory,
  record: GenericRecord,
  key: string,
  session: string,
  at: LinePosition,
): readonly Fact[] {
  const order = orderOf(mapping, memory, record, at);
  const atUs = record.startUs ?? record.endUs;
  const when = atUs === undefined ? {} : { atUs };
  const span = record.kind === 'message' || record.kind === 'event' ? {} : { span: key };
  const facts: Fact[] = [];
  if (record.kind === 'event') {
    const summary = oneLine(record.error ?? plainText(record.text));
    const event = record.error === undefined ? 'notice' : 'error';
    facts.push({
      kind: 'event',
      session,
      key: `event:${key}`,
      event,
      name: record.name ?? record.type,
      summary,
      order,
      ...when,
    });
  } else if (record.error !== undefined) {
    const name = `${record.name ?? record.kind} failed`;
    facts.push({
      kind: 'event',
      session,
      key: `error:${key}`,
      event: 'error',
      name,
      summary: oneLine(record.error),
      order,
      ...when,
      ...span,
    });
  }
  for (const [block, { entry, result }] of layOut(record).entries()) {
    const fact: EntryFact = {
      kind: 'entry',
      session,
      key: `${entry}:${key}`,
      entry,
      block,
      order: order + block,
      ...when,
      ...span,
      ...(result === true && { result }),
    };
    if (entry !== 'prompt') {
      facts.push(fact);
      continue;
    }
    const summary = oneLine(plainText(record.text));
    remember(memory, session, fact.key);
    facts.push({
      kind: 'event',
      session,
      key: fact.key,
      event: 'prompt',
      name: 'prompt',
      turn: true,
      summary,
      order,
      ...when,
    });
    facts.push({ ...fact, event: fact.key });
    facts.push({ kind: 'session', session, title: { source: 'prompt', text: summary } });
  }
  return facts;
}

function spanFacts(
  mapping: GenericMapping,
  memory: GenericMemory,
  record: GenericRecord,
  key: string,
  session: string,
): readonly Fact[] {
  const { kind, model, usage, name } = record;
  if (kind === 'message' || kind === 'event' || (kind === 'end' && record.id === undefined)) return [];
  const turn = memory.turns.find(([of]) => of === session)?.[1];
  const summary = oneLine(record.error ?? (plainText(record.text) || plainText(record.toolInput)));
  const span: SpanFact = {
    kind: 'span',
    session,
    key,
    role: kind === 'llm' ? 'response' : record.startUs === undefined ? 'result' : 'call',
    status: statusOf(mapping, record),
    ...(kind !== 'end' && { span: kind }),
    ...(name !== undefined && { name: oneLine(name) }),
    ...(record.parent !== undefined && { parent: record.parent ?? ROOT_SPAN }),
    ...(turn !== undefined && { turn }),
    ...(record.startUs !== undefined && { startUs: record.startUs }),
    ...(record.endUs !== undefined && { endUs: record.endUs }),
    ...(model !== undefined && { model }),
    ...(usage !== undefined && { usage, usageProvenance: 'reported' }),
    ...(summary !== '' && { summary }),
    ...(record.error !== undefined && { attrs: { error: record.error.slice(0, 500) } }),
  };
  // What another record of the same span may know better: a call's name, an agent's parent.
  const otherwise = kind === 'end' ? {} : { name: model ?? record.type, parent: ROOT_SPAN };
  const facts: Fact[] = [span, { kind: 'span', session, key, weak: true, ...otherwise }];
  if (model !== undefined && kind === 'llm') facts.push({ kind: 'session', session, model });
  return facts;
}

/** Open until an end is told, where the log tells ends. */
function statusOf(mapping: GenericMapping, record: GenericRecord): SpanStatus {
  if (record.error !== undefined) return 'error';
  if (record.endUs !== undefined || record.toolOutput !== undefined) return 'ok';
  const told = mapping.end ?? mapping.durationMs ?? (record.kind === 'tool' ? mapping.toolOutput : undefined);
  return told !== undefined || (record.kind !== 'llm' && hasEnds(mapping)) ? 'open' : 'ok';
}

function hasEnds(mapping: GenericMapping): boolean {
  return typeof mapping.kind === 'object' && Object.values(mapping.kind.map ?? {}).includes('end');
}

/**
 * File order; where sessions spread over files, time and then file order, as many records may carry the same time.
 * Grows with every record of a file.
 */
function orderOf(mapping: GenericMapping, memory: GenericMemory, record: GenericRecord, at: LinePosition): number {
  if (mapping.session === undefined) return entryOrder(at.offset, 0);
  const atUs = record.startUs ?? record.endUs;
  const byTime = atUs === undefined ? 0 : Math.floor(atUs / 1000) * 1024;
  memory.order = Math.max(byTime, memory.order + 64);
  return memory.order;
}

function remember(memory: GenericMemory, session: string, prompt: string): void {
  memory.turns = [...memory.turns.filter(([of]) => of !== session), [session, prompt] as [string, string]].slice(
    -MOST_TURNS,
  );
}

/** The words in a value, for one line about it. Looks a few levels deep only. */
function plainText(value: unknown, depth = 0): string {
  if (typeof value === 'string') return value;
  if (depth === 4 || typeof value !== 'object' || value === null) return '';
  const inner = Array.isArray(value) ? value.slice(0, 20) : wordsOf(value as Record<string, unknown>);
  return inner
    .map(piece => plainText(piece, depth + 1))
    .filter(text => text !== '')
    .join(' ');
}

function wordsOf(value: Readonly<Record<string, unknown>>): readonly unknown[] {
  const { text, content, command } = value;
  const main = text ?? content ?? command;
  return main === undefined
    ? Object.values(value)
        .filter(field => typeof field === 'string')
        .slice(0, 20)
    : [main];
}

function stemOf(hint: FileHint): string {
  return hint.relPath.slice(hint.relPath.lastIndexOf('/') + 1).replace(/\.[^.]+$/, '');
}

/** 31 bits of a text: a version number that changes with it. */
function hashOf(text: string): number {
  let hash = 7;
  for (let i = 0; i < text.length; i += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash & 0x7fffffff;
}
