// What searches find, in which order, and how they are shown.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openSearch } from '../../../../src/main/workers/open-search.ts';
import type { SessionId } from '../../../../src/shared/model/ids.ts';
import { assistant, at, call, result, text, tokens, user } from '../../../builders/claude-lines.ts';
import { type AskOptions, marked, Searcher } from '../../../builders/search.ts';
import { jsonl, query, Recorder, tempDir, writeAt } from '../../../builders/store.ts';

type Values = readonly Readonly<Record<string, unknown>>[];

/** Sessions by name, each a log of its own. */
async function searcherOver(sessions: Readonly<Record<string, Values>>): Promise<Searcher> {
  const root = tempDir();
  for (const [name, values] of Object.entries(sessions)) {
    const lines = values.map(value => ({ ...value, sessionId: name, uuid: `${name}-${String(value['uuid'])}` }));
    writeAt(root, `project/${name}.jsonl`, jsonl(...lines));
  }
  const log = await new Recorder({ root, format: 'claude-code', once: true }).settle();
  await log.close();
  return new Searcher(log.dataDir).settle();
}

const say = (seconds: number, words: string, more = {}) => user(`u${seconds}`, seconds, words, more);
const answer = (seconds: number, words: string, model = 'claude-sonnet-4-5') =>
  assistant(`a${seconds}`, seconds, [text(words)], { id: `m${seconds}`, model });
const use = (seconds: number, name: string, input: Record<string, unknown>, output: string, failed = false): Values => [
  assistant(`c${seconds}`, seconds, [call(`t${seconds}`, name, input)], { id: `m${seconds}` }),
  user(`r${seconds}`, seconds + 1, [result(`t${seconds}`, output, failed)]),
];

describe('Hits', () => {
  it('come newest first, by session', async () => {
    const searcher = await searcherOver({
      one: [say(0, 'owl a'), say(30, 'owl b')],
      two: [say(10, 'owl c'), say(20, 'owl d')],
    });
    const { groups } = await searcher.ask('owl');
    expect(groups.map(({ session, hits }) => [session.nativeId, hits.map(hit => hit.snippet)])).toEqual([
      ['one', ['owl b', 'owl a']],
      ['two', ['owl d', 'owl c']],
    ]);
  });

  it('go on behind the last one, each once', async () => {
    const searcher = await searcherOver({
      one: Array.from({ length: 23 }, (_, n) => say(n * 2, `owl ${n}`)),
      two: Array.from({ length: 19 }, (_, n) => say(n * 3, `owl ${n}`)),
    });
    const all = (await searcher.ask('owl')).ids;
    expect(all).toHaveLength(42);
    for (const limit of [1, 5, 41, 42, 43]) {
      const ids: string[] = [];
      let after: number | null = null;
      let pages = 0;
      do {
        const page = await searcher.ask('owl', { limit, after });
        ids.push(...page.ids);
        after = page.next;
        pages += 1;
      } while (after !== null);
      expect(ids.toSorted()).toEqual(all);
      expect(pages).toBe(Math.ceil(42 / limit));
    }
  });

  it('of one session do not crowd out the others', async () => {
    const searcher = await searcherOver({
      busy: Array.from({ length: 40 }, (_, n) => say(100 + n, `owl ${n}`)),
      calm: [say(0, 'owl at night')],
    });
    const { groups, next } = await searcher.ask('owl', { limit: 5, perSession: 3 });
    expect(groups.map(({ session, hits, more }) => [session.nativeId, hits.length, more])).toEqual([
      ['busy', 3, true],
      ['calm', 1, false],
    ]);
    expect(next).toBeNull();
  });

  it('can be asked of one session only', async () => {
    const searcher = await searcherOver({ one: [say(0, 'owl')], two: [say(10, 'owl')] });
    const [, { session } = { session: undefined }] = (await searcher.ask('owl')).groups;
    const { groups } = await searcher.ask('owl', { sessionId: session?.id as SessionId });
    expect(groups.map(group => group.session.nativeId)).toEqual(['one']);
    expect((await searcher.ask('owl', { sessionId: 'nobody' as SessionId })).groups).toEqual([]);
  });

  it('can be put in order of how well they fit', async () => {
    const searcher = await searcherOver({
      one: [say(0, 'owl owl owl'), say(10, `owl ${'and many other birds of the wood '.repeat(30)}`)],
    });
    const snippets = async (order: 'newest' | 'relevance') =>
      (await searcher.ask('owl', { order })).hits.map(hit => hit.atUs);
    expect(await snippets('newest')).toEqual((await snippets('relevance')).toReversed());
  });

  it('lead to their place', async () => {
    const searcher = await searcherOver({ one: [say(0, 'look'), ...use(5, 'Bash', { command: 'ls nest' }, 'egg')] });
    const [hit] = (await searcher.ask('egg')).hits;
    const [row] = query<Record<string, unknown>>(
      searcher.dataDir,
      `SELECT key AS entryId, thread_key AS threadId, span_key AS spanId, event_key AS eventId, kind FROM entry WHERE kind = 'tool'`,
    );
    expect(hit).toMatchObject({ ...row, tool: 'Bash' });
    expect(hit?.atUs).toBe(Date.parse(at(5)) * 1000);
  });
});

describe('Words', () => {
  const birds = {
    one: [
      say(0, 'The quick brown owl'),
      say(1, 'An owl that is brown and quick'),
      say(2, 'owlets getOwlNest owl_nest.ts'),
      say(3, 'une chouette naïve, 梟は夜に鳴く'),
    ],
  };
  it.each([
    ['all of them, in any order', 'quick owl', 2],
    ['in a row', '"brown owl"', 1],
    ['by their beginning', 'owl*', 3],
    ['whole, where no star says otherwise', 'owle', 0],
    ['the last one by its beginning while it is typed', 'the qui', 1, { typing: true }],
    ['without some', 'owl -brown', 1],
    ['parts of names', 'owl_nest', 1],
    ['without case', 'GETOWLNEST', 1],
    ['without accents', 'naive', 1],
    ['with accents that are not there', 'brôwn', 2],
    ['in scripts without spaces', '夜に', 1],
    ['not even there where they do not follow each other', '梟夜', 0],
    ['nothing but what is left out', '-owl', 1],
    ['nothing at all', '  ', 0],
  ])('are found: %s', async (_what, words, count, options: AskOptions = {}) => {
    const searcher = await searcherOver(birds);
    expect((await searcher.ask(words, options)).hits).toHaveLength(count);
    expect(await searcher.count(words, options.typing)).toBe(count);
  });
});

describe('Filters', () => {
  const sessions = {
    one: [
      say(0, 'owl', { cwd: '/home/demo/aviary' }),
      answer(10, 'the owl sleeps', 'claude-opus-4-1-20250805'),
      ...use(20, 'Read', { file_path: '/home/demo/aviary/src/owl/nest.ts' }, 'owl code'),
      ...use(30, 'Bash', { command: 'cat owl.txt' }, 'owl: no such file', true),
      ...use(40, 'mcp__zoo__feed_owl', { bird: 'owl' }, 'fed'),
    ],
    two: [say(3600, 'owl', { cwd: '/home/demo/pond' }), answer(3610, 'no owl at the pond')],
  };
  it.each([
    ['agent:claude', 7],
    ['agent:codex', 0],
    ['-agent:codex owl', 7],
    ['project:aviary', 5],
    ['project:"avi" project:pon', 7],
    ['-project:aviary', 2],
    ['project:demo', 0],
    ['model:opus', 1],
    ['model:opus-4-1', 1],
    ['model:sonnet-4 sleeps', 0],
    ['model:claude', 7],
    ['tool:bash', 1],
    ['tool:Bash tool:Read', 2],
    ['tool:zoo', 1],
    ['tool:feed_owl', 1],
    ['tool:mcp*', 1],
    ['tool:owl', 0],
    ['-tool:Bash owl', 6],
    ['file:nest', 1],
    ['file:owl/nest.ts', 1],
    ['file:src/ow', 1],
    ['file:owl.txt', 0],
    ['is:error', 1],
    ['is:error owl', 1],
    ['-is:error', 6],
    [`before:${at(0).slice(0, 10)}`, 0],
    ['before:2026', 0],
    ['after:2026', 7],
    ['after:2026 -tool:Read project:aviary', 4],
    ['after:2027', 0],
  ])('%s', async (words, count) => {
    const searcher = await searcherOver(sessions);
    expect((await searcher.ask(words)).hits).toHaveLength(count);
    expect(await searcher.count(words)).toBe(count);
  });

  it('is:waiting finds sessions whose last call has no result, while they are fresh', async () => {
    const now = new Date().toISOString();
    const open = assistant('c', 0, [call('t', 'Bash', { command: 'sleep owl' })]);
    const searcher = await searcherOver({
      fresh: [
        { ...say(0, 'owl'), timestamp: now },
        { ...open, timestamp: now },
      ],
      stale: [say(0, 'owl'), open],
      done: [{ ...say(0, 'owl'), timestamp: now }],
    });
    expect((await searcher.ask('is:waiting')).groups.map(group => group.session.nativeId)).toEqual(['fresh']);
    const others = (await searcher.ask('owl -is:waiting')).groups.map(group => group.session.nativeId);
    expect(others.toSorted()).toEqual(['done', 'stale']);
  });

  it('cost: compares what sessions cost; what is not known fits none', async () => {
    // A million tokens of output cost 15 dollars of Sonnet 4.5.
    const spend = (millions: number, model: string) =>
      assistant('a', 5, [text('owl')], { id: `m-${model}-${millions}`, model, usage: tokens(0, millions * 1_000_000) });
    const searcher = await searcherOver({
      cheap: [say(0, 'owl'), spend(0.01, 'claude-sonnet-4-5-20250929')],
      dear: [say(0, 'owl'), spend(2, 'claude-sonnet-4-5-20250929')],
      unpriced: [say(0, 'owl'), spend(2, 'some-model-of-tomorrow')],
      free: [say(0, 'owl')],
    });
    const fits = async (words: string) => {
      const { groups } = await searcher.ask(words);
      return groups.map(group => group.session.nativeId).toSorted();
    };
    expect(await fits('cost:>1 owl')).toEqual(['dear']);
    expect(await fits('cost:<=0.15')).toEqual(['cheap']);
    expect(await fits('cost:<0.15')).toEqual([]);
    expect(await fits('-cost:<1')).toEqual(['dear']);
    expect(await fits('cost:>0.1 cost:<1')).toEqual(['cheap']);
    expect((await searcher.ask('cost:>1')).groups[0]?.session.cost).toMatchObject({ nanoUsd: 30_000_000_000 });
  });

  it('of more sessions than can be named to the index find the same', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 450 }, (_, n) => [`s${n}`, [say(n, n % 9 === 0 ? 'owl' : 'crow', { cwd: '/w/aviary' })]]),
    );
    const searcher = await searcherOver({ ...many, other: [say(0, 'owl', { cwd: '/w/pond' })] });
    expect((await searcher.ask('owl project:aviary')).groups).toHaveLength(50);
    expect(await searcher.count('owl project:aviary')).toBe(50);
    expect(await searcher.count('project:aviary')).toBe(450);
  });
});

describe('Snippets', () => {
  it('mark what was found', async () => {
    const searcher = await searcherOver({ one: [say(0, 'The brown owl, owlets and a Brôwn hen')] });
    const [hit] = (await searcher.ask('brown owl*')).hits;
    expect(hit && marked(hit)).toEqual(['brown', 'owl', 'owlets', 'Brôwn']);
    const [phrase] = (await searcher.ask('"brown owl"')).hits;
    expect(phrase && marked(phrase)).toEqual(['brown owl']);
  });

  it('show the place where most of the words stand together', async () => {
    const filler = 'nothing of the kind is said in this part of the text. '.repeat(20);
    const searcher = await searcherOver({ one: [say(0, `owl ${filler} brown owl ${filler} brown`)] });
    const [hit] = (await searcher.ask('owl brown')).hits;
    expect(hit?.snippet).toContain('brown owl');
    expect(hit?.snippet.startsWith('…')).toBe(true);
    expect(hit?.snippet.length).toBeLessThan(260);
  });

  it('show the file where that was found', async () => {
    const path = '/home/demo/aviary/nest.ts';
    const searcher = await searcherOver({ one: use(0, 'Read', { file_path: path }, 'x'.repeat(500)) });
    const [hit] = (await searcher.ask('file:nest aviary')).hits;
    expect(hit?.snippet).toContain('aviary/nest.ts');
  });

  it('hold nothing that draws, hides or turns round the text', async () => {
    const hostile =
      '\u001b[31mowl\u001b[0m \u202eelat\u202c\u0007 a\u200bb \ud800 <b onclick=x>owl</b>\r\n\t\u{e0041}end';
    const searcher = await searcherOver({ one: [say(0, hostile)] });
    const [hit] = (await searcher.ask('owl')).hits;
    expect(hit?.snippet).toBe('owl elat ab \ufffd <b onclick=x>owl</b> end');
    expect(hit && marked(hit)).toEqual(['owl', 'owl']);
  });

  it('are cut at characters, of words without an end too', async () => {
    const searcher = await searcherOver({ one: [say(0, `owl ${'🦉'.repeat(400)}`), say(1, `${'字'.repeat(900)}owl`)] });
    for (const hit of (await searcher.ask('owl')).hits) {
      expect(hit.snippet.isWellFormed()).toBe(true);
      expect(hit.snippet.length).toBeLessThan(260);
      expect(marked(hit)).toEqual(['owl']);
    }
  });
});

describe('Any query', () => {
  it('has an answer, and its marks lie in the snippets', async () => {
    const searcher = await searcherOver({
      one: [
        say(0, 'owl "quoted" AND (brackets) NEAR/2 col:umn a-b 日本'),
        ...use(5, 'Bash', { command: 'ls -la' }, 'é*'),
      ],
    });
    const odd = fc.string({
      unit: fc.constantFrom(
        '"',
        '*',
        '-',
        ':',
        ' ',
        '(',
        ')',
        '^',
        '{',
        '}',
        '+',
        'AND',
        'OR',
        'NOT',
        'NEAR',
        'owl',
        'text',
        'tool:',
        '\0',
        '\ue000',
        "'",
        '日',
        '\ud800',
      ),
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(odd, fc.string({ unit: 'binary' })), fc.boolean(), async (words, typing) => {
        const { hits } = await searcher.ask(words, { typing });
        await searcher.count(words);
        await searcher.scan(words);
        for (const { snippet, ranges } of hits) {
          let last = 0;
          for (const [start, end] of ranges) {
            expect(start).toBeGreaterThanOrEqual(last);
            expect(end).toBeGreaterThan(start);
            last = end;
          }
          expect(last).toBeLessThanOrEqual(snippet.length);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('stops when nobody wants its answer any more', async () => {
    const searcher = await searcherOver({ one: Array.from({ length: 300 }, (_, n) => say(n, `owl ${n}`)) });
    const opened = openSearch(searcher.dataDir);
    try {
      const gone = new AbortController();
      const input = {
        text: 'owl',
        typing: false,
        sessionId: null,
        order: 'newest',
        after: null,
        limit: 500,
        perSession: 500,
      } as const;
      const asked = opened.engine.query(input, gone.signal);
      gone.abort();
      await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
      await expect(opened.engine.count(input, gone.signal)).rejects.toMatchObject({ code: 'cancelled' });
      await expect(opened.engine.scan(input, gone.signal)).rejects.toMatchObject({ code: 'cancelled' });
    } finally {
      opened.close();
    }
  });
});
