// Connects the window with the core: over the desktop's bridge where there is one, else over a WebSocket.

import { bridgeTransport, desktopBridge } from './bridge.ts';
import { type Connection, keepConnected } from './connection.ts';
import { exchangeToken, serverKey, takeToken } from './token.ts';
import { onBackOnline, openWebSocket } from './web-socket-transport.ts';

export type { Connection, ConnectionStatus } from './connection.ts';

/** The window's one connection. Call it once, before anything reads the place from the address. */
export function connect(): Connection {
  const bridge = desktopBridge();
  if (bridge) return keepConnected(() => Promise.resolve(bridgeTransport(bridge)));
  let token = takeToken();
  const { protocol, host } = window.location;
  const socket = `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/ws`;
  const connection = keepConnected(async () => {
    if (token !== null) await exchangeToken(token);
    token = null;
    return openWebSocket(`${socket}?token=${encodeURIComponent(serverKey())}`);
  });
  onBackOnline(() => connection.retryNow());
  return connection;
}
