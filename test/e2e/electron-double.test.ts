// The double has to fail where Electron does, or the tests on it would prove nothing.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repository } from './desktop-app.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'playhead-double-'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "main": "main.js", "version": "1.0.0" }');
  writeFileSync(join(folder, 'index.html'), '<title>page</title>');
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

function run(main: string): { readonly status: number | null; readonly output: string } {
  writeFileSync(join(folder, 'main.js'), main);
  const double = join(repository, 'test/double');
  const args = ['--import', join(double, 'register.mjs'), join(double, 'run.mjs'), folder];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 30_000 });
  return { status, output: stdout + stderr };
}

describe('the Electron double', () => {
  it('never becomes ready for a main module that awaits it at top level', () => {
    expect(run(`import { app } from 'electron'; await app.whenReady(); app.exit(0);`).status).toBe(13);
  });

  it.each([
    [
      'a window before the app is ready',
      `new BrowserWindow()`,
      'BrowserWindow can only be used after the app is ready',
    ],
    [
      'a scheme after the app is ready',
      `app.whenReady().then(() => protocol.registerSchemesAsPrivileged([]))`,
      'can only be used before the app is ready',
    ],
    ['what it does not know', `app.flyAway()`, 'The Electron double has no app.flyAway'],
    ['a menu role that does not exist', `Menu.buildFromTemplate([{ role: 'fly' }])`, 'Unknown menu role: fly'],
    ['a folder that is not there', `app.setPath('userData', '/nowhere/at/all')`, 'does not exist'],
  ])('refuses %s', (_what, code, message) => {
    const { status, output } = run(`import { app, BrowserWindow, Menu, protocol } from 'electron'; ${code};`);
    expect(status).not.toBe(0);
    expect(output).toContain(message);
  });

  it('gives a preload nothing to require but Electron', () => {
    writeFileSync(
      join(folder, 'preload.cjs'),
      `require('node:fs'); require('electron').contextBridge.exposeInMainWorld('api', {});`,
    );
    const { output } = run(`
      import { app, BrowserWindow, protocol } from 'electron';
      protocol.registerSchemesAsPrivileged([{ scheme: 'app' }]);
      app.whenReady().then(async () => {
        protocol.handle('app', () => new Response('<script>console.log(1)</script>', { headers: { 'content-type': 'text/html' } }));
        const window = new BrowserWindow({ webPreferences: { preload: ${JSON.stringify(join(folder, 'preload.cjs'))} } });
        window.webContents.on('preload-error', (_event, _path, error) => { console.log(error.message); app.exit(0); });
        await window.loadURL('app://ui/');
      });`);
    expect(output).toContain('module not found: node:fs');
  });
});
