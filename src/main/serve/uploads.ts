// Files that a browser hands over: kept in the data folder, since they have no place on disk that we know.

import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PlayheadError } from '../../shared/base/errors.ts';

export const MAX_UPLOAD_BYTES = 512 * 1024 * 1024;

/**
 * Stores a request's body and gives its path, named by its content: the same file handed over twice is the same file.
 * Fails with 'too-large', 'bad-input' for a name that is none.
 */
export async function receiveUpload(request: IncomingMessage, name: string, dataDir: string): Promise<string> {
  const parts = safeParts(name);
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > MAX_UPLOAD_BYTES) throw tooLarge(name);
  const folder = join(dataDir, 'uploads');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const part = join(folder, `${randomBytes(8).toString('hex')}.part`);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    await pipeline(
      request,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          bytes += chunk.length;
          if (bytes > MAX_UPLOAD_BYTES) throw tooLarge(name);
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(part, { mode: 0o600 }),
    );
    const path = join(folder, hash.digest('hex').slice(0, 16), ...parts);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (existsSync(path)) rmSync(part);
    else renameSync(part, path);
    return path;
  } catch (thrown) {
    rmSync(part, { force: true });
    throw thrown;
  }
}

/** A file's relative name as path parts that stay inside their folder on every system. */
function safeParts(name: string): string[] {
  const parts = name
    .split(/[\\/]/)
    .map(part => part.replace(/[\p{Cc}<>:"|?*]/gu, '_').slice(-120))
    .filter(part => part !== '' && part !== '.' && part !== '..');
  if (parts.length === 0 || parts.length > 8)
    throw new PlayheadError('bad-input', `${JSON.stringify(name)} is no file name.`);
  return parts;
}

function tooLarge(name: string): PlayheadError {
  return new PlayheadError(
    'too-large',
    `${name} is over 512 MB. Start Playhead with the file as an argument instead: it is then read in place.`,
  );
}
