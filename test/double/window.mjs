// BrowserWindow and its WebContents over one Chromium page.

import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { app, need, windows } from './app.mjs';
import { newPage, toReal, toShown } from './chromium.mjs';
import { preloadScript } from './preload.mjs';
import { strict } from './strict.mjs';

let ids = 0;

class WebContents extends EventEmitter {
  id = (ids += 1);
  ipc = new EventEmitter();
  windowOpenHandler;
  #page;
  #destroyed = false;
  /** Addresses that the app itself loads: they raise no will-navigate. */
  #expected = new Set();
  #sending = Promise.resolve();

  #preferences;

  constructor(preferences = {}) {
    super();
    this.#preferences = preferences;
    this.#page = this.#open(preferences.preload);
  }

  getLastWebPreferences() {
    return { ...this.#preferences };
  }

  async #open(preload) {
    const page = await newPage(this);
    await page.exposeBinding('__electronSend', ({ frame }, channel, args) => this.#hear(frame, channel, args));
    if (preload) await page.addInitScript(preloadScript(readFileSync(preload, 'utf8')));
    page.on('crash', () => this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 }));
    page.on('load', () => this.emit('did-finish-load'));
    return page;
  }

  #hear(frame, channel, args) {
    if (channel === 'preload-error')
      return this.emit('preload-error', {}, this.#preferences.preload, new Error(args[0]));
    const parent = frame.parentFrame() && { url: toReal(frame.parentFrame().url()) };
    return this.ipc.emit(channel, { sender: this, senderFrame: { url: toReal(frame.url()), parent } }, ...args);
  }

  /** Asks the app's listeners, as Chromium does before a page leaves its document. */
  mayNavigate(url, isMainFrame) {
    if (isMainFrame && this.#expected.delete(url)) return true;
    let prevented = false;
    const details = { url, isMainFrame, isSameDocument: false, preventDefault: () => (prevented = true) };
    this.emit('will-frame-navigate', details);
    if (isMainFrame) this.emit('will-navigate', details);
    return !prevented;
  }

  async loadURL(url) {
    const page = await this.#page;
    this.#expected.add(url);
    await page.goto(toShown(url));
  }

  async reload() {
    const page = await this.#page;
    this.#expected.add(toReal(page.url()));
    await page.reload();
  }

  send(channel, ...args) {
    if (this.#destroyed) throw new TypeError('Object has been destroyed');
    const call = ([to, values]) => window.__electronReceive?.(to, values);
    // What is on its way to a page that is going away is lost, as in Electron.
    this.#sending = this.#sending.then(async () => (await this.#page).evaluate(call, [channel, args])).catch(() => {});
  }

  setWindowOpenHandler(handler) {
    this.windowOpenHandler = handler;
  }

  isDestroyed() {
    return this.#destroyed;
  }

  async destroy() {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.emit('destroyed');
    await (await this.#page).close();
  }
}

export class BrowserWindow extends EventEmitter {
  id = (ids += 1);
  webContents;
  /** What it was made with, for tests. */
  options;
  #bounds;
  #state = { visible: false, maximized: false, minimized: false, focused: false, destroyed: false };
  #background;
  /** What the app holds of this window. */
  #self = strict('BrowserWindow', this);

  constructor(options = {}) {
    need('ready', 'BrowserWindow');
    super();
    this.options = options;
    const { x = 100, y = 100, width = 800, height = 600 } = options;
    this.#bounds = { x, y, width, height };
    this.#background = options.backgroundColor ?? '#FFF';
    this.webContents = strict('webContents', new WebContents(options.webPreferences));
    windows.add(this.#self);
    app.emit('browser-window-created', {}, this.#self);
    app.emit('web-contents-created', {}, this.webContents);
    if (options.show !== false) this.show();
    return this.#self;
  }

  static getAllWindows() {
    return [...windows];
  }

  static getFocusedWindow() {
    return [...windows].find(window => window.isFocused()) ?? null;
  }

  async loadURL(url) {
    await this.webContents.loadURL(url);
    if (!this.isDestroyed()) this.emit('ready-to-show');
  }

  show() {
    this.#change({ visible: true, focused: true }, 'show');
  }

  hide() {
    this.#change({ visible: false, focused: false }, 'hide');
  }

  focus() {
    this.#change({ focused: true }, 'focus');
  }

  minimize() {
    this.#change({ minimized: true }, 'minimize');
  }

  restore() {
    this.#change({ minimized: false }, 'restore');
  }

  maximize() {
    this.#change({ maximized: true, visible: true }, 'maximize');
  }

  unmaximize() {
    this.#change({ maximized: false }, 'unmaximize');
  }

  setBounds(bounds) {
    this.#bounds = { ...this.#bounds, ...bounds };
    this.emit('move');
    this.emit('resize');
  }

  getBounds() {
    return { ...this.#bounds };
  }

  getNormalBounds() {
    return { ...this.#bounds };
  }

  setBackgroundColor(color) {
    this.#background = color;
  }

  getBackgroundColor() {
    return this.#background;
  }

  isVisible() {
    return this.#state.visible;
  }

  isFocused() {
    return this.#state.focused;
  }

  isMaximized() {
    return this.#state.maximized;
  }

  isMinimized() {
    return this.#state.minimized;
  }

  isDestroyed() {
    return this.#state.destroyed;
  }

  /** True when it closed; listeners of 'close' may prevent it. */
  close() {
    let prevented = false;
    this.emit('close', { preventDefault: () => (prevented = true) });
    if (prevented) return false;
    this.#state.destroyed = true;
    windows.delete(this.#self);
    void this.webContents.destroy();
    this.emit('closed');
    if (windows.size === 0 && !app.emit('window-all-closed')) app.quit();
    return true;
  }

  #change(state, event) {
    if (this.#state.destroyed) throw new TypeError('Object has been destroyed');
    Object.assign(this.#state, state);
    this.emit(event);
  }
}
