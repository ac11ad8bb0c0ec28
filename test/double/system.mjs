// The modules that stand for the system: dialogs, the shell, screens, the theme, the session, protocols. They show
// nothing; they log what was asked of them. A test replaces a dialog's function to answer it.

import { EventEmitter } from 'node:events';
import { need } from './app.mjs';
import { beforeRequest, handlers } from './chromium.mjs';
import { log, strict } from './strict.mjs';

export const dialog = strict('dialog', {
  showErrorBox: (title, content) => void log.push({ what: 'error-box', title, content }),
  async showOpenDialog(...args) {
    log.push({ what: 'open-dialog', options: args.at(-1) });
    return { canceled: true, filePaths: [] };
  },
  async showMessageBox(...args) {
    const options = args.at(-1);
    log.push({ what: 'message-box', options });
    return { response: options.cancelId ?? 0, checkboxChecked: false };
  },
});

export const shell = strict('shell', {
  openExternal: async url => void log.push({ what: 'open-external', url }),
  async openPath(path) {
    log.push({ what: 'open-path', path });
    return '';
  },
});

const workArea = { x: 0, y: 0, width: 1920, height: 1040 };
const display = { id: 1, bounds: { ...workArea, height: 1080 }, workArea, scaleFactor: 1 };

export const screen = strict('screen', {
  getPrimaryDisplay() {
    need('ready', 'screen');
    return display;
  },
  getAllDisplays() {
    need('ready', 'screen');
    return [display];
  },
});

export const nativeTheme = strict(
  'nativeTheme',
  Object.assign(new EventEmitter(), { shouldUseDarkColors: false, themeSource: 'system' }),
);

const defaultSession = strict(
  'session.defaultSession',
  Object.assign(new EventEmitter(), {
    /** What the app set, for tests that ask as a page would. */
    permissions: {},
    setPermissionRequestHandler(handler) {
      this.permissions.request = handler;
    },
    setPermissionCheckHandler(handler) {
      this.permissions.check = handler;
    },
    setDevicePermissionHandler(handler) {
      this.permissions.device = handler;
    },
    setSpellCheckerEnabled: enabled => void log.push({ what: 'spell-checker', enabled }),
    webRequest: {
      onBeforeRequest({ urls }, listener) {
        beforeRequest.patterns = urls;
        beforeRequest.listener = listener;
      },
    },
  }),
);

export const session = {
  get defaultSession() {
    need('ready', 'session');
    return defaultSession;
  },
};

export const protocol = strict('protocol', {
  registerSchemesAsPrivileged(schemes) {
    need('before', 'protocol.registerSchemesAsPrivileged');
    log.push({ what: 'schemes', schemes });
  },
  handle(scheme, handler) {
    need('ready', 'protocol.handle');
    handlers.set(scheme, handler);
  },
});
