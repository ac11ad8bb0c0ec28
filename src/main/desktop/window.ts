// The one window: sandboxed, isolated, placed where it was, never white before it has painted.

import { BrowserWindow, dialog, nativeTheme, screen } from 'electron';
import { fitPlace, readPlace, smallestSize, writePlace } from './window-place.ts';

export interface WindowSetup {
  readonly url: string;
  readonly preload: string;
  readonly icon: string;
  /** Where the window's place is kept. */
  readonly placeFile: string;
}

/** The renderer's --ground, so that nothing flashes before its first paint. */
const ground = { light: '#ffffff', dark: '#16181c' } as const;

const saveDelayMs = 400;

/** A renderer that crashes again and again is not reloaded for ever. */
const crashes = { most: 3, withinMs: 60_000 } as const;

/** Opens the window and loads the page into it; `onShown` is told once, when it stands on the screen. */
export function openWindow(setup: WindowSetup, onShown: () => void): BrowserWindow {
  const place = readPlace(setup.placeFile);
  const primary = screen.getPrimaryDisplay().workArea;
  const window = new BrowserWindow({
    ...fitPlace(place, [primary, ...screen.getAllDisplays().map(display => display.workArea)]),
    minWidth: smallestSize.width,
    minHeight: smallestSize.height,
    title: 'Playhead',
    icon: setup.icon,
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? ground.dark : ground.light,
    autoHideMenuBar: true,
    webPreferences: {
      preload: setup.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
    },
  });
  if (place?.maximized) window.maximize();
  window.once('ready-to-show', () => {
    window.show();
    onShown();
  });
  followTheme(window);
  rememberPlace(window, setup.placeFile);
  reloadAfterCrash(window);
  reportPreload(window);
  window.loadURL(setup.url).catch((error: Error) => {
    if (window.isDestroyed()) return;
    window.show();
    onShown();
    dialog.showErrorBox('Playhead’s window could not be loaded', error.message);
  });
  return window;
}

/** Brings the window to the front, wherever it was. */
export function raiseWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

function followTheme(window: BrowserWindow): void {
  const follow = (): void => window.setBackgroundColor(nativeTheme.shouldUseDarkColors ? ground.dark : ground.light);
  nativeTheme.on('updated', follow);
  window.once('closed', () => nativeTheme.off('updated', follow));
}

function rememberPlace(window: BrowserWindow, file: string): void {
  let timer: NodeJS.Timeout | undefined;
  const save = (): void => {
    clearTimeout(timer);
    writePlace(file, { bounds: window.getNormalBounds(), maximized: window.isMaximized() });
  };
  const saveSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(save, saveDelayMs);
  };
  window.on('resize', saveSoon);
  window.on('move', saveSoon);
  window.on('maximize', saveSoon);
  window.on('unmaximize', saveSoon);
  window.on('close', save);
  window.on('closed', () => clearTimeout(timer));
}

/** Without its preload a window can say nothing for itself: whoever reads the terminal learns why. */
function reportPreload(window: BrowserWindow): void {
  window.webContents.on('preload-error', (_event, path, error) => {
    process.stderr.write(`playhead: ${path} failed: ${error.message}\n`);
  });
}

function reloadAfterCrash(window: BrowserWindow): void {
  let recentMs: number[] = [];
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    const nowMs = Date.now();
    recentMs = [...recentMs.filter(ms => nowMs - ms < crashes.withinMs), nowMs];
    if (recentMs.length <= crashes.most) return window.webContents.reload();
    dialog.showErrorBox(
      'Playhead’s window keeps crashing',
      `The last reason was "${reason}". Recording goes on; close the window and start Playhead again to see it.`,
    );
  });
}
