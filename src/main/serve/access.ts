// Who may talk to the loopback server: pages that came from it, in a browser that was given its address.
//
// Contract: an address holds a one-time token. The page hands it in once and gets the key of this data folder, which it
// shows from then on; the key outlives a restart of the server, so that an open page can come back. Host and Origin must
// be the server's own, so that neither another site nor a renamed one (DNS rebinding) can reach it.

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';

export class Access {
  private readonly key: string;
  private readonly tokens = new Set<string>();

  /** Keeps the key in the data folder, readable by its owner only. */
  constructor(dataDir: string) {
    this.key = readOrMakeKey(join(dataDir, 'serve-key'));
  }

  /** A new token, good for one exchange. */
  issueToken(): string {
    const token = randomBytes(24).toString('base64url');
    this.tokens.add(token);
    return token;
  }

  /** The key for a token that was not used yet; undefined for any other. */
  exchange(token: string): string | undefined {
    return this.tokens.delete(token) ? this.key : undefined;
  }

  isKey(text: string | null | undefined): boolean {
    if (typeof text !== 'string') return false;
    const given = Buffer.from(text);
    const own = Buffer.from(this.key);
    return given.length === own.length && timingSafeEqual(given, own);
  }
}

/** True when the request names this server itself, not some name that was pointed at it. */
export function isOwnHost(request: IncomingMessage, port: number): boolean {
  const { host } = request.headers;
  // Browsers leave out the port that HTTP has anyway.
  const suffix = port === 80 ? '' : `:${port}`;
  return host === `127.0.0.1${suffix}` || host === `localhost${suffix}`;
}

/** True when a page of this server sends it. `required`: a request that names no origin is refused too. */
export function isOwnOrigin(request: IncomingMessage, required: boolean): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return !required;
  return origin === `http://${host}`;
}

function readOrMakeKey(path: string): string {
  const key = readKey(path) ?? randomBytes(24).toString('base64url');
  writeFileSync(path, `${key}\n`, { mode: 0o600 });
  // The mode above is for a new file only.
  chmodSync(path, 0o600);
  return key;
}

/** Undefined where there is none yet, or half of one. */
function readKey(path: string): string | undefined {
  try {
    return /^[\w-]{32}(?=\n$)/.exec(readFileSync(path, 'utf8'))?.[0];
  } catch {
    return undefined;
  }
}
