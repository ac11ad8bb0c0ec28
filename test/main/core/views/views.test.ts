// What people read, made from archived bytes by the parser that read them.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { declaredParser } from '../../../../src/main/core/ingest/recogniser.ts';
import { parserById } from '../../../../src/main/core/parsers/registry.ts';
import { StoreReader } from '../../../../src/main/core/store/index.ts';
import { Views } from '../../../../src/main/core/views/views.ts';
import { ROOT_SPAN, type RecordId, type SessionId } from '../../../../src/shared/model/ids.ts';
import { assistant, call, result, text, user } from '../../../builders/claude-lines.ts';
import { fixturesDir } from '../../../builders/corpus.ts';
import { copyFixture, jsonl, Recorder, tempDir, writeAt } from '../../../builders/store.ts';

interface Shown {
  readonly views: Views;
  readonly reader: StoreReader;
  readonly id: SessionId;
  readonly dataDir: string;
}

/** The views on what a folder holds; its files are gone by then, as agents delete theirs. */
async function show(fill: (root: string) => void): Promise<Shown> {
  const root = tempDir();
  fill(root);
  const recorder = await new Recorder({ root, once: true }).settle();
  await recorder.close();
  rmSync(root, { recursive: true });
  const reader = new StoreReader(recorder.dataDir);
  onTestFinished(() => reader.close());
  const find = (id: string) => {
    const declared = declaredParser(reader.mapping(id) ?? '');
    return parserById(id) ?? (typeof declared === 'string' ? undefined : declared);
  };
  const [session] = reader.sessions({ limit: 1, before: null, since: null, filter: '' }).sessions;
  if (!session) throw new Error('nothing was recorded');
  return { views: new Views(reader, find), reader, id: session.id, dataDir: recorder.dataDir };
}

const lines =
  (...values: readonly unknown[]) =>
  (root: string) =>
    void writeAt(root, 'log.jsonl', jsonl(...values));

function entriesOf({ views, id }: Shown) {
  const { entries } = views.outline({ sessionId: id, threadId: ROOT_SPAN, since: null });
  return views.entries({ sessionId: id, threadId: ROOT_SPAN, ids: entries.map(entry => entry.id) }).entries;
}

it('shows a conversation in its order, a tool with its result', async () => {
  const shown = await show(
    lines(
      user('u1', 1, 'list the files'),
      assistant('a1', 2, [call('t1', 'Bash', { command: 'ls' })], { id: 'm1' }),
      user('u2', 3, [result('t1', 'readme.md')]),
      assistant('a2', 4, [text('There is one.')], { id: 'm2' }),
    ),
  );
  const entries = entriesOf(shown);
  expect(entries.map(({ kind }) => kind)).toEqual(['prompt', 'tool', 'answer']);
  expect(entries.map(({ blocks }) => blocks.map(block => block.kind))).toEqual([
    ['prompt'],
    ['tool-call', 'tool-result'],
    ['answer'],
  ]);
  expect(JSON.stringify(entries[1]?.blocks)).toContain('readme.md');
});

it('cuts a long text for the list, says by how much, and shows it whole for one thing', async () => {
  const long = 'x'.repeat(19_999) + '\u{1F600}'.repeat(5_000);
  const shown = await show(lines(user('u1', 1, long)));
  const [entry] = entriesOf(shown);
  const [block] = entry?.blocks ?? [];
  const [part] = block?.kind === 'prompt' ? block.parts : [];
  if (part?.kind !== 'text') throw new Error('no text');
  // Never in the middle of a character.
  expect(part.text).toBe('x'.repeat(19_999));
  expect(part.text.length + (part.cut ?? 0)).toBe(long.length);
  const { blocks } = shown.views.event({ sessionId: shown.id, eventId: entry?.eventId ?? '' });
  expect(JSON.stringify(blocks)).toContain(long);
});

it('shows a line that could not be read in place, with the reason', async () => {
  const shown = await show(root => {
    writeAt(root, 'log.jsonl', `${jsonl(user('u1', 1, 'before'))}{"cut": off\n${jsonl(user('u2', 2, 'behind'))}`);
  });
  const entries = entriesOf(shown);
  expect(entries.map(({ kind }) => kind)).toEqual(['prompt', 'notice', 'prompt']);
  expect(entries[1]?.blocks).toMatchObject([{ kind: 'notice', title: /Line 2 could not be read: not JSON/ }]);
});

it('says so where the archived bytes are lost, and shows the rest', async () => {
  const shown = await show(lines(user('u1', 1, 'hello')));
  rmSync(join(shown.dataDir, 'packs'), { recursive: true });
  expect(entriesOf(shown)[0]?.blocks).toMatchObject([{ kind: 'error', text: /archived bytes/ }]);
});

it('shows what a declared format had read, by the mapping that is kept in the store', async () => {
  const shown = await show(root => copyFixture(join(fixturesDir, 'generic'), root));
  expect(JSON.stringify(entriesOf(shown))).not.toContain('cannot be shown');
});

it('shows a span with its records, and what they say', async () => {
  const shown = await show(lines(user('u1', 1, 'hi'), assistant('a1', 2, [text('hello')], { id: 'm1' })));
  const { spans } = shown.views.trace({ sessionId: shown.id, since: null });
  const llm = spans.find(({ kind }) => kind === 'llm');
  const { blocks, records } = shown.views.span({ sessionId: shown.id, spanId: llm?.id ?? ROOT_SPAN });
  expect(JSON.stringify(blocks)).toContain('hello');
  expect(records).toMatchObject([{ line: 2, role: 'response', path: /log\.jsonl$/ }]);
});

it("reads a record's text in pieces, as it was written", async () => {
  const line = { ...user('u1', 1, 'wörds'), spaced: '  as   they stand  ' };
  const shown = await show(lines(line, user('u2', 2, 'next')));
  const { records } = shown.views.records({ sessionId: shown.id, from: 0, limit: 10 });
  const recordId = records[0]?.recordId ?? (0 as RecordId);
  const written = JSON.stringify(line);
  const bytes = Buffer.byteLength(written);
  expect(shown.views.readRecord({ recordId, from: 0, limit: 1_000_000 })).toEqual({ text: written, totalBytes: bytes });
  const pieces = [];
  for (let from = 0; from < bytes; from += 100)
    pieces.push(shown.views.readRecord({ recordId, from, limit: 100 }).text);
  expect(pieces.length).toBe(Math.ceil(bytes / 100));
  expect(pieces.join('').replaceAll('\uFFFD', '').length).toBeGreaterThan(written.length - 4);
  expect(shown.views.readRecord({ recordId, from: bytes + 5, limit: 10 }).text).toBe('');
});
