// Every query and command of the contract, asked of the real core over real logs.

import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ContractClient } from '../../src/shared/contract/client.ts';
import type { AnyCall } from '../../src/shared/contract/define.ts';
import { contract, type PlayheadClient } from '../../src/shared/contract/index.ts';
import { ROOT_SPAN, type RecordId, type SessionId, type SpanId } from '../../src/shared/model/ids.ts';
import { fits, type RecordedCore, startRecordedCore } from './recorded-core.ts';
import { type Served, wires } from './wires.ts';

/** One prompt that started twelve subagents. */
const BUSY = '8a525d27-37a4-4a12-8523-a3ea345290cf';
/** 13 lines, one prompt. */
const QUIET_ID = '05bc869c-2182-4d7a-9d83-e8e5736042c7';
const QUIET = `projects/-home-demo-work-demo-project/${QUIET_ID}.jsonl`;

type Client = PlayheadClient;

/** A valid input for each call, from what is recorded. */
const inputs: { readonly [name: string]: (client: Client) => Promise<unknown> } = {
  'app.info': async () => ({}),
  'sessions.list': async () => ({}),
  'sessions.get': async () => ({ sessionId: busy }),
  'sessions.find': async () => ({ text: BUSY }),
  'trace.spans': async () => ({ sessionId: busy }),
  'trace.span': async () => ({ sessionId: busy, spanId: ROOT_SPAN }),
  'trace.event': async client => {
    const sessionId = busy;
    const { events } = await client.trace.spans({ sessionId });
    return { sessionId, eventId: events[0]?.id };
  },
  'conversation.outline': async () => ({ sessionId: busy, threadId: ROOT_SPAN }),
  'conversation.entries': async client => {
    const sessionId = busy;
    const { entries } = await client.conversation.outline({ sessionId, threadId: ROOT_SPAN });
    return { sessionId, threadId: ROOT_SPAN, ids: entries.slice(0, 100).map(({ id }) => id) };
  },
  'records.list': async () => ({ sessionId: busy }),
  'records.indexOf': async client => ({ sessionId: busy, recordId: await aRecord(client) }),
  'records.read': async client => ({ recordId: await aRecord(client) }),
  'search.query': async () => ({ text: 'subagent' }),
  'search.count': async () => ({ text: 'subagent' }),
  'search.scan': async () => ({ text: 'subagent' }),
  'search.status': async () => ({}),
  'usage.report': async () => ({ by: 'day', withModels: true }),
  'sources.list': async () => ({}),
  'sources.files': async client => ({ sourceId: (await client.sources.list({})).sources[0]?.id }),
  'sources.progress': async () => ({}),
  'sources.add': async () => ({ path: core.at('nothing-here'), format: 'codex' }),
  'sources.remove': async client => ({
    sourceId: (await client.sources.add({ path: core.at('not-for-long'), format: 'codex' })).id,
  }),
  'sources.open': async () => ({ paths: [copyOf('opened.jsonl')] }),
  'sources.samples': async () => ({}),
  'sources.openSample': async () => ({ id: 'otlp-rag' }),
};

async function aRecord(client: Client): Promise<RecordId | undefined> {
  return (await client.records.list({ sessionId: busy })).records[3]?.recordId;
}

/** A small log outside the sources, of a session that none of them holds. */
function copyOf(name: string): string {
  const log = readFileSync(core.at('logs/claude-code', QUIET), 'utf8');
  writeFileSync(core.at(name), log.replaceAll(QUIET_ID, name));
  return core.at(name);
}

let core: RecordedCore;
let busy: SessionId;

beforeAll(async () => {
  core = await startRecordedCore(
    ['claude-code/projects', 'codex/sessions', 'anton/task', 'otlp/copilot.json', 'generic'],
    at => [
      { format: 'claude-code', path: at('logs/claude-code/projects') },
      { format: 'codex', path: at('logs/codex') },
      { format: 'auto', path: at('logs/anton') },
      { format: 'otlp', path: at('logs/otlp') },
      { format: 'auto', path: at('logs/generic') },
    ],
  );
  await core.app.settle();
  busy = (await core.app.reader.call('findSession', BUSY)).id;
});
afterAll(() => core.dispose());

const calls = Object.entries(contract).flatMap(([domain, entries]) =>
  Object.entries(entries as Record<string, AnyCall | { kind: 'push' }>)
    .filter((entry): entry is [string, AnyCall] => entry[1].kind !== 'push')
    .map(([name, def]) => ({ name: `${domain}.${name}`, domain, call: name, def })),
);

function invoke(client: Client, domain: string, call: string, input: unknown): Promise<unknown> {
  const group = client[domain as keyof Client] as unknown as Record<string, (value: unknown) => Promise<unknown>>;
  return group[call]?.(input) ?? Promise.reject(new Error(`${domain}.${call} is not callable`));
}

it('tries every call that there is', () => {
  expect(Object.keys(inputs).toSorted()).toEqual(calls.map(({ name }) => name).toSorted());
});

describe.each(wires)('the core over $name', wire => {
  let served: Served;
  let client: Client;

  beforeAll(async () => {
    served = await wire.serve(core.app);
    client = await open();
  });
  afterAll(() => served.dispose());

  async function open(): Promise<Client> {
    const made = new ContractClient(contract);
    made.attach((await served.open()).transport);
    return made.calls;
  }

  it.each(calls)('answers $name in the shape that the contract says', async ({ name, domain, call, def }) => {
    const input = await inputs[name]?.(client);
    const output = await invoke(client, domain, call, input);
    expect(fits(def.output, output)).toEqual(output);
  });

  it.each([
    ['sessions.list', { limit: 0 }, 'limit'],
    ['sessions.list', { limit: 1001 }, 'limit'],
    ['sessions.list', { before: { updateUs: 1 } }, 'before.id'],
    ['sessions.list', { since: 'yesterday' }, 'since'],
    ['sessions.list', { filter: 'x'.repeat(201) }, 'filter'],
    ['sessions.get', {}, 'sessionId'],
    ['sessions.get', { sessionId: '' }, 'sessionId'],
    ['sessions.get', { sessionId: { $ne: null } }, 'sessionId'],
    ['sessions.find', { text: '' }, 'text'],
    ['trace.spans', { sessionId: 'x', since: 1.5 }, 'since'],
    ['trace.span', { sessionId: 'x', spanId: 'y'.repeat(2001) }, 'spanId'],
    ['conversation.entries', { sessionId: 'x', threadId: 'y', ids: [] }, 'ids'],
    ['conversation.entries', { sessionId: 'x', threadId: 'y', ids: Array(101).fill('z') }, 'ids'],
    ['conversation.entries', { sessionId: 'x', threadId: 'y', ids: ['a', 7] }, 'ids.1'],
    ['records.list', { sessionId: 'x', from: -1 }, 'from'],
    ['records.list', { sessionId: 'x', limit: 501 }, 'limit'],
    ['records.read', { recordId: '1' }, 'recordId'],
    ['records.read', { recordId: 1, limit: 4_000_001 }, 'limit'],
    ['search.query', {}, 'text'],
    ['search.query', { text: 'x'.repeat(1001) }, 'text'],
    ['search.query', { text: 'x', order: 'oldest' }, 'order'],
    ['search.count', { text: 'x', sessionId: 7 }, 'sessionId'],
    ['usage.report', {}, 'by'],
    ['usage.report', { by: 'day', since: '2026-02-30' }, 'since'],
    ['sources.add', { path: '', format: 'codex' }, 'path'],
    ['sources.open', { paths: [] }, 'paths'],
    ['sources.open', { paths: ['/a', 1] }, 'paths.1'],
    ['sources.openSample', {}, 'id'],
  ])('refuses %s with %j and names %s', async (name, input, field) => {
    const [domain = '', call = ''] = name.split('.');
    const error = await invoke(client, domain, call, input).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'bad-input' });
    expect((error as Error).message.startsWith(`${name}: ${field}: `)).toBe(true);
  });

  it.each([
    ['a session', 'sessions.get', { sessionId: 'none' }],
    ['a session by any name', 'sessions.find', { text: 'none' }],
    ["a session's spans", 'trace.spans', { sessionId: 'none' }],
    ["a session's conversation", 'conversation.outline', { sessionId: 'none', threadId: ROOT_SPAN }],
    ["a session's records", 'records.list', { sessionId: 'none' }],
    ['a record', 'records.read', { recordId: 99_999_999 }],
    ['a source to remove', 'sources.remove', { sourceId: 'none' }],
    ['a sample', 'sources.openSample', { id: '../../etc' }],
    ['a file', 'sources.open', { paths: ['/nowhere/at/all.jsonl'] }],
  ])('says of %s that is not there that it is not', async (_what, name, input) => {
    const [domain = '', call = ''] = name.split('.');
    await expect(invoke(client, domain, call, input)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('says of a span, an event and a record of another session that it is not there', async () => {
    const sessionId = busy;
    const other = (await client.sessions.find({ text: '019e56c6-7526-7d03-9fd0-d8067191edf9' })).id;
    const recordId = await aRecord(client);
    await expect(client.trace.span({ sessionId, spanId: 'none' as SpanId })).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(client.trace.event({ sessionId, eventId: 'none' })).rejects.toMatchObject({ code: 'not-found' });
    if (recordId === undefined) throw new Error('no record');
    await expect(client.records.indexOf({ sessionId: other, recordId })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('leaves out entries that are not there', async () => {
    const sessionId = busy;
    const { entries } = await client.conversation.outline({ sessionId, threadId: ROOT_SPAN });
    const ids = [entries[1]?.id ?? '', 'none', entries[0]?.id ?? ''];
    const answer = await client.conversation.entries({ sessionId, threadId: ROOT_SPAN, ids });
    expect(answer.entries.map(({ id }) => id)).toEqual([ids[0], ids[2]]);
  });

  it('tells every window what changed', async () => {
    const other = await open();
    const heard = [client, other].map(one => {
      const sessions = new Set<string>();
      one.sessions.changed(({ sessionIds }) => sessionIds.forEach(id => sessions.add(id)));
      return sessions;
    });
    const { id } = await client.sessions.find({ text: QUIET_ID });
    const line = {
      type: 'user',
      uuid: wire.name,
      sessionId: QUIET_ID,
      message: { role: 'user', content: 'And now?' },
      timestamp: '2026-11-20T08:00:00.000Z',
    };
    appendFileSync(core.at('logs/claude-code', QUIET), `${JSON.stringify(line)}\n`);
    await vi.waitFor(() => expect(heard.map(sessions => sessions.has(id))).toEqual([true, true]), 10_000);
  });
});
