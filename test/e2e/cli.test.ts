// The built command line: what it reads, prints and refuses.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { assistant, call, result, user } from '../builders/claude-lines.ts';
import { assertBuilt, cliEntry, countBelow, fixtures, Place, repository } from './cli-process.ts';

const BUSY = '8a525d27-37a4-4a12-8523-a3ea345290cf';
const ORCHESTRATOR = 'fe5e1c67-53e7-4862-81ae-d0e013e3270b';

interface Report {
  readonly files: number;
  readonly bytes: number;
  readonly lines: number;
  readonly records: number;
  readonly sessions: number;
  readonly spans: number;
  readonly skipped: readonly { readonly file: string; readonly line: number; readonly reason: string }[];
  readonly skippedCount: number;
  readonly unknownTypes: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly peakRssBytes: number;
}

interface ListedSession {
  readonly id: string;
  readonly agent: string;
  readonly nativeId: string;
  readonly title: string;
  readonly updatedAt: string;
  readonly turns: number;
  readonly spans: number;
}

beforeAll(assertBuilt);

const controlsIn = (text: string) => text.match(/(?!\n)\p{Cc}/gu) ?? [];

describe('the command line over real logs', { timeout: 60_000 }, () => {
  const place = new Place();
  const claude = place.at('claude');
  const codex = place.at('codex');
  const sources = ['--source', `claude-code=${claude}`, '--source', `codex=${codex}`, '--data-dir', place.dataDir];

  beforeAll(() => {
    cpSync(join(fixtures, 'claude-code/projects'), join(claude, 'projects'), { recursive: true });
    cpSync(join(fixtures, 'codex/sessions'), join(codex, 'sessions'), { recursive: true });
    // Logs at the default places, which nobody has asked for.
    cpSync(join(fixtures, 'claude-code/recordings'), join(place.home, '.claude/projects/decoy'), { recursive: true });
    cpSync(join(fixtures, 'codex/exec'), join(place.home, '.codex/sessions'), { recursive: true });
  });
  afterAll(() => place.dispose());

  const json = async <T>(...args: string[]): Promise<T> => {
    const { code, stdout, stderr } = await place.run([...args, ...sources, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.endsWith('\n')).toBe(true);
    expect(stdout.trimEnd()).not.toContain('\n');
    return JSON.parse(stdout) as T;
  };

  it('index counts what wc counts, of the named sources only', async () => {
    const report = await json<Report>('index');
    const logs = (name: string) => name.endsWith('.jsonl');
    const documents = (name: string) => name.endsWith('.meta.json');
    const counted = [countBelow(claude, logs), countBelow(claude, documents), countBelow(codex, logs)] as const;
    const sum = (what: 'files' | 'bytes' | 'lines') => counted.reduce((total, one) => total + one[what], 0);
    const files = sum('files');
    // A transcript for each session, and the subagents' below a folder of their own; one rollout each.
    const transcripts = countBelow(claude, name => logs(name) && !name.includes('/subagents/')).files;
    expect(report).toMatchObject({
      files,
      bytes: sum('bytes'),
      // The descriptions are one line each that has no end.
      lines: sum('lines') + counted[1].files,
      sessions: transcripts + counted[2].files,
      skipped: [],
      skippedCount: 0,
      unknownTypes: {},
    });
    expect(report.records).toBe(report.lines);
    expect(report.spans).toBeGreaterThan(report.sessions);
    expect(report.seconds).toBeGreaterThan(0);
    expect(report.peakRssBytes).toBeGreaterThan(30_000_000);
    expect(Object.keys(report).toSorted()).toEqual([
      'bytes',
      'files',
      'lines',
      'peakRssBytes',
      'records',
      'seconds',
      'sessions',
      'skipped',
      'skippedCount',
      'spans',
      'unknownTypes',
    ]);
  });

  it('index says the same when there is nothing new', async () => {
    const { seconds: _, peakRssBytes: __, ...first } = await json<Report>('index');
    const { seconds: ___, peakRssBytes: ____, ...second } = await json<Report>('index');
    expect(second).toEqual(first);
  });

  it('sessions lists each with what the issue asks for, newest first', async () => {
    const sessions = await json<ListedSession[]>('sessions');
    const { sessions: count } = await json<Report>('index');
    expect(sessions).toHaveLength(count);
    const busy = sessions.find(({ nativeId }) => nativeId === BUSY);
    expect(busy).toMatchObject({
      agent: 'claude-code',
      title: '/ir:test-sub-fg',
      project: 'irrlicht',
      cwd: '/Users/ingo/projects/irrlicht',
      model: 'claude-opus-4-6',
      // The first and the last of all timestamps in its thirteen files, by grep and sort.
      startedAt: '2026-04-11T18:52:56.746Z',
      updatedAt: '2026-04-11T19:11:47.643Z',
      turns: 1,
    });
    for (const session of sessions) {
      expect(session).toMatchObject({
        id: expect.stringMatching(/^[0-9a-f]{20}$/),
        startedAt: expect.stringMatching(/^20\d\d-\d\d-\d\dT[\d:.]+Z$/),
        usage: {
          input: expect.any(Number),
          output: expect.any(Number),
          cacheRead: expect.any(Number),
          cacheCreation: expect.any(Number),
          reasoning: expect.any(Number),
        },
      });
    }
    const times = sessions.map(({ updatedAt }) => updatedAt);
    expect(times).toEqual(times.toSorted().toReversed());
    // None of the logs at the default places.
    const decoys = readdirSync(join(place.home, '.claude/projects/decoy'));
    expect(decoys.length).toBeGreaterThan(5);
    expect(sessions.some(({ title }) => title.includes('away'))).toBe(false);
  });

  describe('show', () => {
    interface Shown {
      readonly session: ListedSession;
      readonly spans: readonly {
        id: string;
        parentId: string | null;
        kind: string;
        name: string;
        startedAt: string | null;
        usage: { output: number } | null;
        counted: boolean;
      }[];
      readonly events: readonly { kind: string; at: string | null }[];
    }

    it('prints a session with its spans and events', async () => {
      const shown = await json<Shown>('show', BUSY);
      expect(shown.session.nativeId).toBe(BUSY);
      expect(shown.spans).toHaveLength(shown.session.spans);
      for (const span of shown.spans) {
        expect(Object.keys(span)).toEqual(
          expect.arrayContaining([
            'id',
            'parentId',
            'kind',
            'name',
            'startedAt',
            'endedAt',
            'status',
            'model',
            'usage',
          ]),
        );
      }
      const ids = new Set(shown.spans.map(({ id }) => id));
      expect(shown.spans.filter(({ parentId }) => parentId === null)).toHaveLength(1);
      expect(shown.spans.every(({ parentId }) => parentId === null || ids.has(parentId))).toBe(true);
      // Twelve subagents, by the files that they left, and the session's own.
      expect(shown.spans.filter(({ kind }) => kind === 'agent')).toHaveLength(13);
      expect(shown.events.filter(({ kind }) => kind === 'prompt')).toHaveLength(1);
    });

    it('counts each tool call of the logs once', async () => {
      const shown = await json<Shown>('show', ORCHESTRATOR);
      const log = readFileSync(join(claude, 'projects/sample-project', `${ORCHESTRATOR}.jsonl`), 'utf8');
      const calls = new Set(Array.from(log.matchAll(/"type":"tool_use","id":"([^"]+)"/g), match => match[1]));
      expect(calls.size).toBeGreaterThan(100);
      expect(shown.spans.filter(({ kind }) => kind === 'tool')).toHaveLength(calls.size);
    });

    it('finds a session by id, native id, and the beginning of either', async () => {
      const sessions = await json<ListedSession[]>('sessions');
      const id = sessions.find(({ nativeId }) => nativeId === BUSY)?.id ?? '';
      for (const text of [id, id.slice(0, 8), BUSY, BUSY.slice(0, 8)]) {
        expect((await json<Shown>('show', text)).session.id).toBe(id);
      }
    });

    it.each([
      ['that is not there', 'ffffffff', /^playhead: There is no session "ffffffff"\.\n$/],
      ['that could be several', '019e56', /^playhead: "019e56" fits 2 sessions: [0-9a-f]{20}, [0-9a-f]{20}\.\n$/],
    ])('says so in a sentence of one %s', async (_what, text, sentence) => {
      const { code, stdout, stderr } = await place.run(['show', text, ...sources]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(sentence);
    });

    it('does not mind when nobody reads to the end', async () => {
      const child = place.spawn(['show', ORCHESTRATOR, '--json', ...sources]);
      let stderr = '';
      child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      child.stdout?.once('data', () => child.stdout?.destroy());
      const [code] = (await once(child, 'close')) as [number | null];
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    });
  });

  describe('for people', () => {
    const text = async (...args: string[]) => {
      const { code, stdout, stderr } = await place.run([...args, ...sources]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).not.toContain('\u001b');
      return stdout.trimEnd().split('\n');
    };

    it('sessions are a table whose columns stand below each other', async () => {
      const [head = '', ...rows] = await text('sessions');
      expect(head).toMatch(/^ID +UPDATED +AGENT +PROJECT +TURNS +SPANS +TOKENS +COST +TITLE$/);
      expect(rows).toHaveLength((await json<ListedSession[]>('sessions')).length);
      for (const row of rows) expect(row[head.indexOf('TITLE') - 1]).toBe(' ');
      expect(rows.find(row => row.endsWith('/ir:test-sub-fg'))).toMatch(
        /^[0-9a-f]{8} +\d+ [a-z]+ ago +claude-code +irrlicht +1 +147 +1\.\dM +\$\d+\.\d\d /,
      );
    });

    it('a session is a head and a tree', async () => {
      const lines = await text('show', BUSY);
      expect(lines[0]).toBe('/ir:test-sub-fg');
      expect(lines[1]).toBe(
        'claude-code 2.1.101 · claude-opus-4-6 · /Users/ingo/projects/irrlicht (fix/unify-subagents-adapter-level)',
      );
      expect(lines[2]).toMatch(/^18 min 51 s, ended \d+ [dy] ago · 1 turn · 147 spans · /);
      expect(lines[5]).toBe('agent claude-code  18 min 51 s');
      expect(lines.filter(line => /^ {6}agent /.test(line)).length).toBe(12);
      expect(lines).toHaveLength(5 + 147);
    });

    it('index says in words what was read', async () => {
      const lines = await text('index');
      expect(lines[0]).toMatch(/^22 sessions, [\d,]+ spans$/);
      expect(lines[1]).toMatch(/^from 1,614 records in 1,614 lines of 42 files, 2\.6 MB, in \d+\.\d s$/);
      expect(lines).toHaveLength(2);
    });

    it.skipIf(spawnSync('script', ['--version']).error !== undefined)(
      'there are colours on a terminal, and none under NO_COLOR (needs script(1))',
      () => {
        const onTerminal = (env: Record<string, string>) => {
          const command = [process.execPath, cliEntry, 'sessions', ...sources].map(word => `'${word}'`).join(' ');
          return spawnSync('script', ['-qec', command, '/dev/null'], {
            env: place.env({ TERM: 'xterm-256color', ...env }),
            encoding: 'utf8',
          }).stdout;
        };
        expect(onTerminal({})).toContain('\u001b[36m');
        expect(onTerminal({ NO_COLOR: '1' })).not.toContain('\u001b[');
      },
    );
  });
});

describe('the command line over damaged logs', { timeout: 60_000 }, () => {
  let place: Place;
  beforeEach(() => (place = new Place()));
  afterEach(() => place.dispose());

  const index = async (...more: string[]) => {
    const args = [
      'index',
      '--json',
      '--data-dir',
      place.dataDir,
      '--source',
      `claude-code=${place.at('logs')}`,
      ...more,
    ];
    const { code, stdout, stderr } = await place.run(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout) as Report;
  };

  const recording = readFileSync(
    join(fixtures, 'claude-code/recordings/irrlicht-2.1.143-interrupt.jsonl'),
    'utf8',
  ).trimEnd();

  it('says which lines could not be read, and where, and reads the rest', async () => {
    const lines = recording.split('\n');
    const broken = lines.with(2, '{"type":"user","message":').with(6, 'not JSON');
    const file = place.write('logs/projects/demo/damaged.jsonl', `${broken.join('\n')}\n`);
    const diary = place.write('logs/projects/demo/diary.jsonl', 'Dear diary,\n');
    const report = await index();
    expect(report).toMatchObject({ files: 1, lines: 12, records: 12, sessions: 1, skippedCount: 3 });
    expect(report.skipped.map(({ file: path, line }) => [path, line])).toEqual([
      [file, 3],
      [file, 7],
      [diary, 0],
    ]);
    expect(report.skipped.every(({ reason }) => reason.length > 3)).toBe(true);

    const { stdout } = await place.run([
      'index',
      '--data-dir',
      place.dataDir,
      '--source',
      `claude-code=${place.at('logs')}`,
    ]);
    expect(stdout).toContain('3 could not be read:');
    expect(stdout).toContain(`  ${file}:3  `);
    expect(stdout).toContain(`  ${diary}  `);
  });

  it('lists the first hundred and counts the rest', async () => {
    const noise = Array.from({ length: 150 }, (_, at) => `{"broken": ${at}`);
    place.write('logs/projects/demo/damaged.jsonl', `${[recording, ...noise].join('\n')}\n`);
    const report = await index();
    expect(report).toMatchObject({ skippedCount: 150, records: 162 });
    expect(report.skipped.map(({ line }) => line)).toEqual(Array.from({ length: 100 }, (_, at) => 13 + at));
    const { stdout } = await place.run([
      'index',
      '--data-dir',
      place.dataDir,
      '--source',
      `claude-code=${place.at('logs')}`,
    ]);
    expect(stdout).toContain('150 could not be read:');
    expect(stdout).toContain('  and 140 more\n');
  });

  it('keeps and counts records of types that it does not know', async () => {
    const [first = ''] = recording.split('\n').filter(line => line.includes('"type":"user"'));
    const unknown = ['teleport', 'teleport', 'telepathy'].map((type, at) =>
      JSON.stringify({ ...(JSON.parse(first) as object), type, uuid: `unknown-${at}` }),
    );
    place.write('logs/projects/demo/new.jsonl', `${[recording, ...unknown].join('\n')}\n`);
    const report = await index();
    expect(report).toMatchObject({ records: 15, skippedCount: 0, unknownTypes: { teleport: 2, telepathy: 1 } });
  });

  it('prints no escape of a log to a terminal', async () => {
    const escapes = '\u001b]0;pwned\u0007\u001b[2Jhello\u009b31m';
    const log = [
      user('u1', 0, escapes),
      assistant('a1', 1, [call('t1', 'Bash', { command: `echo ${escapes}` })]),
      user('u2', 2, [result('t1', escapes)]),
    ];
    place.write('logs/projects/demo/hostile.jsonl', log.map(line => `${JSON.stringify(line)}\n`).join(''));
    const report = await index();
    expect(report.sessions).toBe(1);
    const args = ['--data-dir', place.dataDir, '--source', `claude-code=${place.at('logs')}`];
    const listed = await place.run(['sessions', ...args]);
    expect(listed.stdout).toContain('hello');
    expect(controlsIn(listed.stdout)).toEqual([]);
    const id = (JSON.parse((await place.run(['sessions', '--json', ...args])).stdout) as ListedSession[])[0]?.id ?? '';
    const shown = await place.run(['show', id, ...args]);
    expect(shown.code).toBe(0);
    expect(controlsIn(shown.stdout)).toEqual([]);
  });
});

describe('the command line at the default places', { timeout: 60_000 }, () => {
  let place: Place;
  beforeEach(() => (place = new Place()));
  afterEach(() => place.dispose());

  it('reads what lies there, keeps its store at the place of the system, and finds logs inside the projects', async () => {
    const project = place.at('bookshop');
    cpSync(join(fixtures, 'anton/task/bookshop'), project, { recursive: true });
    const log = readFileSync(
      join(fixtures, 'claude-code/projects/-home-demo-work-demo-project/05bc869c-2182-4d7a-9d83-e8e5736042c7.jsonl'),
      'utf8',
    );
    place.write(
      'home/.claude/projects/shop/05bc869c-2182-4d7a-9d83-e8e5736042c7.jsonl',
      log.replaceAll('/home/demo/work/demo-project', project),
    );
    cpSync(join(fixtures, 'codex/sessions'), join(place.home, '.codex/sessions'), { recursive: true });

    const { code, stdout } = await place.run(['index', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ sessions: 1 + 6 + 1, skippedCount: 0 });
    expect(existsSync(join(place.home, '.local/share/playhead/playhead.db'))).toBe(true);
    const listed = JSON.parse((await place.run(['sessions', '--json'])).stdout) as ListedSession[];
    expect(new Set(listed.map(({ agent }) => agent))).toEqual(new Set(['claude-code', 'codex', 'anton']));
  });

  it('has nothing to say where nothing is, and does not fail', async () => {
    expect(await place.run(['sessions', '--json'])).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
    const people = await place.run(['sessions']);
    expect(people).toMatchObject({ code: 0, stderr: '' });
    expect(people.stdout).toMatch(/^No sessions yet\. [^\n]+\n$/);
    const report = JSON.parse((await place.run(['index', '--json'])).stdout) as Report;
    expect(report).toMatchObject({ files: 0, bytes: 0, lines: 0, sessions: 0, skipped: [] });
    const missing = await place.run(['index', '--json', '--source', `codex=${place.at('nowhere')}`]);
    expect(missing).toMatchObject({ code: 0, stderr: '' });
  });

  it('reads relative paths from where it is called', async () => {
    mkdirSync(place.at('here'));
    cpSync(join(fixtures, 'codex/sessions'), place.at('here/logs/sessions'), { recursive: true });
    const { stdout } = await place.run(['index', '--json', '--data-dir', 'data', '--source', 'codex=logs'], {
      cwd: place.at('here'),
    });
    expect(JSON.parse(stdout)).toMatchObject({ sessions: 6 });
    expect(existsSync(place.at('here/data/playhead.db'))).toBe(true);
  });
});

describe('wrong usage', () => {
  const place = new Place();
  afterAll(() => place.dispose());

  it.each([
    ['no command', []],
    ['a command that is not there', ['sing']],
    ['what every object has', ['constructor']],
    ['a flag that is not there', ['sessions', '--colour']],
    ['a flag of another command', ['index', '--port', '3']],
    ['a flag of serve for open', ['open', 'x.jsonl', '--session', 's']],
    ['a word too many', ['sessions', 'all']],
    ['a session too few', ['show']],
    ['a session too many', ['show', 'a', 'b']],
    ['a file too few', ['open']],
    ['a port that is none', ['serve', '--port', 'http']],
    ['a format that is not there', ['index', '--source', 'cobol=/x']],
    ['a source without a path', ['index', '--source', 'codex']],
  ])('ends with 2 and a sentence, and touches nothing: %s', async (_what, args) => {
    const { code, stdout, stderr } = await place.run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^playhead: [^\n]+\.\nTry "playhead help"\.\n$/);
    expect(readdirSync(place.home)).toEqual([]);
  });

  it.each([[['help']], [['--help']], [['-h']], [['show', '--help']]])('is not to ask for help: %j', async args => {
    const { code, stdout, stderr } = await place.run(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const word of [
      'serve',
      'open',
      'sessions',
      'show',
      'index',
      '--json',
      '--data-dir',
      '--source',
      '--by',
      'Exit codes',
    ])
      expect(stdout).toContain(word);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(84);
  });

  it('is not to ask for the version', async () => {
    const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { version: string };
    expect(await place.run(['version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    expect(JSON.parse((await place.run(['version', '--json'])).stdout)).toEqual({ version });
  });
});
