import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLaunch } from '../../../src/main/desktop/launch.ts';

const CWD = resolve('/home/someone/project');
const at = (path: string): string => resolve(CWD, path);

describe('what a start asks for', () => {
  it('is nothing when started bare', () => {
    expect(readLaunch([], CWD)).toEqual({ request: { files: [] }, dataDir: undefined, sources: 'default' });
  });

  it('is read from flags and files, with relative paths from where the user stands', () => {
    const args =
      '--path . --session s1 --data-dir ../data --source codex-jsonl=logs a.jsonl --source=auto=/b=c b.jsonl';
    expect(readLaunch(args.split(' '), CWD)).toEqual({
      request: { project: CWD, sessionId: 's1', files: [at('a.jsonl'), at('b.jsonl')] },
      dataDir: at('../data'),
      sources: [
        { format: 'codex-jsonl', path: at('logs') },
        { format: 'auto', path: resolve('/b=c') },
      ],
    });
  });

  it('passes over what Chromium, Playwright and macOS add to the command line', () => {
    const args = [
      '--no-sandbox',
      '--remote-debugging-port=0',
      '--original-process-start-time=1',
      '-psn_0_1',
      'a.jsonl',
    ];
    expect(readLaunch(args, CWD)).toEqual({
      request: { files: [at('a.jsonl')] },
      dataDir: undefined,
      sources: 'default',
    });
  });

  it('takes what follows "--" for files, and a flag without its value for nothing', () => {
    expect(readLaunch(['--', '--session'], CWD).request).toEqual({ files: [at('--session')] });
    expect(readLaunch(['--session'], CWD).request).toEqual({ files: [] });
  });

  it('finds a source without a format by its content', () => {
    expect(readLaunch(['--source', 'logs'], CWD).sources).toEqual([{ format: 'auto', path: at('logs') }]);
  });
});
