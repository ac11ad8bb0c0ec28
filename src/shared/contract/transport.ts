// A transport carries text between one window and the core, in order, whole. Electron IPC and WebSocket are two of them.

import type { Disposable } from '../base/disposable.ts';

export interface Transport {
  /** Never throws; text sent after the end is dropped. */
  send(text: string): void;
  onText(listener: (text: string) => void): Disposable;
  /** Told once, when the other side is gone. */
  onClose(listener: () => void): Disposable;
}
