// The loopback server in a temporary folder, with a page to serve, and raw requests to it.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Access } from '../../../src/main/serve/access.ts';
import { type HttpServerOptions, startHttpServer } from '../../../src/main/serve/http-server.ts';
import type { Transport } from '../../../src/shared/contract/transport.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface TestServer {
  readonly port: number;
  readonly origin: string;
  readonly folder: string;
  readonly dataDir: string;
  readonly access: Access;
  readonly transports: Transport[];
  /** The key, as a page gets it. */
  readonly key: string;
  ask(asked: Asked): Promise<Answer>;
  /** As a page of the server asks. */
  askAsPage(asked: Asked): Promise<Answer>;
  /** Sends bytes as they are; gives what came until the server closed the connection. */
  sendRaw(bytes: string): Promise<string>;
  close(): Promise<void>;
}

export async function startTestServer(options: Partial<HttpServerOptions> = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'playhead-serve-'));
  const dataDir = join(folder, 'data');
  const rendererDir = join(folder, 'renderer');
  mkdirSync(join(rendererDir, 'assets'), { recursive: true });
  mkdirSync(dataDir);
  writeFileSync(join(rendererDir, 'index.html'), '<!doctype html><title>Playhead</title>');
  writeFileSync(join(rendererDir, 'assets', 'app-1a2b.js'), 'export {};');
  writeFileSync(join(folder, 'secret.txt'), 'not for the web');
  mkdirSync(join(folder, 'renderer-old'));
  writeFileSync(join(folder, 'renderer-old', 'index.html'), 'not for the web either');
  const access = new Access(dataDir);
  const transports: Transport[] = [];
  const server = await startHttpServer({
    port: 0,
    access,
    rendererDir,
    dataDir,
    onTransport: transport => transports.push(transport),
    onUpload: async () => ['session-1'],
    ...options,
  });
  const { port } = server;
  const origin = `http://127.0.0.1:${port}`;
  const key = access.exchange(access.issueToken()) ?? '';
  const ask = (asked: Asked) => send(port, asked);
  return {
    port,
    origin,
    folder,
    dataDir,
    access,
    transports,
    key,
    ask,
    askAsPage: asked => ask({ ...asked, headers: { origin, ...asked.headers } }),
    sendRaw: bytes => sendRaw(port, bytes),
    async close() {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function send(port: number, { method = 'GET', path = '/', headers = {}, body }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false }, response => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

function sendRaw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
}
