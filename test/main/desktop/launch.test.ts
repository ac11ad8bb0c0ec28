import { describe, expect, it } from 'vitest';
import { ownArguments } from '../../../src/main/desktop/launch.ts';

const FLAGS = ['path', 'session', 'source'];
const own = (line: string, isPackaged = false): string => ownArguments(line.split(' '), FLAGS, isPackaged).join(' ');

describe('the own part of a command line', () => {
  it('leaves out the program, and the application’s folder where it is not packaged', () => {
    expect(own('electron /repo --path . a.jsonl')).toBe('--path . a.jsonl');
    expect(own('/opt/Playhead/playhead --path . a.jsonl', true)).toBe('--path . a.jsonl');
    expect(own('/opt/Playhead/playhead', true)).toBe('');
  });

  it('leaves out what Chromium, Playwright and macOS add, before and after', () => {
    expect(own('electron --inspect=0 --remote-debugging-port=0 --no-sandbox /repo --session s1')).toBe('--session s1');
    expect(own('playhead -psn_0_1 --path=. --original-process-start-time=13 a.jsonl', true)).toBe('--path=. a.jsonl');
  });

  it('keeps a source whose path looks like a switch of its own', () => {
    expect(own('playhead --source=auto=/logs/--x b.jsonl', true)).toBe('--source=auto=/logs/--x b.jsonl');
  });

  it('keeps everything after "--"', () => {
    expect(own('playhead --unknown -- --unknown', true)).toBe('-- --unknown');
  });
});
