import { describe, expect, it } from 'vitest';
import { readArguments, requestOf } from '../../src/main/arguments.ts';
import { defaultDataDir } from '../../src/main/data-dir.ts';

const HOME = '/home/ada';
const read = (...args: string[]) => readArguments(args, '/work', { HOME });

describe('the command line', () => {
  it('means the usual places where it says nothing', () => {
    expect(read()).toMatchObject({
      words: [],
      given: [],
      dataDir: '/home/ada/.local/share/playhead',
      sources: 'default',
      json: false,
      help: false,
      port: 0,
      open: true,
      project: undefined,
      sessionId: undefined,
    });
  });

  it('takes flags before, between and after words, and no flags after "--"', () => {
    const args = read(
      '--json',
      'show',
      '--port=8080',
      'abc',
      '--no-open',
      '-h',
      '--session',
      's-1',
      '--',
      '--odd.jsonl',
    );
    expect(args).toMatchObject({ words: ['show', 'abc', '--odd.jsonl'], json: true, port: 8080, open: false });
    expect(args).toMatchObject({ help: true, sessionId: 's-1' });
    expect(args.given.toSorted()).toEqual(['help', 'json', 'no-open', 'port', 'session']);
  });

  it('reads relative paths from where the user stands, and "~" from home', () => {
    expect(read('--data-dir', 'data', '--path', '../project')).toMatchObject({
      dataDir: '/work/data',
      project: '/project',
    });
    expect(read('--data-dir', '~', '--path', '~/code')).toMatchObject({
      dataDir: '/home/ada',
      project: '/home/ada/code',
    });
    expect(read('--data-dir', '~else')).toMatchObject({ dataDir: '/work/~else' });
  });

  it('takes several sources, whose paths may hold anything', () => {
    const args = read('--source', 'codex=logs/a=b c', '--source=auto=/x', '--source', 'claude-code=~/.claude');
    expect(args.sources).toEqual([
      { format: 'codex', path: '/work/logs/a=b c' },
      { format: 'auto', path: '/x' },
      { format: 'claude-code', path: '/home/ada/.claude' },
    ]);
  });

  it.each([
    ['a flag that is not known', ['--colour'], "Unknown option '--colour'."],
    ['a flag without its value', ['--port'], "Option '--port <value>' argument missing."],
    ['a value for a flag that has none', ['--json=yes'], "Option '--json' does not take an argument."],
    ['a port that is no number', ['--port', 'http'], '--port takes a number from 0 to 65535, not "http".'],
    ['a port that is too high', ['--port', '65536'], '--port takes a number from 0 to 65535, not "65536".'],
    ['a port with a sign', ['--port=-1'], '--port takes a number from 0 to 65535, not "-1".'],
    ['an empty port', ['--port', ''], '--port takes a number from 0 to 65535, not "".'],
    ['a source without a path', ['--source', 'codex='], '--source takes FORMAT=PATH, not "codex=".'],
    ['a source without a format', ['--source', '/logs'], '--source takes FORMAT=PATH, not "/logs".'],
    ['an empty folder', ['--data-dir='], '--data-dir takes a path.'],
  ])('refuses %s', (_what, args, message) => {
    expect(() => read(...args)).toThrow(expect.objectContaining({ code: 'bad-input', message }));
  });

  it('refuses a format that is not known, and lists those that are', () => {
    expect(() => read('--source', 'cobol=/x')).toThrow(
      /^There is no format "cobol"; there are claude-code, codex, .*auto\.$/,
    );
  });

  it('asks to see what it names', () => {
    expect(requestOf(read(), [], '/work')).toEqual({ files: [] });
    expect(requestOf(read('--path', '/p', '--session', 's'), ['a', '/b'], '/work')).toEqual({
      project: '/p',
      sessionId: 's',
      files: ['/work/a', '/b'],
    });
  });
});

describe('the default data folder', () => {
  it.each([
    ['linux', { HOME }, '/home/ada/.local/share/playhead'],
    ['linux', { HOME, XDG_DATA_HOME: '/data' }, '/data/playhead'],
    ['linux', { HOME, XDG_DATA_HOME: 'relative' }, '/home/ada/.local/share/playhead'],
    ['linux', { HOME, XDG_DATA_HOME: '' }, '/home/ada/.local/share/playhead'],
    ['darwin', { HOME }, '/home/ada/Library/Application Support/Playhead'],
    ['win32', { USERPROFILE: '/u', APPDATA: '/u/roaming' }, '/u/roaming/Playhead'],
    ['win32', { HOME: '', USERPROFILE: '/u' }, '/u/AppData/Roaming/Playhead'],
  ] as const)('on %s with %j is %s', (platform, env, path) => {
    expect(defaultDataDir(env, platform)).toBe(path);
  });

  it('is below the home of the account where the environment names none', () => {
    expect(defaultDataDir({}, 'linux')).toMatch(/^\/.+\/\.local\/share\/playhead$/);
  });
});
