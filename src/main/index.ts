// The desktop entry: one window over the core, in Electron's main process.
//
// Contract: what has to come before 'ready' runs in the module's own turn. Nothing here awaits 'ready' at top level:
// Electron is ready only when this module has been evaluated.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app, type BrowserWindow, dialog, Menu, session, shell } from 'electron';
import icon from '../../resources/icons/linux/512x512.png?asset';
import { PlayheadError, toPlayheadError } from '../shared/base/errors.ts';
import { type Arguments, flags, readArguments, requestOf } from './arguments.ts';
import { type App, compose, type OpenRequest } from './compose.ts';
import { handleUiScheme, registerUiScheme } from './desktop/app-protocol.ts';
import { guardContents, guardSession } from './desktop/guard.ts';
import { serveWindow } from './desktop/ipc-transport.ts';
import { ownArguments } from './desktop/launch.ts';
import { type MenuCommands, menuTemplate } from './desktop/menu.ts';
import { chooseFiles, OpenInbox } from './desktop/open-files.ts';
import { builtOrigin } from './desktop/ui-files.ts';
import { openWindow, raiseWindow } from './desktop/window.ts';
import { claimInstance } from './instance.ts';
import { instanceMessageSchema, type OpenAnswer, openAnswerSchema, openRequestSchema } from './requests.ts';

const outDir = join(import.meta.dirname, '..');
const devServer = app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL'];
const uiOrigin = devServer === undefined ? builtOrigin : `${new URL(devServer).origin}/`;

/** Ending may take this long: an app that cannot be quit is worse than a store that recovers at its next start. */
const disposeMs = 5000;

class Desktop {
  private readonly args: Arguments;
  private readonly inbox: OpenInbox<OpenRequest>;
  private readonly core = Promise.withResolvers<App>();
  private window: BrowserWindow | undefined;
  /** From the moment on when this data folder is ours. */
  private running = false;

  constructor(args: Arguments, inbox: OpenInbox<OpenRequest>) {
    this.args = args;
    this.inbox = inbox;
    // Whoever waits for the core hears of its failure; the start itself reports it.
    this.core.promise.catch(() => undefined);
  }

  /** After 'ready'. Fails as the core's start does; by then the window may stand. */
  async run(request: OpenRequest): Promise<void> {
    const { dataDir, sources } = this.args;
    const claim = await claimInstance(dataDir, { kind: 'open', request }, message => this.answer(message));
    if (claim.kind === 'second') return handOver(openAnswerSchema.parse(claim.answer));
    this.running = true;

    handleUiScheme(join(outDir, 'renderer'));
    guardSession(session.defaultSession, uiOrigin);
    app.on('web-contents-created', (_event, contents) => guardContents(contents, uiOrigin));
    const setup = { platform: process.platform, appName: app.name, development: !app.isPackaged };
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(setup, this.commands())));
    app.setAboutPanelOptions({ applicationName: app.name, applicationVersion: app.getVersion(), iconPath: icon });
    this.disposeBeforeQuit(() => claim.dispose());
    app.on('window-all-closed', () => process.platform !== 'darwin' && app.quit());
    app.on('activate', () => this.show());
    this.show();

    const core = await compose({
      dataDir,
      sources,
      watch: true,
      resourcesDir: app.isPackaged ? process.resourcesPath : join(outDir, '../resources'),
      version: app.getVersion(),
      upload: false,
    });
    this.core.resolve(core);
    this.inbox.attach(async wish => void (await core.open(wish)));
    this.inbox.add(request);
  }

  /** Brings the window to the front, or opens it anew. Does nothing before the start has come so far. */
  show(): void {
    if (!this.running) return;
    if (this.window !== undefined) return raiseWindow(this.window);
    const window = openWindow(
      {
        url: devServer ?? builtOrigin,
        preload: join(outDir, 'preload/index.cjs'),
        icon,
        placeFile: join(this.args.dataDir, 'desktop/window.json'),
      },
      tellLauncher,
    );
    const serving = serveWindow(window.webContents, uiOrigin, transport => {
      this.core.promise.then(
        core => core.connect(transport),
        () => undefined,
      );
    });
    this.window = window;
    window.once('closed', () => {
      serving.dispose();
      this.window = undefined;
    });
  }

  /** Another start in the same data folder, by whatever door. */
  private async answer(message: unknown): Promise<unknown> {
    const parsed = instanceMessageSchema.parse(message);
    const core = await this.core.promise;
    switch (parsed.kind) {
      case 'open': {
        this.show();
        const sessionId = (await core.open(parsed.request)) ?? null;
        return { url: null, port: null, pid: process.pid, sessionId } satisfies OpenAnswer;
      }
      case 'report':
        await core.settle();
        return core.report(parsed.maxSkipped);
    }
  }

  private commands(): MenuCommands {
    const choose = (what: 'files' | 'folder') => (): void => {
      void chooseFiles(this.window, what).then(files => files.length > 0 && this.inbox.add({ files }));
    };
    return {
      openFiles: choose('files'),
      openFolder: choose('folder'),
      showDataFolder: () => void shell.openPath(this.args.dataDir),
      showAbout: () => app.showAboutPanel(),
    };
  }

  /** Quitting waits once for the store to be closed properly. */
  private disposeBeforeQuit(last: () => void): void {
    let state: 'running' | 'ending' | 'ended' = 'running';
    app.on('before-quit', event => {
      if (state === 'ended') return;
      event.preventDefault();
      if (state === 'ending') return;
      state = 'ending';
      this.window?.hide();
      const disposed = this.core.promise.then(
        core => core.dispose(),
        () => undefined,
      );
      const tooLong = new Promise(resolve => setTimeout(resolve, disposeMs));
      void Promise.race([disposed, tooLong]).finally(() => {
        state = 'ended';
        last();
        app.quit();
      });
    });
  }
}

registerUiScheme();
app.setName('Playhead');
// Windows groups windows and notifications by it; the installer writes the same one.
app.setAppUserModelId('app.playhead.desktop');
try {
  start();
} catch (thrown) {
  fail(thrown);
}

function start(): void {
  const own = ownArguments(process.argv, Object.keys(flags), app.isPackaged);
  const args = readArguments(own, process.cwd(), process.env);
  const request = requestOf(args, args.words, process.cwd());
  const inbox = new OpenInbox<OpenRequest>();
  const desktop = new Desktop(args, inbox);
  // macOS sends the files that started the app before it is ready.
  app.on('open-file', (event, path) => {
    event.preventDefault();
    inbox.add({ files: [path] });
    desktop.show();
  });
  app.on('second-instance', (_event, _argv, _cwd, data) => {
    const wish = openRequestSchema.safeParse(data);
    if (wish.success) inbox.add(wish.data);
    desktop.show();
  });

  // Electron's own lock goes by its profile's folder, so that lies in the data folder.
  const profile = join(args.dataDir, 'desktop');
  mkdirSync(profile, { recursive: true });
  app.setPath('userData', profile);
  if (!app.requestSingleInstanceLock(request)) {
    process.stdout.write('Playhead is running already: its window shows what you asked for.\n');
    app.exit(0);
    return;
  }
  void app
    .whenReady()
    .then(() => desktop.run(request))
    .catch(fail);
}

/** A Playhead that serves to a browser has this data folder: it shows what was asked for there. */
async function handOver(answer: OpenAnswer): Promise<void> {
  process.stdout.write(`Playhead is running already${answer.url === null ? '' : `: ${answer.url}`}\n`);
  if (answer.url !== null) await shell.openExternal(answer.url);
  tellLauncher();
  app.exit(0);
}

/** Says what went wrong, on the screen and to whoever reads the terminal, and ends. */
function fail(thrown: unknown): void {
  const error = toPlayheadError(thrown);
  process.stderr.write(`playhead: ${error.message}\n`);
  tellLauncher();
  dialog.showErrorBox('Playhead cannot go on', error.message);
  app.exit(error instanceof PlayheadError && error.code === 'bad-input' ? 2 : 1);
}

/** `npm start` serves to a browser instead when Electron dies before this. */
function tellLauncher(): void {
  process.send?.({ kind: 'playhead-shown' });
}
