// The transports that carry the contract, each with what stands at its ends in the app: a pair in one process, a
// WebSocket to the loopback server, and Electron's IPC with the real preload and window code over a stand-in for
// Electron that copies messages as Electron does.

import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WebContents } from 'electron';
import { vi } from 'vitest';
import { WebSocket as NodeWebSocket } from 'ws';
import { serveWindow } from '../../src/main/desktop/ipc-transport.ts';
import { Access } from '../../src/main/serve/access.ts';
import { startHttpServer } from '../../src/main/serve/http-server.ts';
import { bridgeTransport } from '../../src/renderer/platform/bridge.ts';
import { openWebSocket } from '../../src/renderer/platform/web-socket-transport.ts';
import type { Disposable } from '../../src/shared/base/disposable.ts';
import { Emitter } from '../../src/shared/base/emitter.ts';
import type { PlayheadBridge } from '../../src/shared/contract/bridge.ts';
import type { Transport } from '../../src/shared/contract/transport.ts';

/** A contract server, or the whole app. */
export interface Core {
  connect(transport: Transport): Disposable;
}

export interface Wire {
  readonly name: string;
  /** False where the core lives as long as its windows: the desktop's are one process' fate with it. */
  readonly canLose: boolean;
  serve(core: Core): Promise<Served>;
}

export interface Served {
  /** A window connects. */
  open(): Promise<OpenedWindow>;
  /** The core's end goes away under its windows. */
  readonly lose: () => Promise<void>;
  dispose(): Promise<void>;
}

export interface OpenedWindow {
  readonly transport: Transport;
  /** The window goes away: closed, or its process died. */
  close(): void;
}

const pair: Wire = {
  name: 'a pair in one process',
  canLose: true,
  async serve(core) {
    const ends: { close(): void }[] = [];
    const lose = async () => ends.forEach(end => end.close());
    return {
      async open() {
        const { window, core: far, close } = linkedPair();
        core.connect(far);
        ends.push({ close });
        return { transport: window, close };
      },
      lose,
      dispose: lose,
    };
  },
};

/** Two transports, each hearing what the other sends, in order and not at once. */
export function linkedPair(): { readonly window: Transport; readonly core: Transport; readonly close: () => void } {
  const ends = [new Emitter<string>(), new Emitter<string>()] as const;
  const closed = new Emitter<void>();
  let isOpen = true;
  const end = (own: Emitter<string>, far: Emitter<string>): Transport => ({
    send: text => queueMicrotask(() => isOpen && far.emit(text)),
    onText: listener => own.on(listener),
    onClose: listener => closed.on(listener),
  });
  return {
    window: end(ends[0], ends[1]),
    core: end(ends[1], ends[0]),
    close() {
      if (!isOpen) return;
      isOpen = false;
      closed.emit();
    },
  };
}

const webSocket: Wire = {
  name: 'a WebSocket on loopback',
  canLose: true,
  async serve(core) {
    const dataDir = mkdtempSync(join(tmpdir(), 'playhead-wire-'));
    const access = new Access(dataDir);
    const server = await startHttpServer({
      port: 0,
      access,
      rendererDir: dataDir,
      dataDir,
      onTransport: transport => void core.connect(transport),
      onUpload: async () => [],
    });
    const key = access.exchange(access.issueToken());
    const sockets: NodeWebSocket[] = [];
    /** What a browser's own WebSocket does: it names the page that it is used by. */
    class PageSocket extends NodeWebSocket {
      constructor(url: string) {
        super(url, { origin: `http://127.0.0.1:${server.port}` });
        sockets.push(this);
      }
    }
    return {
      async open() {
        vi.stubGlobal('WebSocket', PageSocket);
        const transport = await openWebSocket(`ws://127.0.0.1:${server.port}/ws?token=${key}`);
        const socket = sockets.at(-1);
        return { transport, close: () => socket?.terminate() };
      },
      lose: () => server.close(),
      async dispose() {
        await server.close();
        vi.unstubAllGlobals();
        rmSync(dataDir, { recursive: true, force: true });
      },
    };
  },
};

const uiOrigin = 'app://ui/';

const electronIpc: Wire = {
  name: "Electron's IPC",
  canLose: false,
  async serve(core) {
    const windows: { close(): void }[] = [];
    const closeAll = async () => windows.forEach(window => window.close());
    return {
      async open() {
        const contents = new ContentsDouble();
        const serving = serveWindow(contents as unknown as WebContents, uiOrigin, transport => {
          core.connect(transport);
        });
        const bridge = await loadPreload(contents);
        const close = () => {
          contents.destroy();
          serving.dispose();
        };
        windows.push({ close });
        return { transport: bridgeTransport(bridge), close };
      },
      lose: closeAll,
      dispose: closeAll,
    };
  },
};

/** A window's web contents as main sees them. Messages are cloned on their way, as Electron's are, and arrive later. */
class ContentsDouble extends EventEmitter {
  readonly ipc = new EventEmitter();
  readonly renderer = new EventEmitter();
  private destroyed = false;

  isDestroyed(): boolean {
    return this.destroyed;
  }

  send(channel: string, ...args: unknown[]): void {
    const copy = structuredClone(args);
    queueMicrotask(() => this.renderer.emit(channel, {}, ...copy));
  }

  fromRenderer(channel: string, ...args: unknown[]): void {
    const copy = structuredClone(args);
    const senderFrame = { url: `${uiOrigin}index.html`, parent: null };
    queueMicrotask(() => this.ipc.emit(channel, { senderFrame }, ...copy));
  }

  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.emit('destroyed');
    this.renderer.removeAllListeners();
  }
}

/** Runs the real preload for one document; gives what it puts on the page's window. */
async function loadPreload(contents: ContentsDouble): Promise<PlayheadBridge> {
  const exposed = Promise.withResolvers<PlayheadBridge>();
  vi.resetModules();
  vi.doMock('electron', () => ({
    contextBridge: { exposeInMainWorld: (_name: string, bridge: PlayheadBridge) => exposed.resolve(bridge) },
    ipcRenderer: {
      send: (channel: string, ...args: unknown[]) => contents.fromRenderer(channel, ...args),
      on: (channel: string, listener: (...args: unknown[]) => void) => contents.renderer.on(channel, listener),
      off: (channel: string, listener: (...args: unknown[]) => void) => contents.renderer.off(channel, listener),
    },
    webUtils: { getPathForFile: () => '' },
  }));
  await import('../../src/preload/index.ts');
  return exposed.promise;
}

export const wires: readonly Wire[] = [pair, webSocket, electronIpc];
