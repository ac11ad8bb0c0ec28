// Carries contract text over a WebSocket to the server that this page came from. One frame is one text message.

import { toDisposable } from '../../shared/base/disposable.ts';
import { Emitter } from '../../shared/base/emitter.ts';
import type { Transport } from '../../shared/contract/transport.ts';

/** Settles when the socket is open; rejects when it closes before. */
export function openWebSocket(url: string): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    const texts = new Emitter<string>();
    const closes = new Emitter<void>();
    let open = false;
    socket.addEventListener('open', () => {
      open = true;
      resolve({
        send: text => {
          if (socket.readyState === WebSocket.OPEN) socket.send(text);
        },
        onText: listener => texts.on(listener),
        onClose: listener => closes.on(listener),
      });
    });
    socket.addEventListener('message', event => {
      if (typeof event.data === 'string') texts.emit(event.data);
    });
    socket.addEventListener('close', () => {
      if (open) closes.emit();
      else reject(new Error('The server did not answer.'));
    });
  });
}

/** Follows the network's own news, so that a laptop that wakes up does not wait for the next attempt. */
export function onBackOnline(listener: () => void): ReturnType<typeof toDisposable> {
  const visible = () => {
    if (document.visibilityState === 'visible') listener();
  };
  window.addEventListener('online', listener);
  document.addEventListener('visibilitychange', visible);
  return toDisposable(() => {
    window.removeEventListener('online', listener);
    document.removeEventListener('visibilitychange', visible);
  });
}
