// app: life cycle, paths, single instance. Order and refusals as in Electron; what only shows on a screen is logged.

import { EventEmitter } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeChromium, openChromium } from './chromium.mjs';
import { log, strict } from './strict.mjs';

let folder = '.';
let ready = false;
let quitting = false;
let name = 'Electron';
const whenReady = Promise.withResolvers();
const paths = new Map([
  ['home', homedir()],
  ['temp', tmpdir()],
]);

/** Windows that are open; BrowserWindow keeps it. */
export const windows = new Set();

class App extends EventEmitter {
  isPackaged = false;
  commandLine = { appendSwitch: (...args) => log.push({ what: 'switch', args }) };

  get name() {
    return name;
  }

  setName(next) {
    name = next;
  }

  getName() {
    return name;
  }

  setAppUserModelId(id) {
    log.push({ what: 'app-id', id });
  }

  getVersion() {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
  }

  getAppPath() {
    return folder;
  }

  getPath(which) {
    if (!paths.has(which)) throw new Error(`Failed to get '${which}' path`);
    return paths.get(which);
  }

  setPath(which, path) {
    if (!existsSync(path)) throw new Error(`Failed to set path: ${path} does not exist`);
    paths.set(which, path);
  }

  isReady() {
    return ready;
  }

  whenReady() {
    return whenReady.promise;
  }

  /** Across processes, by a file in the profile's folder. Released when the process ends. */
  requestSingleInstanceLock(additionalData = {}) {
    const profile = this.getPath('userData');
    const lock = join(profile, 'double.lock');
    if (holder(lock) !== undefined) {
      const told = { argv: process.argv, cwd: process.cwd(), additionalData };
      writeFileSync(join(profile, `double.second-${process.pid}`), JSON.stringify(told));
      return false;
    }
    writeFileSync(lock, String(process.pid));
    process.on('exit', () => rmSync(lock, { force: true }));
    hearSeconds(profile);
    return true;
  }

  quit() {
    if (quitting || !this.asks('before-quit')) return;
    quitting = true;
    const closed = [...windows].every(window => window.close());
    quitting = closed;
    if (!closed) return;
    if (!this.asks('will-quit')) quitting = false;
    else this.exit(0);
  }

  exit(code = 0) {
    this.emit('quit', {}, code);
    void closeChromium().finally(() => process.exit(code));
  }

  /** Emits an event that listeners may prevent; true when none did. */
  asks(event, ...args) {
    let prevented = false;
    this.emit(event, { preventDefault: () => (prevented = true) }, ...args);
    return !prevented;
  }

  addRecentDocument(path) {
    log.push({ what: 'recent', path });
  }

  setAboutPanelOptions(options) {
    log.push({ what: 'about-options', options });
  }

  showAboutPanel() {
    log.push({ what: 'about' });
  }
}

export const app = strict('app', new App());

export function setAppFolder(path) {
  folder = path;
}

/** Throws where Electron does: most of its modules are for use after 'ready' only, a few before it only. */
export function need(when, what) {
  if ((when === 'ready') !== ready)
    throw new Error(`${what} can only be used ${ready ? 'before' : 'after'} the app is ready`);
}

export async function becomeReady() {
  await openChromium();
  ready = true;
  app.emit('ready', {}, {});
  whenReady.resolve();
  // Electron ends as by app.quit() when it is told to stop.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => app.quit());
}

function holder(lock) {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    process.kill(pid, 0);
    return pid;
  } catch {
    return undefined;
  }
}

function hearSeconds(profile) {
  mkdirSync(profile, { recursive: true });
  const take = () => {
    for (const file of readdirSync(profile).filter(file => file.startsWith('double.second-'))) {
      const path = join(profile, file);
      let told;
      try {
        told = JSON.parse(readFileSync(path, 'utf8'));
      } catch {
        continue; // Still being written.
      }
      rmSync(path);
      app.emit('second-instance', {}, told.argv, told.cwd, told.additionalData);
    }
  };
  whenReady.promise.then(() => {
    watch(profile, take).unref();
    take();
  });
}
