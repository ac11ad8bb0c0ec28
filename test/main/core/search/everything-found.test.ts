// Search over every kind of recorded log: each word of each entry finds it, by the index and by reading the archive.

import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_TEXT_CHARS } from '../../../../src/main/core/search/entry-text.ts';
import { StoreReader } from '../../../../src/main/core/store/index.ts';
import { Views } from '../../../../src/main/core/views/views.ts';
import { findParser } from '../../../../src/main/workers/store-parsers.ts';
import type { ContentBlock, Part } from '../../../../src/shared/model/content.ts';
import type { SessionId, SpanId } from '../../../../src/shared/model/ids.ts';
import { fixturesDir } from '../../../builders/corpus.ts';
import { Searcher } from '../../../builders/search.ts';
import { query, Recorder } from '../../../builders/store.ts';

const logs = [
  'claude-code/projects',
  'codex/sessions',
  'gemini/tmp',
  'anton/task',
  'otlp',
  'pi',
  'qwen',
  'generic',
] as const;

interface Said {
  /** As Searcher names it. */
  readonly id: string;
  readonly words: readonly string[];
}

/** Every entry of the store with the words that its content shows, by way of the views. */
function everythingSaid(dataDir: string): Said[] {
  const store = new StoreReader(dataDir);
  try {
    const views = new Views(store, id => findParser(store, id));
    const rows = query<{ session: SessionId; native: string; thread: SpanId; key: string }>(
      dataDir,
      `SELECT session.public_id AS session, native_id AS native, thread_key AS thread, key FROM entry JOIN session ON session.id = session_id`,
    );
    return rows.map(({ session, native, thread, key }) => {
      const [entry] = views.entries({ sessionId: session, threadId: thread, ids: [key] }).entries;
      const text = (entry?.blocks ?? []).map(shownText).join(' ');
      return { id: `${native}/${key}`, words: text.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [] };
    });
  } finally {
    store.close();
  }
}

function shownText(block: ContentBlock): string {
  const partText = (part: Part) =>
    part.kind === 'text'
      ? part.text
      : part.kind === 'json'
        ? leaves(part.value)
        : part.kind === 'file'
          ? part.name
          : '';
  switch (block.kind) {
    case 'prompt':
    case 'answer':
    case 'system':
    case 'tool-result': {
      const text = block.parts.map(partText).join('\n');
      return text.length > 20_000 ? '' : text;
    }
    case 'tool-call':
      return leaves(block.input);
    case 'thinking':
    case 'error':
    case 'compaction':
    case 'notice':
      return block.text.length > 20_000 ? '' : block.text;
    default:
      return block satisfies never;
  }
}

function leaves(value: unknown): string {
  const text = JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'boolean' || item === null ? undefined : item,
  );
  if (text === undefined || text.length > MAX_TEXT_CHARS / 2) return '';
  const found: string[] = [];
  JSON.parse(
    text,
    (_key, item: unknown) => (typeof item === 'string' || typeof item === 'number' ? found.push(`${item}`) : 0, item),
  );
  return found.join(' ');
}

/** A store of these logs that nobody has indexed yet. */
async function record(name: string): Promise<string> {
  const recorder = await new Recorder({ root: join(fixturesDir, name), once: true }).settle();
  await recorder.close();
  return recorder.dataDir;
}

describe.each(logs)('of %s', name => {
  it('every entry is in the index, once', async () => {
    const searcher = await new Searcher(await record(name)).settle();
    const [row] = query<{ n: number }>(searcher.dataDir, 'SELECT count(*) AS n FROM entry');
    expect(searcher.fill.status()).toEqual({ indexed: row?.n, total: row?.n, complete: true, failed: null });
  });

  it('a word of an entry finds it', async () => {
    const dataDir = await record(name);
    const searcher = await new Searcher(dataDir).settle();
    const spoken = everythingSaid(dataDir).filter(({ words }) => words.length > 0);
    expect(spoken.length).toBeGreaterThan(3);
    const oneWord = fc
      .constantFrom(...spoken)
      .chain(({ id, words }) => fc.constantFrom(...words).map(word => ({ id, word })));
    await fc.assert(
      fc.asyncProperty(oneWord, async ({ id, word }) => {
        const found: string[] = [];
        for (let after: number | null = null; ;) {
          const answer = await searcher.ask(`"${word}"`, { after });
          found.push(...answer.ids);
          after = answer.next;
          if (after === null) break;
        }
        expect(found).toContain(id);
        expect(new Set(found).size).toBe(found.length);
        expect(await searcher.count(`"${word}"`)).toBe(found.length);
      }),
      { numRuns: 40 },
    );
  });

  it('words that follow each other are a phrase', async () => {
    const dataDir = await record(name);
    const searcher = await new Searcher(dataDir).settle();
    const spoken = everythingSaid(dataDir).filter(({ words }) => words.length > 3);
    const pair = fc
      .constantFrom(...spoken)
      .chain(({ id, words }) => fc.nat(words.length - 2).map(at => ({ id, words: words.slice(at, at + 2) })));
    await fc.assert(
      fc.asyncProperty(pair, async ({ id, words }) => {
        const both = await searcher.ask(words.join(' '));
        fc.pre(both.next === null);
        expect(both.ids).toContain(id);
      }),
      { numRuns: 15 },
    );
  });

  it('reading the archive finds what the index finds', async () => {
    const dataDir = await record(name);
    const searcher = await new Searcher(dataDir).settle();
    const unindexed = new Searcher(await record(name));
    const vocabulary = [...new Set(everythingSaid(dataDir).flatMap(({ words }) => words))];
    const word = fc.constantFrom(...vocabulary);
    const question = fc.oneof(
      word,
      fc.tuple(word, word).map(([a, b]) => `${a} ${b}`),
      fc.tuple(word, word).map(([a, b]) => `${a} -${b}`),
      word.map(one => `${one.slice(0, 3)}*`),
      word.map(one => `is:error ${one}`),
      word.map(one => `-is:error ${one}`),
      fc.constantFrom(
        'is:error',
        'tool:Bash',
        'tool:Read',
        'model:claude',
        '-tool:Bash',
        'file:ts',
        'after:2025-11',
        'before:2025-11',
      ),
    );
    await fc.assert(
      fc.asyncProperty(question, async text => {
        const [indexed, read] = [await searcher.ask(text), await unindexed.scan(text)];
        fc.pre(indexed.next === null && read.hits.length < 500);
        expect([text, read.ids]).toEqual([text, indexed.ids]);
      }),
      { numRuns: 25 },
    );
  });
});
