import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { assertBuilt, type DesktopApp, doubleLauncher, repository } from './desktop-app.ts';
import { checkDesktop } from './desktop-checks.ts';

const recording = join(repository, 'test/fixtures/claude-code/recordings/irrlicht-2.1.235-newest.jsonl');

/** What the double has on top of Electron. */
interface Double {
  readonly doubleLog: readonly { readonly what: string; readonly [detail: string]: unknown }[];
  readonly session: {
    readonly defaultSession: {
      readonly permissions: {
        request(contents: null, name: string, callback: (granted: boolean) => void, details: object): void;
        check(contents: null, name: string, origin: string, details: object): boolean;
        device(details: object): boolean;
      };
    };
  };
}

describe('the built desktop app on the Electron double', { timeout: 60_000 }, () => {
  beforeAll(assertBuilt);
  checkDesktop(doubleLauncher);

  describe('behind the window', () => {
    let folder: string;
    let app: DesktopApp;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'playhead-desktop-'));
      copyFileSync(recording, join(folder, 'dropped.jsonl'));
      const args = ['--data-dir', join(folder, 'data'), '--source', `auto=${join(folder, 'no-logs')}`];
      app = await doubleLauncher.launch(args);
    });
    afterAll(async () => {
      await app.dispose();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    });

    const logged = async (what: string): Promise<Double['doubleLog']> => {
      const all = await app.evaluate(electron => (electron as unknown as Double).doubleLog);
      return all.filter(entry => entry.what === what);
    };

    it('grants copying to its own page and nothing else to anybody', async () => {
      const granted = await app.evaluate(electron => {
        const { permissions } = (electron as unknown as Double).session.defaultSession;
        const own = { requestingUrl: 'app://ui/index.html', isMainFrame: true };
        const other = { requestingUrl: 'https://example.com/', isMainFrame: true };
        const names = [
          'clipboard-sanitized-write',
          'clipboard-read',
          'notifications',
          'media',
          'geolocation',
          'openExternal',
        ];
        const request = (name: string, details: object): boolean => {
          let answer = false;
          permissions.request(null, name, granted => (answer = granted), details);
          return answer;
        };
        return {
          requested: names.filter(name => request(name, own)),
          checked: names.filter(name => permissions.check(null, name, '', own)),
          elsewhere: names.filter(name => request(name, other) || permissions.check(null, name, '', other)),
          devices: permissions.device({}),
        };
      });
      expect(granted).toEqual({
        requested: ['clipboard-sanitized-write'],
        checked: ['clipboard-sanitized-write'],
        elsewhere: [],
        devices: false,
      });
      expect(await logged('spell-checker')).toEqual([{ what: 'spell-checker', enabled: false }]);
    });

    it('denies windows and cancels whatever gets past the content policy', async () => {
      await app.page.evaluate(() => void window.open('https://example.com/'));
      await vi.waitFor(async () => {
        expect(await logged('window.open')).toEqual([
          { what: 'window.open', url: 'https://example.com/', action: 'deny' },
        ]);
      });
      expect((await logged('request')).filter(entry => entry.cancelled !== true)).toEqual([]);
    });

    it('opens a file that is dropped on the window by the path that the preload tells', async () => {
      await app.page.evaluate(
        path => {
          Object.assign(window, { __electronPaths: { 'dropped.jsonl': path } });
          const data = new DataTransfer();
          data.items.add(new File(['{}'], 'dropped.jsonl'));
          document.body.dispatchEvent(
            new DragEvent('dragover', { dataTransfer: data, bubbles: true, cancelable: true }),
          );
          document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
        },
        join(folder, 'dropped.jsonl'),
      );
      const shown = app.page.getByText('Hello world').first();
      await shown.waitFor({ timeout: 10_000 });
      expect(await shown.isVisible()).toBe(true);
    });

    it('tells what could not be opened, and goes on', async () => {
      const path = join(folder, 'nowhere.jsonl');
      await app.evaluate(({ app: electronApp }, missing) => {
        electronApp.emit('open-file', { preventDefault() {} }, missing);
      }, path);
      await vi.waitFor(async () => {
        expect(await logged('error-box')).toMatchObject([{ title: 'Playhead could not open this' }]);
      });
      expect(JSON.stringify(await logged('error-box'))).toContain('nowhere.jsonl');
    });

    it('shows about and the data folder from the menu', async () => {
      await app.evaluate(({ Menu }) => {
        for (const id of ['about', 'data-folder']) Menu.getApplicationMenu()?.getMenuItemById(id)?.click();
      });
      expect(await logged('about')).toHaveLength(1);
      expect(await logged('open-path')).toEqual([{ what: 'open-path', path: join(folder, 'data') }]);
    });

    it('loads the page again when its process has crashed, but not for ever', async () => {
      const loads = (): Promise<number> => app.page.evaluate(() => performance.timeOrigin);
      const crash = (): Promise<void> =>
        app.evaluate(({ BrowserWindow }) => {
          const [window] = BrowserWindow.getAllWindows();
          window?.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 });
        });
      for (let times = 0; times < 3; times += 1) {
        const before = await loads();
        await crash();
        await vi.waitFor(async () => expect(await loads()).toBeGreaterThan(before), 5000);
        await app.page.waitForLoadState();
      }
      await crash();
      await vi.waitFor(async () => expect(await logged('error-box')).toHaveLength(2));
      expect(await logged('error-box')).toMatchObject([{}, { title: 'Playhead’s window keeps crashing' }]);
    });
  });

  describe('beside a Playhead that serves to a browser', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'playhead-doors-'));
      copyFileSync(recording, join(folder, 'session.jsonl'));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    const quietArgs = (): string[] => [
      '--data-dir',
      join(folder, 'data'),
      '--source',
      `auto=${join(folder, 'no-logs')}`,
    ];

    it('hands over to the one that has the data folder, and ends', async () => {
      const served = spawn(process.execPath, [
        join(repository, 'out/main/serve.js'),
        '--no-open',
        '--json',
        ...quietArgs(),
      ]);
      const ended = once(served, 'exit');
      const [line] = (await once(served.stdout.setEncoding('utf8'), 'data')) as [string];
      const { port } = JSON.parse(line) as { port: number };
      const { code, stdout } = await doubleLauncher.run([...quietArgs(), join(folder, 'session.jsonl')]);
      served.kill('SIGTERM');
      await ended;
      expect(stdout).toMatch(new RegExp(`^Playhead is running already: http://127\\.0\\.0\\.1:${port}/`));
      expect(code).toBe(0);
    });

    it('shows what a command line asks for', async () => {
      const app = await doubleLauncher.launch(quietArgs());
      const args = ['open', join(folder, 'session.jsonl'), '--data-dir', join(folder, 'data')];
      const command = spawn(process.execPath, [join(repository, 'out/main/cli.js'), ...args]);
      const [code] = (await once(command, 'exit')) as [number];
      const shown = app.page.getByText('Hello world').first();
      await shown.waitFor({ timeout: 10_000 });
      expect({ code, visible: await shown.isVisible() }).toEqual({ code: 0, visible: true });
      await app.dispose();
    });
  });

  it('says what is wrong with a data folder that cannot be used, and ends with 1', async () => {
    const { code, stderr } = await doubleLauncher.run(['--data-dir', join(recording, 'inside-a-file')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^playhead: .*inside-a-file/);
  });
});
