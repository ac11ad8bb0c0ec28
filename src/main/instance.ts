// One Playhead per data folder. The first listens on a local socket of that folder; a second one finds it there and
// hands over what it was asked to do.
//
// Contract: the operating system decides who is first (binding a socket is exclusive). A socket left behind by a crash
// is found dead and taken over. Nothing of the store is touched before this is settled.

import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { PlayheadError } from '../shared/base/errors.ts';

/** Any JSON value. */
export type InstanceMessage = unknown;

export type Claim = { readonly kind: 'first'; dispose(): void } | { readonly kind: 'second'; readonly answer: unknown };

const MAX_MESSAGE_BYTES = 1024 * 1024;
const ANSWER_MS = 60_000;

/**
 * Becomes the one Playhead of the folder, or sends `message` to the one that is and gives its answer. `handler` gets
 * other starts' messages; what it returns is their answer. Fails with 'unavailable' where the first does not answer.
 */
export async function claimInstance(
  dataDir: string,
  message: InstanceMessage,
  handler: (message: InstanceMessage) => Promise<unknown>,
): Promise<Claim> {
  const path = socketPath(dataDir);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const server = await tryListen(path, handler);
    if (server) return { kind: 'first', dispose: () => void server.close() };
    const answer = await tryAsk(path, message);
    if (answer) return { kind: 'second', answer: answer.value };
    // Bound by nobody: a crash left it there.
    if (process.platform !== 'win32') rmSync(path, { force: true });
  }
  throw new PlayheadError('unavailable', `Another Playhead holds ${dataDir} and does not answer.`);
}

/** Sends a message to the Playhead of the folder; undefined where none runs. */
export async function askInstance(
  dataDir: string,
  message: InstanceMessage,
): Promise<{ readonly value: unknown } | undefined> {
  return tryAsk(socketPath(dataDir), message);
}

function socketPath(dataDir: string): string {
  const name = createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 16);
  if (process.platform === 'win32') return `\\\\.\\pipe\\playhead-${name}`;
  // A socket's path has room for about 100 characters, which a data folder's may exceed.
  const folder = join(process.env['XDG_RUNTIME_DIR'] ?? tmpdir(), `playhead-${userInfo().uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  return join(folder, `${name}.sock`);
}

function tryListen(path: string, handler: (message: InstanceMessage) => Promise<unknown>): Promise<Server | undefined> {
  return new Promise((resolveServer, reject) => {
    const server = createServer({ allowHalfOpen: true }, socket => serveOne(socket, handler));
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolveServer(undefined);
      else reject(error);
    });
    server.listen(path, () => {
      server.unref();
      resolveServer(server);
    });
  });
}

function serveOne(socket: Socket, handler: (message: InstanceMessage) => Promise<unknown>): void {
  socket.on('error', () => socket.destroy());
  readAll(socket)
    .then(text => handler(JSON.parse(text)))
    .then(
      answer => socket.end(JSON.stringify({ ok: true, answer: answer ?? null })),
      (thrown: unknown) => {
        const error = thrown instanceof PlayheadError ? thrown : new PlayheadError('internal', String(thrown));
        socket.end(JSON.stringify({ ok: false, code: error.code, message: error.message }));
      },
    );
}

function tryAsk(path: string, message: InstanceMessage): Promise<{ readonly value: unknown } | undefined> {
  return new Promise((resolveAnswer, reject) => {
    const socket = connect({ path, allowHalfOpen: true });
    socket.setTimeout(ANSWER_MS, () => {
      socket.destroy();
      reject(new PlayheadError('unavailable', 'The running Playhead does not answer.'));
    });
    socket.once('error', () => resolveAnswer(undefined));
    socket.once('connect', () => {
      socket.end(JSON.stringify(message));
      readAll(socket).then(
        text => {
          if (text === '') {
            resolveAnswer(undefined);
            return;
          }
          const reply = JSON.parse(text) as {
            ok: boolean;
            answer?: unknown;
            code?: PlayheadError['code'];
            message?: string;
          };
          if (reply.ok) resolveAnswer({ value: reply.answer });
          else reject(new PlayheadError(reply.code ?? 'internal', reply.message ?? 'The running Playhead failed.'));
        },
        () => resolveAnswer(undefined),
      );
    });
  });
}

async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_MESSAGE_BYTES) throw new PlayheadError('too-large', 'The message is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
