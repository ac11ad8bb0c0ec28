// One Playhead per data folder. The first listens on a local socket in that folder; a second one finds it there and
// hands over what it was asked to do.
//
// Contract: the operating system decides who is first (binding a socket is exclusive). A socket left behind by a crash
// is found dead and taken over by one of those who come. Nothing of the store is touched before this is settled.

import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, realpathSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { errorCodes, PlayheadError, toPlayheadError } from '../shared/base/errors.ts';

/** Any JSON value. */
export type InstanceMessage = unknown;

export type Claim =
  /** `dispose` gives the folder up: those whose messages are not answered yet come again, and one of them is first. */
  { readonly kind: 'first'; dispose(): void } | { readonly kind: 'second'; readonly answer: unknown };

type Handler = (message: InstanceMessage) => Promise<unknown>;

const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
/** An answer may take long (a first index), its signs of life not. */
const SILENT_MS = 20_000;
const SIGN_OF_LIFE_MS = 5_000;
const CLAIM_MS = 10_000;
/** Taking over takes milliseconds; a lock of this age was left behind by a crash. */
const STALE_LOCK_MS = 5_000;
/** A socket's path has room for 104 bytes on macOS and 108 on Linux. */
const MAX_PATH_BYTES = 100;

/**
 * Becomes the one Playhead of the folder, which is made where it is missing, or sends `message` to the one that is and
 * gives its answer. `handler` gets other starts' messages; what it returns is their answer, what it throws their error.
 * Fails with 'unreadable' where the folder cannot be used, 'unavailable' where the first does not answer.
 */
export async function claimInstance(dataDir: string, message: InstanceMessage, handler: Handler): Promise<Claim> {
  const path = socketPath(makeFolder(dataDir));
  const until = Date.now() + CLAIM_MS;
  do {
    const listening = (await tryListen(path, handler)) ?? (await takeOver(path, handler));
    if (listening) return { kind: 'first', dispose: () => listening.end() };
    const answer = await tryAsk(path, message);
    if (answer) return { kind: 'second', answer: answer.value };
    await wait(20);
  } while (Date.now() < until);
  throw new PlayheadError('unavailable', `Another Playhead holds ${dataDir} and does not answer.`);
}

function makeFolder(dataDir: string): string {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    if (!statSync(dataDir).isDirectory()) throw new Error('it is not a folder');
    return realpathSync(dataDir);
  } catch (cause) {
    throw new PlayheadError(
      'unreadable',
      `The data folder ${dataDir} cannot be used: ${toPlayheadError(cause).message}.`,
      {
        cause,
      },
    );
  }
}

function socketPath(dataDir: string): string {
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  if (process.platform === 'win32') return `\\\\.\\pipe\\playhead-${name}`;
  // In the folder itself, so that every start finds it, whatever its environment says of places for such files.
  const inside = join(dataDir, 'instance.sock');
  if (Buffer.byteLength(inside) <= MAX_PATH_BYTES) return inside;
  const folder = join(tmpdir(), `playhead-${userInfo().uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  return join(folder, `${name}.sock`);
}

class Listening {
  private readonly server: Server;
  private readonly waiting = new Set<Socket>();
  private readonly handler: Handler;

  constructor(server: Server, handler: Handler) {
    this.server = server;
    this.handler = handler;
    server.on('connection', socket => this.serve(socket));
    // It holds nothing up: the process ends when its work does.
    server.unref();
  }

  end(): void {
    this.server.close();
    for (const socket of this.waiting) socket.destroy();
  }

  private serve(socket: Socket): void {
    this.waiting.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.waiting.delete(socket));
    const alive = setInterval(() => socket.write(' '), SIGN_OF_LIFE_MS);
    alive.unref();
    readAll(socket)
      .then(text => (text === '' ? undefined : this.handler(JSON.parse(text))))
      .then(
        answer => JSON.stringify({ ok: true, answer: answer ?? null }),
        (thrown: unknown) => {
          const { code, message } = toPlayheadError(thrown);
          return JSON.stringify({ ok: false, code, message });
        },
      )
      .then(reply => {
        clearInterval(alive);
        if (!this.waiting.delete(socket)) return;
        socket.end(reply);
      })
      .catch(() => socket.destroy());
  }
}

/** Undefined where the socket's name is taken, by a living one or not. */
function tryListen(path: string, handler: Handler): Promise<Listening | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true });
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(new PlayheadError('unreadable', `No Playhead can start there: ${error.message}.`, { cause: error }));
    });
    const listening = new Listening(server, handler);
    server.listen(path, () => resolve(listening));
  });
}

/**
 * Listens in the place of one that has crashed. Of several that come at once only one may remove the dead socket, for
 * the next would remove the living one's.
 */
async function takeOver(path: string, handler: Handler): Promise<Listening | undefined> {
  if (process.platform === 'win32' || (await isAlive(path))) return undefined;
  const lock = `${path}.lock`;
  if (!tryLock(lock)) return undefined;
  try {
    if (await isAlive(path)) return undefined;
    rmSync(path, { force: true });
    return await tryListen(path, handler);
  } finally {
    rmdirSync(lock);
  }
}

function tryLock(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
    if (since !== undefined && Date.now() - since > STALE_LOCK_MS) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

function isAlive(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

const replySchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), answer: z.unknown() }),
  z.object({ ok: z.literal(false), code: z.enum(errorCodes), message: z.string() }),
]);

/** Undefined where nobody listens, or the listener went away without an answer. */
async function tryAsk(path: string, message: InstanceMessage): Promise<{ readonly value: unknown } | undefined> {
  const reply = parseReply(await exchange(path, JSON.stringify(message)));
  if (!reply) return undefined;
  if (!reply.ok) throw new PlayheadError(reply.code, reply.message);
  return { value: reply.answer };
}

/** Undefined for half an answer too: whoever gave it has gone. */
function parseReply(text: string): z.infer<typeof replySchema> | undefined {
  try {
    return replySchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Empty where nobody answers. */
function exchange(path: string, message: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path, allowHalfOpen: true });
    socket.setTimeout(SILENT_MS, () => {
      socket.destroy();
      reject(new PlayheadError('unavailable', 'The running Playhead does not answer.'));
    });
    socket.once('error', () => resolve(''));
    socket.once('connect', () => {
      socket.end(message);
      readAll(socket).then(resolve, () => resolve(''));
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
