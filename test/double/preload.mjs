/**
 * The page's side: runs the built preload as a sandbox would, with `require` for 'electron' alone. Source text for
 * addInitScript. Real Electron keeps the preload in a world of its own; here it shares the page's.
 */
export function preloadScript(source) {
  // As text in place: a page with a content policy may not make functions from strings.
  return `(${runPreload.toString()})((require, module, exports, process) => {\n${source}\n});`;
}

function runPreload(preload) {
  if (window.top !== window || !location.hostname.endsWith('.app.localhost')) return;
  const send = window.__electronSend;
  const listeners = new Map();
  window.__electronReceive = (channel, args) => {
    for (const listener of [...(listeners.get(channel) ?? [])]) listener({ senderId: 0 }, ...args);
  };

  const ipcRenderer = {
    send: (channel, ...args) => void send(channel, JSON.parse(JSON.stringify(args))),
    on(channel, listener) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      return ipcRenderer;
    },
    off(channel, listener) {
      const left = [...(listeners.get(channel) ?? [])];
      const at = left.lastIndexOf(listener);
      if (at >= 0) left.splice(at, 1);
      listeners.set(channel, left);
      return ipcRenderer;
    },
  };
  const contextBridge = {
    exposeInMainWorld(key, api) {
      if (key in window)
        throw new Error(`Cannot bind an API on top of an existing property on the window object: ${key}`);
      Object.defineProperty(window, key, { value: carry(api), enumerable: true });
    },
  };
  // A page cannot learn where a file lies; the test says it for the names that it drops.
  const webUtils = {
    getPathForFile(file) {
      if (!(file instanceof File)) throw new TypeError('getPathForFile expects a File');
      return window.__electronPaths?.[file.name] ?? '';
    },
  };

  /** What the bridge carries: plain values, arrays and objects of them, and functions. Frozen copies; nothing else. */
  function carry(value) {
    if (typeof value === 'function') {
      return (...args) => {
        const result = value(...args.map(arg => (typeof arg === 'function' || arg instanceof File ? arg : carry(arg))));
        return carry(result);
      };
    }
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return Object.freeze(value.map(carry));
    if (Object.getPrototypeOf(value) !== Object.prototype) throw new TypeError('An object could not be cloned');
    return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, carry(inner)])));
  }

  const require = name => {
    if (name !== 'electron') throw new Error(`module not found: ${name}`);
    return { contextBridge, ipcRenderer, webUtils };
  };
  const module = { exports: {} };
  try {
    preload(require, module, module.exports, { platform: 'linux' });
  } catch (error) {
    send('preload-error', [error.message]);
  }
}
