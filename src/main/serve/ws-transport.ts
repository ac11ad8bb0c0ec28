// Carries contract text over one WebSocket.

import type { WebSocket } from 'ws';
import { Emitter } from '../../shared/base/emitter.ts';
import type { Transport } from '../../shared/contract/transport.ts';

/** A window that does not read loses its connection rather than fill our memory; it comes back and catches up. */
export const MAX_BUFFERED_BYTES = 256 * 1024 * 1024;

export function webSocketTransport(socket: WebSocket, maxBufferedBytes = MAX_BUFFERED_BYTES): Transport {
  const texts = new Emitter<string>();
  const closes = new Emitter<void>();
  socket.on('message', (data, isBinary) => {
    // Buffers are what a socket gives that was not told otherwise.
    if (!isBinary && Buffer.isBuffer(data)) texts.emit(data.toString());
  });
  socket.once('close', () => closes.emit());
  socket.on('error', () => socket.terminate());
  return {
    send(text) {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > maxBufferedBytes) socket.terminate();
      else socket.send(text);
    },
    onText: listener => texts.on(listener),
    onClose: listener => closes.on(listener),
  };
}
