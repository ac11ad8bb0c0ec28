// What the desktop's preload puts on the window: text both ways, and the path of a file that the user handed over.

import { toDisposable } from '../../shared/base/disposable.ts';
import type { Transport } from '../../shared/contract/transport.ts';

export interface PlayheadBridge {
  send(text: string): void;
  /** Registers a listener; the result takes it back. */
  onText(listener: (text: string) => void): () => void;
  /** The absolute path of a dropped or chosen file or folder; empty where it has none. */
  pathForFile(file: File): string;
}

declare global {
  interface Window {
    readonly playhead?: PlayheadBridge;
  }
}

/** The bridge, or undefined in a browser. */
export function desktopBridge(): PlayheadBridge | undefined {
  return window.playhead;
}

/** The core lives as long as the window does, so this transport never closes. */
export function bridgeTransport(bridge: PlayheadBridge): Transport {
  return {
    send: text => bridge.send(text),
    onText: listener => toDisposable(bridge.onText(listener)),
    onClose: () => toDisposable(() => {}),
  };
}
