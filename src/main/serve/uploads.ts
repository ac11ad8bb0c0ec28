// Files that a browser hands over: kept in the data folder, since they have no place on disk that we know.

import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream, type Dirent, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PlayheadError } from '../../shared/base/errors.ts';

export const MAX_UPLOAD_BYTES = 512 * 1024 * 1024;

const PART = '.part';
/** A name that every file system takes, with room for what we add. */
const MAX_NAME_BYTES = 200;
const MAX_PARTS = 8;

export interface Upload {
  readonly path: string;
  /** Removes it again, unless the same bytes were here before. */
  discard(): void;
}

/**
 * Stores a request's body in a folder that is named by its content: the same bytes handed over twice are the same file,
 * under the name that they had first. Nothing is left of a body that breaks off. Fails with 'too-large', 'bad-input' for
 * a name that is none.
 */
export async function receiveUpload(
  request: IncomingMessage,
  name: string,
  dataDir: string,
  maxBytes = MAX_UPLOAD_BYTES,
): Promise<Upload> {
  const parts = safeParts(name);
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > maxBytes) throw tooLarge(name, maxBytes);
  const uploads = uploadsFolder(dataDir);
  mkdirSync(uploads, { recursive: true, mode: 0o700 });
  const part = join(uploads, `${randomBytes(8).toString('hex')}${PART}`);
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const body = async function* () {
      // The request must live on when we stop reading, for it is the way of the answer, too.
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > maxBytes) throw tooLarge(name, maxBytes);
        hash.update(chunk);
        yield chunk;
      }
    };
    await pipeline(body, createWriteStream(part, { mode: 0o600 }));
    return takeIn(part, join(uploads, hash.digest('hex').slice(0, 32)), parts);
  } finally {
    // What is left of a refused body is read and dropped: a sender that is cut off does not read the answer.
    request.resume();
    rmSync(part, { force: true });
  }
}

function uploadsFolder(dataDir: string): string {
  return join(dataDir, 'uploads');
}

/** What uploads left behind that were under way when the process was killed. */
export function removeHalfUploads(dataDir: string): void {
  const uploads = uploadsFolder(dataDir);
  for (const { name, parentPath } of filesIn(uploads)) {
    if (parentPath === uploads && name.endsWith(PART)) rmSync(join(uploads, name), { force: true });
  }
}

function takeIn(part: string, folder: string, parts: readonly string[]): Upload {
  const known = firstFile(folder);
  if (known !== undefined) return { path: known, discard: () => undefined };
  const path = join(folder, ...parts);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  renameSync(part, path);
  return { path, discard: () => rmSync(folder, { recursive: true, force: true }) };
}

function firstFile(folder: string): string | undefined {
  const [found] = filesIn(folder);
  return found && join(found.parentPath, found.name);
}

function filesIn(folder: string): readonly Dirent[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
}

/** A file's relative name as path parts that stay inside their folder on every system. */
function safeParts(name: string): string[] {
  const parts = name
    .split(/[\\/]/)
    .filter(part => part !== '' && part !== '.' && part !== '..')
    .map(part => safePart(part));
  if (parts.length === 0 || parts.length > MAX_PARTS)
    throw new PlayheadError('bad-input', `${JSON.stringify(name.slice(0, MAX_NAME_BYTES))} is no file name.`);
  return parts;
}

/** The end of a long name is kept, for there is what tells its format. */
function safePart(part: string): string {
  const end = part.slice(-MAX_NAME_BYTES).toWellFormed();
  let kept = Array.from(end.replace(/[\p{Cc}<>:"|?*]/gu, '_').replace(/[. ]$/, '_'));
  while (Buffer.byteLength(kept.join('')) > MAX_NAME_BYTES) kept = kept.slice(1);
  return kept.join('');
}

function tooLarge(name: string, maxBytes: number): PlayheadError {
  return new PlayheadError(
    'too-large',
    `${name} is over ${Math.floor(maxBytes / 1024 / 1024)} MB. Start Playhead with the file as an argument instead: it is then read in place.`,
  );
}
