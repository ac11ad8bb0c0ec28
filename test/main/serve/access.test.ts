import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Access, isOwnHost, isOwnOrigin } from '../../../src/main/serve/access.ts';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'playhead-access-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const keyOf = (access: Access) => access.exchange(access.issueToken()) ?? '';
const file = () => join(dataDir, 'serve-key');

describe('the key of a data folder', () => {
  it('stays the same over restarts, and differs between folders', () => {
    const key = keyOf(new Access(dataDir));
    expect(key).toMatch(/^[\w-]{32}$/);
    expect(keyOf(new Access(dataDir))).toBe(key);
    const other = mkdtempSync(join(tmpdir(), 'playhead-access-'));
    expect(keyOf(new Access(other))).not.toBe(key);
    rmSync(other, { recursive: true });
  });

  it('is for its owner only, also where its file was made readable', () => {
    const key = keyOf(new Access(dataDir));
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    chmodSync(file(), 0o644);
    expect(keyOf(new Access(dataDir))).toBe(key);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['empty', ''],
    ['half a key', 'abcdef'],
    ['a key without its end of line, so perhaps half of it', 'x'.repeat(32)],
    ['something else', '{"key":1}'],
  ])('is made anew where the file is %s', (_what, text) => {
    writeFileSync(file(), text, { mode: 0o644 });
    const key = keyOf(new Access(dataDir));
    expect(readFileSync(file(), 'utf8')).toBe(`${key}\n`);
    expect(key).not.toBe(text);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('is known when it is shown, and nothing else is', () => {
    const access = new Access(dataDir);
    const key = keyOf(access);
    expect(access.isKey(key)).toBe(true);
    for (const wrong of ['', `${key} `, key.slice(1), key.toLowerCase() + key, 'ü'.repeat(16), null, undefined])
      expect(access.isKey(wrong)).toBe(false);
  });
});

describe('a token', () => {
  it('is good once, here, and for nothing else', () => {
    const access = new Access(dataDir);
    const [first, second] = [access.issueToken(), access.issueToken()];
    expect(first).not.toBe(second);
    expect(new Access(dataDir).exchange(first)).toBeUndefined();
    expect(access.isKey(first)).toBe(false);
    expect(access.exchange(first)).toBeDefined();
    expect(access.exchange(first)).toBeUndefined();
    expect(access.exchange(second)).toBeDefined();
    expect(access.exchange('')).toBeUndefined();
  });
});

describe('the names of the server', () => {
  const request = (headers: object) => ({ headers }) as IncomingMessage;

  it('leave out the port where a browser does', () => {
    expect(isOwnHost(request({ host: '127.0.0.1' }), 80)).toBe(true);
    expect(isOwnHost(request({ host: 'localhost' }), 80)).toBe(true);
    expect(isOwnHost(request({ host: '127.0.0.1' }), 8080)).toBe(false);
    expect(isOwnHost(request({}), 80)).toBe(false);
  });

  it('are the only origin of a request that must have one', () => {
    const own = { host: '127.0.0.1:9', origin: 'http://127.0.0.1:9' };
    expect(isOwnOrigin(request(own), true)).toBe(true);
    expect(isOwnOrigin(request({ host: own.host }), true)).toBe(false);
    expect(isOwnOrigin(request({ host: own.host }), false)).toBe(true);
    expect(isOwnOrigin(request({ ...own, origin: 'http://127.0.0.1:90' }), false)).toBe(false);
  });
});
