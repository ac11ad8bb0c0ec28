// What a window asks all the time must not read more than it shows: each plan goes by an index and sorts nothing.

import Database from 'better-sqlite3';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { StoreReader } from '../../../../src/main/core/store/index.ts';
import {
  ROOT_SPAN,
  type RecordId,
  type SessionId,
  type SourceId,
  type SpanId,
} from '../../../../src/shared/model/ids.ts';
import { FactStore, span } from '../../../builders/fact-store.ts';

interface Asked {
  readonly sql: string;
  readonly plan: readonly string[];
}

/** Runs a question to a reader and gives the plan of every statement that it made. */
function plansOf(store: FactStore, ask: (reader: StoreReader) => unknown): Asked[] {
  const asked = new Set<string>();
  const { prepare } = Database.prototype;
  Database.prototype.prepare = function note(this: Database.Database, sql: string) {
    asked.add(sql);
    return prepare.call(this, sql);
  } as typeof prepare;
  try {
    const reader = new StoreReader(store.dataDir);
    onTestFinished(() => reader.close());
    ask(reader);
  } finally {
    Database.prototype.prepare = prepare;
  }
  const db = new Database(join(store.dataDir, 'playhead.db'), { readonly: true });
  onTestFinished(() => void db.close());
  return [...asked]
    .filter(sql => /^\s*(SELECT|WITH)/.test(sql))
    .map(sql => {
      // Names and marks alike are bound to nothing: a plan does not depend on values.
      const named = Object.fromEntries([...sql.matchAll(/@(\w+)/g)].map(([, name]) => [name, null]));
      const marks = [...sql.matchAll(/\?/g)].map(() => null);
      const values = marks.length > 0 ? marks : Object.keys(named).length > 0 ? [named] : [];
      const rows = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[];
      return { sql, plan: rows.map(({ detail }) => detail) };
    });
}

/** A session among others, with a few of everything. */
function filled(): { store: FactStore; id: SessionId } {
  const store = new FactStore();
  for (let n = 0; n < 30; n += 1) {
    store.file(`f${n}`, { session: `s${n}` });
    store.append(`f${n}`, [
      {
        uuid: `u${n}`,
        atUs: n,
        facts: [
          span('t', { role: 'call', responseKey: `r${n}` }),
          { kind: 'event', key: 'e', event: 'prompt', name: 'p', turn: true },
          { kind: 'entry', key: 'n', entry: 'tool', block: 0, order: 1, span: 't', event: 'e' },
        ],
      },
    ]);
  }
  return { store, id: store.session('s3').id };
}

describe('The plan of', () => {
  const page = { limit: 200, before: null, since: null, filter: '' };
  it.each<[string, (reader: StoreReader, id: SessionId) => unknown]>([
    ['a page of sessions', reader => reader.sessions(page)],
    ['the next page', (reader, id) => reader.sessions({ ...page, before: { updateUs: 5, id } })],
    ['one session', (reader, id) => reader.session(id)],
    ['a trace', (reader, id) => reader.trace(id, null)],
    ['what changed in a trace', (reader, id) => reader.trace(id, 3)],
    ['a span', (reader, id) => reader.span(id, 't' as SpanId)],
    ['an event', (reader, id) => reader.event(id, 'e')],
    ['an outline', (reader, id) => reader.outline(id, ROOT_SPAN, null)],
    ['what changed in an outline', (reader, id) => reader.outline(id, ROOT_SPAN, 3)],
    ['entries', (reader, id) => reader.entries(id, ['n'])],
    ['a page of records', (reader, id) => reader.records(id, 0, 200)],
    ['the place of a record', (reader, id) => reader.recordIndex(id, 4 as RecordId)],
    ['a record and its bytes', reader => reader.bytes(reader.record(4 as RecordId), 10)],
    ['the sessions of a file', reader => reader.sessionsOfSource(reader.sources()[0]?.id ?? ('' as SourceId), 'f3')],
  ])('%s goes by indexes', (_name, ask) => {
    const { store, id } = filled();
    const plans = plansOf(store, reader => ask(reader, id));
    expect(plans.length).toBeGreaterThan(0);
    for (const { sql, plan } of plans) {
      const scans = plan.filter(
        step =>
          /^SCAN/.test(step) &&
          // Small tables, and counts over an index that holds nothing but what is counted.
          !/^SCAN (source|counter|CONSTANT ROW)\b/.test(step) &&
          !/USING (COVERING )?INDEX/.test(step) &&
          !/subquery|json_each/i.test(step),
      );
      expect(scans, sql).toEqual([]);
    }
  });

  // Going by a session alone would read all of it for one of its parts.
  it.each<[string, (reader: StoreReader, id: SessionId) => unknown, string]>([
    ['the entries of a span', (reader, id) => reader.span(id, 't' as SpanId), 'entry_by_span'],
    ['the entries of an event', (reader, id) => reader.event(id, 'e'), 'entry_by_event'],
    ['the numbers of turns', (reader, id) => reader.trace(id, 3), 'event_by_turn'],
    ['what changed of spans', (reader, id) => reader.trace(id, 3), 'span_by_revision'],
    ['what changed of events', (reader, id) => reader.trace(id, 3), 'event_by_revision'],
    ['what changed of entries', (reader, id) => reader.outline(id, ROOT_SPAN, 3), 'entry_by_revision'],
    ['the entries of a thread', (reader, id) => reader.outline(id, ROOT_SPAN, null), 'entry_by_thread'],
  ])('%s goes by an index of its own', (_name, ask, index) => {
    const { store, id } = filled();
    const steps = plansOf(store, reader => ask(reader, id)).flatMap(({ plan }) => plan);
    expect(steps.join('\n')).toContain(index);
  });

  it('a page of sessions is in its order already', () => {
    const { store } = filled();
    const plans = plansOf(store, reader => reader.sessions(page));
    const list = plans.find(({ sql }) => /ORDER BY/.test(sql));
    expect(list?.plan.join('\n')).toMatch(/USING INDEX session_by_update/);
    expect(list?.plan.join('\n')).not.toMatch(/TEMP B-TREE/);
  });

  it.each<[string, string, RegExp]>([
    [
      'who else has a record',
      'SELECT id FROM record WHERE uuid = ? AND file_id <> ? AND superseded = 0',
      /record_by_uuid/,
    ],
    ['copies of a response', 'SELECT id FROM span WHERE response_key = ?', /span_by_response/],
    [
      'waiting children',
      `SELECT key FROM span WHERE session_id = ? AND parent_key = ? AND link = 'orphan'`,
      /span_by_parent/,
    ],
    ['rows of a file', 'SELECT id FROM span WHERE file_id = ? AND generation < ?', /span_by_file/],
    ['the last frame', 'SELECT pack FROM raw_block ORDER BY pack DESC, pack_offset DESC LIMIT 1', /raw_block_by_pack/],
  ])('the writer for %s goes by an index', (_name, sql, index) => {
    const { store } = filled();
    const db = new Database(join(store.dataDir, 'playhead.db'), { readonly: true });
    onTestFinished(() => void db.close());
    const marks = [...sql.matchAll(/\?/g)].map(() => null);
    const rows = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...marks) as { detail: string }[];
    expect(rows.map(({ detail }) => detail).join('\n')).toMatch(index);
  });
});
