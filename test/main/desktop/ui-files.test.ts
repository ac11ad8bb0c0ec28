import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { respond } from '../../../src/main/desktop/ui-files.ts';

let folder: string;
let renderer: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'playhead-ui-'));
  renderer = join(folder, 'renderer');
  mkdirSync(join(renderer, 'assets'), { recursive: true });
  mkdirSync(join(folder, 'renderer-secrets'));
  writeFileSync(join(renderer, 'index.html'), '<p>page</p>');
  writeFileSync(join(renderer, 'assets', 'a b.js'), 'export {}');
  writeFileSync(join(renderer, 'assets', 'run.exe'), '');
  writeFileSync(join(folder, 'secret.json'), '{}');
  writeFileSync(join(folder, 'renderer-secrets', 'key.json'), '{}');
});

afterAll(() => rmSync(folder, { recursive: true }));

const get = (url: string): Promise<Response> => respond(renderer, new Request(url));

describe('the window’s own origin', () => {
  it.each([
    ['app://ui/', 'text/html; charset=utf-8', '<p>page</p>'],
    ['app://ui/index.html#/session/1', 'text/html; charset=utf-8', '<p>page</p>'],
    ['app://ui/assets/a%20b.js?v=1', 'text/javascript; charset=utf-8', 'export {}'],
  ])('serves %s', async (url, type, body) => {
    const response = await get(url);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(await response.text()).toBe(body);
  });

  it.each(['app://ui/', 'app://ui/nowhere.js'])('sends the content policy and nosniff with %s', async url => {
    const { headers } = await get(url);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'none'");
    expect(policy).not.toContain('unsafe-eval');
    expect(policy).not.toMatch(/script-src[^;]*unsafe-inline/);
  });

  it.each([
    ['a file above the folder', 'app://ui/%2e%2e/secret.json'],
    ['a file above the folder, encoded twice over', 'app://ui/..%2fsecret.json'],
    ['a folder whose name begins alike', 'app://ui/..%2frenderer-secrets%2fkey.json'],
    ['a path with backslashes', 'app://ui/..%5csecret.json'],
    ['a path with a NUL', 'app://ui/index.html%00.js'],
    ['a path that is not UTF-8', 'app://ui/%ff.js'],
    ['another host', 'app://other/index.html'],
    ['a folder', 'app://ui/assets'],
    ['a kind of file that the window has no use for', 'app://ui/assets/run.exe'],
    ['a file that is not there', 'app://ui/nowhere.js'],
  ])('answers 404 for %s', async (_what, url) => {
    expect((await get(url)).status).toBe(404);
  });

  it('answers nothing but GET', async () => {
    expect((await respond(renderer, new Request('app://ui/', { method: 'POST' }))).status).toBe(404);
  });
});
