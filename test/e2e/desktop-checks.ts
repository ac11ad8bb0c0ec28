// What the desktop app has to do, checked the same way on the Electron double and in real Electron.

import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type DesktopApp, type Launcher, repository } from './desktop-app.ts';

/** One session of Claude Code 2.1.235, which named it "Hello world". */
const recording = join(repository, 'test/fixtures/claude-code/recordings/irrlicht-2.1.235-newest.jsonl');
const title = 'Hello world';

/** One call of the contract through the real preload, from inside the page: the 'done' or 'fail' frame. */
function call(page: Page, name: string, input: unknown): Promise<{ t: string; output: never; code: string }> {
  return page.evaluate(
    ([callName, callInput]) =>
      new Promise<{ t: string; output: never; code: string }>(done => {
        const bridge = (window as unknown as { playhead: import('../../src/shared/contract/bridge.ts').PlayheadBridge })
          .playhead;
        const id = Math.floor(Math.random() * 1e9);
        const undo = bridge.onText(text => {
          const frame = JSON.parse(text) as { id?: number; t: string; output: never; code: string };
          if (frame.id !== id) return;
          undo();
          done(frame);
        });
        bridge.send(JSON.stringify({ t: 'call', id, name: callName, input: callInput }));
      }),
    [name, input] as const,
  );
}

export function checkDesktop(launcher: Launcher): void {
  let folder: string;
  let dataDir: string;
  let app: DesktopApp;
  const at = (name: string): string => join(folder, name);
  const quietArgs = (): string[] => ['--data-dir', dataDir, '--source', `auto=${at('no-logs')}`];
  /** What the store lists once the recorded session stands in the window. */
  const listOpened = async (): Promise<unknown> => {
    await app.page.getByText(title).first().waitFor({ timeout: 10_000 });
    return (await call(app.page, 'sessions.list', {})).output;
  };
  const once = { total: 1, sessions: [{ title, agent: 'claude-code', agentVersion: '2.1.235' }] };

  const setUp = async (): Promise<void> => {
    folder = mkdtempSync(join(tmpdir(), 'playhead-desktop-'));
    dataDir = at('data');
    mkdirSync(at('recorded'));
    copyFileSync(recording, at('recorded/session.jsonl'));
    app = await launcher.launch(quietArgs());
  };
  const tearDown = async (): Promise<void> => {
    await app.dispose();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };

  describe('the window', () => {
    beforeAll(setUp);
    afterAll(tearDown);

    it('is visible, and its page lives in a sandbox without Node', async () => {
      const made = await app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows().map(window => ({
          visible: window.isVisible(),
          // Electron's own types leave it out.
          preferences: (window.webContents as unknown as { getLastWebPreferences(): object }).getLastWebPreferences(),
        })),
      );
      expect(made).toMatchObject([
        {
          visible: true,
          preferences: {
            sandbox: true,
            contextIsolation: true,
            nodeIntegration: false,
            webSecurity: true,
            webviewTag: false,
          },
        },
      ]);
      const seen = await app.page.evaluate(() =>
        ['require', 'process', 'module', 'global'].filter(name => name in window),
      );
      expect(seen).toEqual([]);
    });

    it('gets from Electron three functions and nothing else', async () => {
      const keys = await app.page.evaluate(() => Object.keys((window as unknown as { playhead: object }).playhead));
      expect(keys.toSorted()).toEqual(['onText', 'pathForFile', 'send']);
    });

    it('shows the built app', async () => {
      expect(await app.page.title()).toContain('Playhead');
      await app.page.locator('#root > *').first().waitFor();
    });

    it('calls the core through preload and main, and is refused input that does not fit', async () => {
      const { output } = await call(app.page, 'app.info', {});
      expect(output).toMatchObject({ dataDir, upload: false, platform: process.platform });
      expect(await call(app.page, 'sessions.list', { limit: 'many' })).toMatchObject({ t: 'fail', code: 'bad-input' });
      expect(await call(app.page, 'no.such', {})).toMatchObject({ t: 'fail', code: 'bad-input' });
    });

    it('cannot fetch anything, run text as script, or be framed', async () => {
      const tried = await app.page.evaluate(async () => {
        const outcome = async (work: () => Promise<unknown>): Promise<string> =>
          work().then(
            () => 'done',
            () => 'refused',
          );
        const violated = new Set<string>();
        document.addEventListener('securitypolicyviolation', event =>
          violated.add(`${event.effectiveDirective} ${event.blockedURI}`),
        );
        const script = document.createElement('script');
        script.textContent = 'window.ran = true';
        document.head.append(script);
        const refused = {
          web: await outcome(() => fetch('https://example.com/')),
          loopback: await outcome(() => fetch('http://127.0.0.1:9/')),
          file: await outcome(() => fetch('file:///etc/passwd')),
          script: 'ran' in window,
          // In a turn of its own: Playwright's evaluate is itself exempt from the policy.
          evaluated: await outcome(
            () =>
              new Promise((done, refuse) => {
                setTimeout(() => {
                  try {
                    // oxlint-disable-next-line typescript/no-implied-eval -- what the policy has to refuse
                    done(new Function('return 1')());
                  } catch (error) {
                    refuse(error instanceof Error ? error : new Error(String(error)));
                  }
                });
              }),
          ),
        };
        return { ...refused, violated: [...violated].toSorted() };
      });
      expect(tried).toEqual({
        web: 'refused',
        loopback: 'refused',
        file: 'refused',
        script: false,
        evaluated: 'refused',
        // By the page's own policy, not only by what stands behind it.
        violated: expect.arrayContaining([
          'connect-src https://example.com/',
          'connect-src http://127.0.0.1:9/',
          'script-src-elem inline',
        ]) as unknown,
      });
    });

    it('neither opens other windows nor goes elsewhere', async () => {
      const before = app.page.url();
      await app.page.evaluate(() => void window.open('https://example.com/'));
      await app.page.evaluate(() => {
        const link = Object.assign(document.createElement('a'), { href: 'https://example.com/', target: '_blank' });
        document.body.append(link);
        link.click();
        link.remove();
      });
      await app.page.evaluate(() => void (location.href = 'https://example.com/'));
      await app.page.evaluate(() => void (location.href = 'file:///etc/passwd'));
      // A call that is answered shows that the document is still there.
      expect(await call(app.page, 'app.info', {})).toMatchObject({ t: 'done' });
      expect(app.page.url()).toBe(before);
      expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
    });

    it('asks before a link opens in the browser, and opens https alone', async () => {
      await app.evaluate(({ dialog, shell }) => {
        const opened: string[] = [];
        Object.assign(globalThis, { opened });
        dialog.showMessageBox = () => Promise.resolve({ response: 0, checkboxChecked: false });
        shell.openExternal = url => Promise.resolve(void opened.push(url));
      });
      await app.page.evaluate(() => void window.open('http://example.com/plain'));
      await app.page.evaluate(() => void window.open('https://example.com/a b'));
      const opened = (): Promise<string[]> =>
        app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened);
      await vi.waitFor(async () => expect(await opened()).toEqual(['https://example.com/a%20b']), 5000);
    });

    it('has a menu whose Open command opens what was chosen', async () => {
      const labels = await app.evaluate(({ Menu }) =>
        Menu.getApplicationMenu()?.items.map(item => item.label || item.role),
      );
      expect(labels).toEqual(expect.arrayContaining(['&File', '&Edit', '&View']));
      const path = at('recorded');
      await app.evaluate(({ dialog, Menu }, chosen) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
        Menu.getApplicationMenu()?.getMenuItemById('open-folder')?.click();
      }, path);
      expect(await listOpened()).toMatchObject(once);
    });

    it('gets a new line to the core when it is loaded again', async () => {
      await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.reload());
      await app.page.waitForLoadState();
      await vi.waitFor(async () => expect(await call(app.page, 'app.info', {})).toMatchObject({ t: 'done' }), 5000);
    });
  });

  describe('the app', () => {
    beforeEach(setUp);
    afterEach(tearDown);

    it('opens a file that the system hands over', async () => {
      await app.evaluate(({ app: electronApp }, path) => {
        electronApp.emit('open-file', { preventDefault() {} }, path);
      }, at('recorded/session.jsonl'));
      expect(await listOpened()).toMatchObject(once);
    });

    it('takes over the files of a second start, which ends with 0', async () => {
      const second = await launcher.run([...quietArgs(), at('recorded/session.jsonl')]);
      expect(second.stdout).toBe('Playhead is running already: its window shows what you asked for.\n');
      expect(second.code).toBe(0);
      expect(await listOpened()).toMatchObject(once);
    });

    it('quits with 0, closes the store, and remembers where its window stood', async () => {
      const bounds = { x: 40, y: 60, width: 1000, height: 700 };
      await app.evaluate(({ BrowserWindow }, place) => BrowserWindow.getAllWindows()[0]?.setBounds(place), bounds);
      expect(await app.quit()).toBe(0);
      expect(JSON.parse(readFileSync(join(dataDir, 'desktop/window.json'), 'utf8'))).toEqual({
        bounds,
        maximized: false,
      });
      const open = ['-wal', '-shm'].filter(ending => existsSync(join(dataDir, `playhead.db${ending}`)));
      expect(open).toEqual([]);

      app = await launcher.launch(quietArgs());
      const again = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());
      expect(again).toEqual(bounds);
    });

    it.skipIf(process.platform === 'win32')('quits with 0 when it is told to stop', async () => {
      expect(await app.kill('SIGTERM')).toBe(0);
    });

    it('closes with its window, but not on macOS', async () => {
      if (process.platform === 'darwin') return;
      const ended = app.quit();
      await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()).catch(() => undefined);
      expect(await ended).toBe(0);
    });
  });

  it('says in one sentence what is wrong with its command line', async () => {
    const { code, stderr } = await launcher.run(['--source', 'nonsense']);
    expect(code).toBe(2);
    expect(stderr).toContain('--source takes FORMAT=PATH');
  });
}
