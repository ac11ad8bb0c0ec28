import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findChromium } from '../../scripts/chromium.mjs';

const script = resolve(import.meta.dirname, '../../scripts/ensure-chromium.mjs');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'playhead-chromium-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function program(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, '');
  chmodSync(path, 0o755);
  return path;
}

describe('the Chromium of the tests', () => {
  it('is the one of CHROMIUM_PATH before any other', async () => {
    program('chromium');
    const own = program('my-browser');
    expect(await findChromium({ PATH: folder, CHROMIUM_PATH: own })).toBe(own);
  });

  it.each(['chromium', 'chromium-browser', 'google-chrome'])('is found as %s in the path', async name => {
    expect(await findChromium({ PATH: `/nowhere:${folder}`, HOME: folder })).not.toBe(join(folder, name));
    program(name);
    expect(await findChromium({ PATH: `/nowhere:${folder}` })).toBe(join(folder, name));
  });

  it('is told before the tests run', () => {
    const env = { ...process.env, CHROMIUM_PATH: program('my-browser') };
    const { status, stdout } = spawnSync(process.execPath, [script], { encoding: 'utf8', env });
    expect({ status, stdout }).toEqual({ status: 0, stdout: `chromium: ${join(folder, 'my-browser')}\n` });
  });

  it('is missed in one sentence when CHROMIUM_PATH leads nowhere', () => {
    const env = { ...process.env, CHROMIUM_PATH: join(folder, 'nowhere') };
    const { status, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8', env });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^The end-to-end tests need a Chromium: CHROMIUM_PATH is set to .*nowhere, where there is none\. [^\n]*\n$/,
    );
  });
});
