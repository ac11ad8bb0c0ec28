import { describe, expect, it } from 'vitest';
import type { RecordId, SessionId, SpanId } from '../../../../src/shared/model/ids.ts';
import { FactStore, span } from '../../../builders/fact-store.ts';
import { jsonl, query, readStore, Recorder, tempDir, writeAt } from '../../../builders/store.ts';
import { user } from '../../../builders/claude-lines.ts';

/** Sessions s0, s1, … the newest first by their number; each with what is given. */
function storeOf(...sessions: readonly { cwd?: string; title?: string; model?: string; atUs?: number }[]): FactStore {
  const store = new FactStore();
  sessions.forEach(({ cwd, title, model, atUs }, n) => {
    store.file(`f${n}`, { session: `s${n}` });
    store.append(`f${n}`, [
      {
        atUs: atUs ?? n,
        facts: [
          {
            kind: 'session',
            ...(cwd === undefined ? {} : { cwd }),
            ...(model === undefined ? {} : { model }),
            ...(title === undefined ? {} : { title: { source: 'custom', text: title } }),
          },
        ],
      },
    ]);
  });
  return store;
}

const all = { limit: 100, before: null, since: null, filter: '' } as const;
const natives = (sessions: readonly { nativeId: string }[]) => sessions.map(({ nativeId }) => nativeId);

describe('The list of sessions', () => {
  it('is newest first, page by page, without gap or double, also where times are equal or missing', () => {
    const store = storeOf(...[5, 3, 5, 9, 5, 3, 1].map(atUs => ({ atUs })));
    store.file('none', { session: 'none' }).say('none', span('t'));
    const whole = store.reader.sessions(all);
    expect(whole.total).toBe(8);
    expect(whole.sessions.map(({ updateUs }) => updateUs)).toEqual([9, 5, 5, 5, 3, 3, 1, null]);
    const paged: SessionId[] = [];
    for (let before: { updateUs: number; id: SessionId } | null = null; ;) {
      const { sessions } = store.reader.sessions({ ...all, limit: 2, before });
      paged.push(...sessions.map(({ id }) => id));
      const last = sessions.at(-1);
      if (!last) break;
      before = { updateUs: last.updateUs ?? 0, id: last.id };
    }
    expect(paged).toEqual(whole.sessions.map(({ id }) => id));
  });

  it('since a revision holds what changed after it', () => {
    const store = storeOf({}, {}, {});
    const { revision } = store.reader.sessions(all);
    store.say('f1', span('t'));
    expect(natives(store.reader.sessions({ ...all, since: revision }).sessions)).toEqual(['s1']);
  });

  it.each([
    ['words of the title, in any case', 'FIX bug', ['s0']],
    ['a part of the folder', 'work/site', ['s1']],
    ['the model', 'opus', ['s1']],
    ['a percent sign as it stands', '100%', ['s0']],
    ['an underscore as it stands', 'a_b', ['s0']],
    ['a backslash as it stands', 'c\\d', ['s0']],
    ['words that stand in different fields', 'opus site', ['s1']],
    ['words of which one is nowhere', 'opus nothing', []],
  ])('is filtered by %s', (_name, filter, expected) => {
    const store = storeOf(
      { title: 'Fix the bug: 100% a_b c\\d' },
      { cwd: '/home/work/site', model: 'opus' },
      { title: '100 axb cd' },
    );
    const { sessions, total } = store.reader.sessions({ ...all, filter });
    expect(natives(sessions)).toEqual(expected);
    expect(total).toBe(expected.length);
  });
});

describe('A session is found', () => {
  it('by its id, its native id, or the beginning of either', () => {
    const store = new FactStore();
    store.file('a', { session: 'abcd-1' }).file('b', { session: 'abce-2' });
    store.say('a', span('t'));
    store.say('b', span('t'));
    const { id } = store.session('abcd-1');
    for (const text of [id, id.slice(0, 8), 'abcd-1', 'abcd', 'ABCD'])
      expect(store.reader.findSession(text).id).toBe(id);
    expect(() => store.reader.findSession('abc')).toThrow(expect.objectContaining({ code: 'not-found' }));
    expect(() => store.reader.findSession('____')).toThrow(expect.objectContaining({ code: 'not-found' }));
  });

  it('only where one fits', () => {
    const store = new FactStore();
    for (const name of ['same-1', 'same-2']) store.file(name, { session: name }).say(name, span('t'));
    expect(() => store.reader.findSession('same')).toThrow(expect.objectContaining({ code: 'conflict' }));
  });

  it('as the newest of a folder, or of what lies in it, and of no other', () => {
    const store = storeOf(
      { cwd: '/home/me/site' },
      { cwd: '/home/me/site/sub_dir' },
      { cwd: '/home/me/site-old' },
      { cwd: '/Home/Me/Site' },
    );
    const newest = (folder: string) => store.reader.sessionOfProject(folder)?.nativeId;
    expect(newest('/home/me/site')).toBe('s1');
    expect(newest('/home/me/site/sub_dir')).toBe('s1');
    expect(newest('/home/me/site/subXdir')).toBeUndefined();
    expect(newest('/home/me')).toBe('s2');
    expect(newest('/')).toBe('s3');
  });
});

describe('What is not there', () => {
  it('is told as not found', () => {
    const store = storeOf({});
    const { id } = store.session('s0');
    const notFound = expect.objectContaining({ code: 'not-found' });
    expect(() => store.reader.session('x' as SessionId)).toThrow(notFound);
    expect(() => store.reader.trace('x' as SessionId, null)).toThrow(notFound);
    expect(() => store.reader.span(id, 'x' as SpanId)).toThrow(notFound);
    expect(() => store.reader.event(id, 'x')).toThrow(notFound);
    expect(() => store.reader.record(99 as RecordId)).toThrow(notFound);
    expect(() => store.reader.recordIndex(id, 99 as RecordId)).toThrow(notFound);
    expect(store.reader.entries(id, ['x'])).toEqual([]);
  });
});

describe('Archived bytes', () => {
  it('are given from any place to any other, over the borders of blocks', async () => {
    const root = tempDir();
    const bytes = jsonl(...Array.from({ length: 400 }, (_, n) => user(`u${n}`, n, 'word '.repeat(700))));
    writeAt(root, 'log.jsonl', bytes);
    const recorder = await new Recorder({ root, once: true }).settle();
    await recorder.close();
    const [file] = query<{ id: number }>(recorder.dataDir, 'SELECT id FROM file');
    const blocks = query<{ start: number }>(recorder.dataDir, 'SELECT start FROM raw_block ORDER BY start');
    expect(blocks.length).toBeGreaterThan(3);
    readStore(recorder.dataDir, reader => {
      const read = (offset: number, length: number) =>
        reader.bytes({ fileId: file?.id ?? 0, generation: 1, offset }, length).toString();
      const border = blocks[2]?.start ?? 0;
      for (const [offset, length] of [
        [0, 0],
        [0, 1],
        [border - 1, 2],
        [border, 10],
        [border - 5, border + 10],
        [bytes.length - 1, 1],
        [0, bytes.length],
      ] as const) {
        expect(read(offset, length), `${offset}+${length}`).toBe(bytes.slice(offset, offset + length));
      }
      expect(() => read(bytes.length - 1, 2)).toThrow(expect.objectContaining({ code: 'unreadable' }));
    });
  });
});

describe('Records', () => {
  it('are listed from any place, and each knows its own', () => {
    const store = new FactStore();
    store.append(
      'a',
      Array.from({ length: 25 }, () => ({})),
    );
    store.file('b', { main: false }).append('b', [{}, {}]);
    const { id } = store.session();
    const { records, total } = store.reader.records(id, 0, 500);
    expect([records.length, total]).toEqual([27, 27]);
    const page = store.reader.records(id, 10, 5).records;
    expect(page).toEqual(records.slice(10, 15));
    for (const [index, { recordId }] of page.entries()) expect(store.reader.recordIndex(id, recordId)).toBe(10 + index);
  });
});
