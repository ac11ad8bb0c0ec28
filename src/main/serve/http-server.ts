// The headless door: the window's files, the contract's socket and uploads, on 127.0.0.1 only.

import { createReadStream, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { WebSocketServer } from 'ws';
import { PlayheadError, toPlayheadError } from '../../shared/base/errors.ts';
import type { Transport } from '../../shared/contract/transport.ts';
import { type Access, isOwnHost, isOwnOrigin } from './access.ts';
import { webSocketTransport } from './ws-transport.ts';
import { receiveUpload, removeHalfUploads } from './uploads.ts';

export interface HttpServerOptions {
  /** 0: any free one. */
  readonly port: number;
  readonly access: Access;
  /** The built window. */
  readonly rendererDir: string;
  readonly dataDir: string;
  readonly onTransport: (transport: Transport) => void;
  /** Opens an uploaded file; gives its sessions' ids. */
  readonly onUpload: (path: string) => Promise<readonly string[]>;
  readonly maxUploadBytes?: number;
  /** What may wait for a window that does not read. */
  readonly maxBufferedBytes?: number;
}

export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}

const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // CodeMirror and Cytoscape put style elements into the page.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** On every answer. */
const SAFETY_HEADERS = [
  ['Content-Security-Policy', CONTENT_POLICY],
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
] as const;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.map': 'application/json',
};

/** Resolves when it answers. Fails with 'conflict' where the port is taken. */
export async function startHttpServer(options: HttpServerOptions): Promise<RunningServer> {
  removeHalfUploads(options.dataDir);
  const http = createServer();
  const port = await listen(http, options.port);
  // A frame from the window is a call; the largest carries a few thousand ids.
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 4 * 1024 * 1024 });
  http.on('request', (request, response) => {
    for (const [name, value] of SAFETY_HEADERS) response.setHeader(name, value);
    answer(request, response, options, port).catch((thrown: unknown) => sendError(response, thrown));
  });
  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Without a listener a connection that breaks off here would end the process.
    socket.on('error', () => socket.destroy());
    const refusal = refuseUpgrade(request, options.access, port);
    if (refusal !== undefined) endRaw(socket, refusal);
    else
      sockets.handleUpgrade(request, socket, head, client =>
        options.onTransport(webSocketTransport(client, options.maxBufferedBytes)),
      );
  });
  http.on('clientError', (_error, socket) => endRaw(socket, '400 Bad Request'));
  return {
    port,
    close: () =>
      new Promise(resolve => {
        for (const client of sockets.clients) client.terminate();
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

/** The status line's end for who may not have a socket. */
function refuseUpgrade(request: IncomingMessage, access: Access, port: number): string | undefined {
  const url = parseTarget(request);
  if (!url) return '400 Bad Request';
  if (!isOwnHost(request, port)) return '421 Misdirected Request';
  if (url.pathname !== '/ws') return '404 Not Found';
  if (!isOwnOrigin(request, true)) return '403 Forbidden';
  return access.isKey(url.searchParams.get('token')) ? undefined : '401 Unauthorized';
}

function endRaw(socket: Duplex, status: string): void {
  if (!socket.writable) return;
  const safety = SAFETY_HEADERS.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${status}\r\n${safety}Connection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Undefined for a target that is none, such as '//'. */
function parseTarget(request: IncomingMessage): URL | undefined {
  return URL.parse(request.url ?? '/', 'http://127.0.0.1') ?? undefined;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpServerOptions,
  port: number,
): Promise<void> {
  const url = parseTarget(request);
  if (!isOwnHost(request, port)) return sendText(response, 421, 'This server answers to 127.0.0.1 only.');
  if (!url) return sendText(response, 400, 'No such address.');
  if (request.method === 'GET' || request.method === 'HEAD')
    return sendFile(url.pathname, response, options.rendererDir);
  if (request.method !== 'POST') {
    response.setHeader('Allow', 'GET, HEAD, POST');
    return sendText(response, 405, 'Only GET and POST.');
  }
  if (!isOwnOrigin(request, true)) return sendText(response, 403, 'Only pages of this server may do this.');
  switch (url.pathname) {
    case '/token':
      return sendJson(response, 200, { key: exchangeToken(await readSmallBody(request), options.access) });
    case '/upload':
      return sendJson(response, 200, { sessionIds: await openUpload(request, url, options) });
    default:
      return sendText(response, 404, 'Not found.');
  }
}

function exchangeToken(token: string, access: Access): string {
  const key = access.exchange(token);
  if (key === undefined)
    throw new PlayheadError(
      'denied',
      'This address was used already. Ask Playhead for a new one: start it again, or use the address that it prints.',
    );
  return key;
}

async function openUpload(
  request: IncomingMessage,
  url: URL,
  { access, dataDir, maxUploadBytes, onUpload }: HttpServerOptions,
): Promise<readonly string[]> {
  if (!access.isKey(headerText(request.headers['x-playhead-token'])))
    throw new PlayheadError('denied', 'Not allowed without the key of this server.');
  const name = url.searchParams.get('name') ?? '';
  const upload = await receiveUpload(request, name, dataDir, maxUploadBytes);
  try {
    return await onUpload(upload.path);
  } catch (thrown) {
    upload.discard();
    const { code, message } = toPlayheadError(thrown);
    // Where we put it means nothing to who sent it.
    throw new PlayheadError(code, message.replaceAll(upload.path, name), { cause: thrown });
  }
}

async function sendFile(pathname: string, response: ServerResponse, folder: string): Promise<void> {
  const wanted = pathname === '/' ? 'index.html' : decodePath(pathname);
  const path = wanted === undefined ? undefined : normalize(join(folder, wanted));
  const stats = path?.startsWith(folder + sep) ? statSync(path, { throwIfNoEntry: false }) : undefined;
  if (path === undefined || !stats?.isFile()) return sendText(response, 404, 'Not found.');
  response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
  response.setHeader('Content-Length', stats.size);
  // Built names carry a hash; the page itself does not.
  response.setHeader(
    'Cache-Control',
    pathname.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-store',
  );
  // Fails when the window goes away half way; then nobody is left to be told.
  await pipeline(createReadStream(path), response).catch(() => response.destroy());
}

/** Undefined for what names no file: broken escapes, NUL. */
function decodePath(pathname: string): string | undefined {
  try {
    const path = decodeURIComponent(pathname);
    return path.includes('\0') ? undefined : path;
  } catch {
    return undefined;
  }
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(text);
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response
    .writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
    .end(JSON.stringify(value));
}

function sendError(response: ServerResponse, thrown: unknown): void {
  const { code, message } = toPlayheadError(thrown);
  const status = code === 'denied' ? 401 : code === 'too-large' ? 413 : code === 'internal' ? 500 : 400;
  if (response.headersSent) response.destroy();
  else sendJson(response, status, { error: { code, message } });
}

async function readSmallBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > 1000) throw new PlayheadError('too-large', 'Too long.');
  }
  return text;
}

function headerText(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function listen(http: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        cause.code === 'EADDRINUSE'
          ? new PlayheadError(
              'conflict',
              `Port ${port} is in use on 127.0.0.1. Choose another with --port, or leave it out for a free one.`,
              { cause },
            )
          : cause,
      );
    });
    http.listen(port, '127.0.0.1', () => {
      const address = http.address();
      if (address === null || typeof address === 'string')
        reject(new PlayheadError('internal', 'The server has no port.'));
      else resolve(address.port);
    });
  });
}
