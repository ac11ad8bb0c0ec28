// A client that was away catches up by asking what changed since the revision that it stands at.

import { appendFileSync, cpSync, mkdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ContractClient } from '../../src/shared/contract/client.ts';
import type { CallOutput } from '../../src/shared/contract/define.ts';
import { type Contract, contract, type PlayheadClient } from '../../src/shared/contract/index.ts';
import type { SessionId } from '../../src/shared/model/ids.ts';
import { fixturesDir } from '../builders/corpus.ts';
import { type RecordedCore, startRecordedCore } from './recorded-core.ts';
import { linkedPair } from './wires.ts';

type Trace = CallOutput<Contract['trace']['spans']>;

const NATIVE_ID = 'fe5e1c67-53e7-4862-81ae-d0e013e3270b';
const LOG = join(fixturesDir, `claude-code/projects/sample-project/${NATIVE_ID}.jsonl`);
const lines = readFileSync(LOG, 'utf8').trimEnd().split('\n');

let core: RecordedCore;
let client: PlayheadClient;
let path: string;
let sessionId: SessionId;

async function start(): Promise<void> {
  core = await startRecordedCore([], at => {
    for (const name of ['projects/demo', 'traces']) mkdirSync(at(name), { recursive: true });
    return [
      { format: 'claude-code', path: at('projects') },
      { format: 'otlp', path: at('traces') },
    ];
  });
  path = core.at('projects/demo', `${NATIVE_ID}.jsonl`);
  const { window, core: far } = linkedPair();
  core.app.connect(far);
  const made = new ContractClient(contract);
  made.attach(window);
  client = made.calls;
}

beforeEach(start);
afterEach(() => core.dispose());

/** Writes the log's lines up to one of them and waits until they are recorded. */
async function writeTo(count: number): Promise<void> {
  const so = await client.sessions.find({ text: NATIVE_ID }).catch(() => undefined);
  const from = so?.records ?? 0;
  appendFileSync(path, `${lines.slice(from, count).join('\n')}\n`);
  await vi.waitFor(async () => expect((await client.sessions.find({ text: NATIVE_ID })).records).toBe(count), {
    timeout: 15_000,
  });
  sessionId = (await client.sessions.find({ text: NATIVE_ID })).id;
}

interface Row {
  readonly id: string;
  readonly revision: number;
}

/** Takes an answer in as a window does. */
function merge<R extends Row>(known: ReadonlyMap<string, R>, changed: readonly R[], reset: boolean): Map<string, R> {
  const rows = reset ? [] : [...known];
  return new Map([...rows, ...changed.map(row => [row.id, row] as const)]);
}

const byId = <R extends Row>(rows: readonly R[]) => new Map(rows.map(row => [row.id, row]));
const ids = (rows: readonly Row[]) => rows.map(({ id }) => id);

/** What was missed is exactly what differs, each row once, and leads to what a full answer holds. */
function expectExact(before: Trace, missed: Trace, now: Trace): void {
  for (const kind of ['spans', 'events'] as const) {
    const known = byId<Row>(before[kind]);
    const changed: readonly Row[] = missed[kind];
    expect(new Set(ids(changed)).size).toBe(changed.length);
    expect(merge(known, changed, missed.reset)).toEqual(byId<Row>(now[kind]));
    if (missed.reset) continue;
    for (const row of changed) {
      expect(row.revision).toBeGreaterThan(before.revision);
      expect(row).not.toEqual({ ...known.get(row.id), revision: row.revision });
    }
  }
  expect(missed.revision).toBe(now.revision);
}

describe('a client that missed what a session did', () => {
  it('gets exactly the rows that changed, whichever part it missed', async () => {
    await writeTo(40);
    const states: Trace[] = [await client.trace.spans({ sessionId })];
    for (const count of [41, 90, 91, 250, lines.length]) {
      await writeTo(count);
      states.push(await client.trace.spans({ sessionId }));
    }
    const now = states.at(-1);
    if (!now) throw new Error('nothing was recorded');
    for (const before of states.slice(0, -1)) {
      const missed = await client.trace.spans({ sessionId, since: before.revision });
      expect(missed.reset).toBe(false);
      expect(missed.spans.length).toBeGreaterThan(0);
      expect(missed.spans.length).toBeLessThan(now.spans.length);
      expectExact(before, missed, now);
    }
  });

  it('gets nothing when it missed nothing', async () => {
    await writeTo(60);
    const { revision } = await client.trace.spans({ sessionId });
    await expect(client.trace.spans({ sessionId, since: revision })).resolves.toEqual({
      revision,
      reset: false,
      spans: [],
      events: [],
    });
  });

  it('gets everything from revision 0 and from none at all', async () => {
    await writeTo(60);
    const all = await client.trace.spans({ sessionId });
    await expect(client.trace.spans({ sessionId, since: 0 })).resolves.toEqual(all);
  });

  it('is not told of what happened to other sessions', async () => {
    await writeTo(60);
    const { revision } = await client.trace.spans({ sessionId });
    const other = 'b25638d7-b104-4f06-a797-70ac33d069ed';
    cpSync(
      join(fixturesDir, `claude-code/projects/-Users-dain-workspace-danieldemmel-me-next/${other}.jsonl`),
      core.at('projects/demo', `${other}.jsonl`),
    );
    await vi.waitFor(async () => expect((await client.sessions.find({ text: other })).records).toBe(46), {
      timeout: 15_000,
    });
    const missed = await client.trace.spans({ sessionId, since: revision });
    expect(missed).toMatchObject({ spans: [], events: [], reset: false });
    expect(missed.revision).toBeGreaterThan(revision);
  });

  it('does not lose what it has when the log is cut off and written anew', async () => {
    await writeTo(60);
    const before = await client.trace.spans({ sessionId });
    truncateSync(path, 0);
    writeFileSync(path, `${lines.slice(0, 70).join('\n')}\n`);
    await vi.waitFor(async () => expect((await client.sessions.find({ text: NATIVE_ID })).records).toBe(70), {
      timeout: 15_000,
    });
    const missed = await client.trace.spans({ sessionId, since: before.revision });
    expectExact(before, missed, await client.trace.spans({ sessionId }));
    const now = new Set(ids((await client.trace.spans({ sessionId })).spans));
    expect(ids(before.spans).filter(id => !now.has(id))).toEqual([]);
  });
});

describe('a client that missed the list of sessions', () => {
  it('gets the sessions that changed, in one answer or in pages', async () => {
    const demo = join(fixturesDir, 'claude-code/projects/-home-demo-work-demo-project');
    await writeTo(60);
    const before = await client.sessions.list({});
    expect(before.sessions).toHaveLength(1);
    cpSync(demo, core.at('projects/copied'), { recursive: true });
    await vi.waitFor(async () => expect((await client.sessions.list({})).total).toBe(12), { timeout: 15_000 });
    await core.app.settle();

    const missed = await client.sessions.list({ since: before.revision });
    expect(missed.sessions).toHaveLength(11);
    expect(missed.sessions.every(({ revision }) => revision > before.revision)).toBe(true);
    expect(ids(missed.sessions)).not.toContain(sessionId);

    const first = await client.sessions.list({ since: before.revision, limit: 7 });
    const last = first.sessions.at(-1);
    if (!last) throw new Error('no page');
    const second = await client.sessions.list({
      since: before.revision,
      limit: 7,
      before: { updateUs: last.updateUs ?? 0, id: last.id },
    });
    expect([...ids(first.sessions), ...ids(second.sessions)]).toEqual(ids(missed.sessions));
    await expect(client.sessions.list({ since: missed.revision })).resolves.toMatchObject({ sessions: [], total: 12 });
  });
});

describe('a client that shows rows which were removed', () => {
  const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const span = (id: number, name: string) => ({
    traceId: '5b8efff798038103d269b633813fc60c',
    spanId: String(id).padStart(16, '0'),
    parentSpanId: id === 1 ? '' : '0000000000000001',
    name,
    kind: 1,
    startTimeUnixNano: `${1_790_000_000 + id}000000000`,
    endTimeUnixNano: `${1_790_000_001 + id}000000000`,
    attributes: [
      attribute('gen_ai.operation.name', id === 1 ? 'invoke_agent' : 'execute_tool'),
      attribute('gen_ai.tool.name', name),
    ],
  });
  const trace = (...spans: object[]) =>
    JSON.stringify({
      resourceSpans: [
        {
          resource: { attributes: [attribute('service.name', 'desk')] },
          scopeSpans: [{ scope: { name: 'test' }, spans }],
        },
      ],
    });
  const put = (text: string) => {
    writeFileSync(core.at('fresh'), text);
    renameSync(core.at('fresh'), core.at('traces/desk.json'));
  };

  it('is told to start over, with everything that is there now', async () => {
    put(trace(span(1, 'desk'), span(2, 'Read'), span(3, 'Write'), span(4, 'Bash')));
    const only = async () => {
      const [session] = (await client.sessions.list({})).sessions;
      if (!session) throw new Error('nothing is recorded yet');
      return session;
    };
    const first = await vi.waitFor(only, { timeout: 15_000 });
    const before = await client.trace.spans({ sessionId: first.id });

    put(trace(span(1, 'desk'), span(2, 'Read'), span(5, 'Grep')));
    await vi.waitFor(
      async () => {
        const { spans } = await client.trace.spans({ sessionId: first.id });
        expect(spans.some(({ name }) => name.includes('Grep'))).toBe(true);
      },
      { timeout: 15_000 },
    );
    const now = await client.trace.spans({ sessionId: first.id });
    expect(now.spans.length).toBe(before.spans.length - 1);
    const missed = await client.trace.spans({ sessionId: first.id, since: before.revision });
    expect(missed).toEqual({ ...now, reset: true });
    expectExact(before, missed, now);

    // Whoever stands after the removal is not sent back again.
    const calm = await client.trace.spans({ sessionId: first.id, since: missed.revision });
    expect(calm).toMatchObject({ reset: false, spans: [], events: [] });
  });
});

describe('the pushes', () => {
  it('name each session that changed, with a revision at which the change can be asked for', async () => {
    const heard: { revision: number; sessionIds: readonly string[] }[] = [];
    client.sessions.changed(push => heard.push(push));
    await writeTo(20);
    await writeTo(30);
    expect(heard.length).toBeGreaterThan(1);
    expect(new Set(heard.flatMap(push => push.sessionIds))).toEqual(new Set([sessionId]));
    const revisions = heard.map(({ revision }) => revision);
    expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
    for (const { revision } of heard) {
      const { spans, events } = await client.trace.spans({ sessionId, since: revision - 1 });
      expect(spans.length + events.length).toBeGreaterThan(0);
    }
    expect((await client.trace.spans({ sessionId, since: null })).revision).toBe(revisions.at(-1));
  });

  it('say nothing when nothing changed', async () => {
    await writeTo(20);
    await core.app.settle();
    const heard: unknown[] = [];
    client.sessions.changed(push => heard.push(push));
    // The same bytes under a new time.
    writeFileSync(path, readFileSync(path));
    await writeTo(21);
    const { revision } = await client.sessions.list({});
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatchObject({ revision });
  });
});
