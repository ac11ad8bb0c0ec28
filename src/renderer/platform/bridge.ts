// The desktop's bridge, as its preload put it on the window.

import { toDisposable } from '../../shared/base/disposable.ts';
import type { PlayheadBridge } from '../../shared/contract/bridge.ts';
import type { Transport } from '../../shared/contract/transport.ts';

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
