// What the core says of real logs, through the contract.

import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { z } from 'zod';
import { ContractClient } from '../../src/shared/contract/client.ts';
import { contract, type PlayheadClient } from '../../src/shared/contract/index.ts';
import type { RecordId, SessionId, SourceId } from '../../src/shared/model/ids.ts';
import { fits, type RecordedCore, startRecordedCore } from './recorded-core.ts';
import { linkedPair } from './wires.ts';

/** One prompt that started twelve subagents; its files hold 254 lines together (wc -l). */
const BUSY = '8a525d27-37a4-4a12-8523-a3ea345290cf';
const BUSY_LINES = 254;

let core: RecordedCore;
let client: PlayheadClient;
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
  const { window, core: far } = linkedPair();
  core.app.connect(far);
  const made = new ContractClient(contract);
  made.attach(window);
  client = made.calls;
  busy = (await client.sessions.find({ text: BUSY })).id;
});
afterAll(() => core.dispose());

function expectFits(schema: z.ZodType, output: unknown): void {
  expect(fits(schema, output)).toEqual(output);
}

async function aRecord(): Promise<RecordId> {
  const record = (await client.records.list({ sessionId: busy })).records[3];
  if (!record) throw new Error('no record');
  return record.recordId;
}

describe('what the core says of real logs', () => {
  it('has the shape of the contract for every session, thread, entry, span, event and record', async () => {
    const { sessions } = await client.sessions.list({ limit: 1000 });
    const seen = { spans: 0, events: 0, entries: 0 };
    for (const { id: sessionId } of sessions) {
      const trace = await client.trace.spans({ sessionId });
      expectFits(contract.trace.spans.output, trace);
      for (const { id: spanId } of trace.spans) {
        expectFits(contract.trace.span.output, await client.trace.span({ sessionId, spanId }));
        seen.spans += 1;
      }
      for (const { id: eventId } of trace.events) {
        expectFits(contract.trace.event.output, await client.trace.event({ sessionId, eventId }));
        seen.events += 1;
      }
      for (const threadId of new Set(trace.spans.map(span => span.threadId))) {
        const { entries } = await client.conversation.outline({ sessionId, threadId });
        for (let from = 0; from < entries.length; from += 100) {
          const ids = entries.slice(from, from + 100).map(({ id }) => id);
          const answer = await client.conversation.entries({ sessionId, threadId, ids });
          expectFits(contract.conversation.entries.output, answer);
          expect(answer.entries.map(({ id }) => id)).toEqual(ids);
          seen.entries += answer.entries.length;
        }
      }
      const records = await client.records.list({ sessionId, limit: 500 });
      expectFits(contract.records.list.output, records);
    }
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(50);
  }, 120_000);

  it('has one record for each line of each log, and one for each description beside a log', async () => {
    const { sessions } = await client.sessions.list({ limit: 1000 });
    for (const [agent, folder] of [
      ['claude-code', 'logs/claude-code'],
      ['codex', 'logs/codex'],
    ] as const) {
      const names = readdirSync(core.at(folder), { recursive: true, encoding: 'utf8' });
      const lines = names
        .filter(name => name.endsWith('.jsonl'))
        .reduce((sum, name) => sum + readFileSync(core.at(folder, name), 'utf8').trimEnd().split('\n').length, 0);
      const documents = names.filter(name => name.endsWith('.meta.json')).length;
      const records = sessions.filter(session => session.agent === agent).reduce((sum, one) => sum + one.records, 0);
      expect(records).toBe(lines + documents);
    }
  });

  it('gives every record of a session byte for byte as it stands in its file', async () => {
    const sessionId = busy;
    const { records, total } = await client.records.list({ sessionId, limit: 500 });
    expect([records.length, total]).toEqual([BUSY_LINES, BUSY_LINES]);
    for (const { recordId, path, offset, length, line } of records) {
      const bytes = readFileSync(path);
      const { text, totalBytes } = await client.records.read({ recordId });
      expect(totalBytes).toBe(length);
      expect(text).toBe(bytes.subarray(offset, offset + length).toString());
      expect(bytes.toString().split('\n')[line - 1]).toBe(text);
    }
  });

  it('gives a record in pieces that join to the whole', async () => {
    const recordId = await aRecord();
    const whole = await client.records.read({ recordId });
    let text = '';
    for (let from = 0; from < whole.totalBytes; from += 100) {
      text += (await client.records.read({ recordId, from, limit: 100 })).text;
    }
    expect(text).toBe(whole.text);
    await expect(client.records.read({ recordId, from: whole.totalBytes + 5 })).resolves.toMatchObject({ text: '' });
  });

  it('knows the place of each record in its session', async () => {
    const sessionId = busy;
    const { records } = await client.records.list({ sessionId, from: 100, limit: 5 });
    const places = records.map(({ recordId }) => client.records.indexOf({ sessionId, recordId }));
    expect((await Promise.all(places)).map(({ index }) => index)).toEqual([100, 101, 102, 103, 104]);
  });

  it('lists sessions newest first, in pages without gaps or doubles', async () => {
    const all = await client.sessions.list({ limit: 1000 });
    const pages: string[] = [];
    let before: { updateUs: number; id: SessionId } | null = null;
    for (;;) {
      const { sessions, total } = await client.sessions.list({ limit: 4, before });
      expect(total).toBe(all.total);
      pages.push(...sessions.map(({ id }) => id));
      const last = sessions.at(-1);
      if (!last) break;
      before = { updateUs: last.updateUs ?? 0, id: last.id };
    }
    expect(pages).toEqual(all.sessions.map(({ id }) => id));
    const times = all.sessions.map(({ updateUs }) => updateUs ?? 0);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  });

  it('finds sessions by words of title, project, agent and native id, in any order and case', async () => {
    const titles = async (filter: string) =>
      (await client.sessions.list({ filter })).sessions.map(({ nativeId }) => nativeId);
    expect(await titles('HELPER claude')).toHaveLength(2);
    expect(await titles('claude helper')).toHaveLength(2);
    expect(await titles(BUSY.slice(0, 13))).toEqual([BUSY]);
    expect(await titles('100%')).toEqual([]);
    expect(await titles('_')).not.toContain(BUSY);
    // Their prompts, and so their titles, end lines with one.
    expect(new Set(await titles('\\'))).toEqual(
      new Set(['b25638d7-b104-4f06-a797-70ac33d069ed', '71c9afe9-d9cc-4583-86b3-e62ba682b83a']),
    );
  });

  it('finds one session by id, native id or a prefix that fits it only', async () => {
    const { id } = await client.sessions.find({ text: BUSY });
    const texts = [id, id.slice(0, 6), BUSY.slice(0, 8)];
    const found = await Promise.all(texts.map(text => client.sessions.find({ text })));
    expect(found.map(session => session.nativeId)).toEqual([BUSY, BUSY, BUSY]);
    await expect(client.sessions.find({ text: '019e' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(client.sessions.find({ text: '8a5' })).rejects.toMatchObject({ code: 'not-found' });
  });

  describe('sources', () => {
    const source = async (id: SourceId) => (await client.sources.list({})).sources.find(one => one.id === id);

    it('tell when they are missing, and are read when they appear', async () => {
      const added = await client.sources.add({ path: core.at('later'), format: 'claude-code' });
      expect(added).toMatchObject({ origin: 'added', state: 'missing', sessions: 0 });
      expect(added.reason).toContain('does not exist');
      cpSync(core.at('logs/claude-code/projects/-home-demo-work-demo-project'), core.at('later/demo'), {
        recursive: true,
      });
      await vi.waitFor(
        async () => expect(await source(added.id)).toMatchObject({ state: 'watching', sessions: 11 }),
        15_000,
      );
      const { files } = await client.sources.files({ sourceId: added.id });
      // 11 transcripts, 4 of subagents with 4 descriptions beside them.
      expect(files).toHaveLength(19);
      expectFits(contract.sources.files.output, { files });
      await client.sources.remove({ sourceId: added.id });
      expect(await source(added.id)).toBeUndefined();
    });

    it.each([
      ['a relative path', { path: 'logs', format: 'codex' }],
      ['a format that is not known', { path: '/tmp', format: 'cobol' }],
    ])('are not made of %s', async (_what, input) => {
      await expect(client.sources.add(input)).rejects.toMatchObject({ code: 'bad-input' });
    });

    it('give the same session for a file that is recorded already', async () => {
      const path = core.at(`logs/claude-code/projects/-Users-ingo-projects-irrlicht/${BUSY}.jsonl`);
      const before = (await client.sources.list({})).sources.length;
      await expect(client.sources.open({ paths: [path] })).resolves.toEqual({ sessionIds: [busy] });
      expect((await client.sources.list({})).sources).toHaveLength(before);
    });

    it('are not left behind by a file that nobody can read', async () => {
      const path = core.at('holiday.jsonl');
      writeFileSync(path, 'Dear diary,\ntoday I went to the sea.\n');
      const before = (await client.sources.list({})).sources;
      await expect(client.sources.open({ paths: [path] })).rejects.toMatchObject({ code: 'bad-input' });
      expect((await client.sources.list({})).sources.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    });

    it('are told apart from samples, which open like any file', async () => {
      const { samples } = await client.sources.samples({});
      expect(samples.length).toBeGreaterThan(2);
      for (const { id } of samples) {
        const { sessionIds } = await client.sources.openSample({ id });
        expect(sessionIds).not.toEqual([]);
      }
    });
  });
});
