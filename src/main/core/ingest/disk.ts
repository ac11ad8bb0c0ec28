// Reads from disk what a source holds: names, sizes, and bytes from an offset. Synchronous, in the ingest thread.
// Symbolic links are never followed: neither folders nor files behind one belong to the source.

import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';

export interface FoundFile {
  readonly relPath: string;
  readonly size: number;
  readonly modifiedUs: number;
  readonly inode: string;
  /** When the file was made; null where the system does not know. */
  readonly bornUs: number | null;
}

const MAX_DEPTH = 24;

/**
 * Every regular file at or below `starts` (relative to `root`; '' is the root itself) that `include` wants, with '/' in
 * relative paths.
 */
export function walk(
  root: string,
  starts: readonly string[],
  include: (relPath: string) => boolean,
): readonly FoundFile[] {
  const files: FoundFile[] = [];
  const folders: { rel: string; depth: number }[] = [];
  for (const rel of starts) {
    const file = rel === '' ? undefined : statFile(root, rel);
    if (!file) folders.push({ rel, depth: 0 });
    else if (include(rel)) files.push(file);
  }
  for (let folder = folders.pop(); folder; folder = folders.pop()) {
    for (const name of readFolder(join(root, folder.rel))) {
      const rel = folder.rel === '' ? name.name : `${folder.rel}/${name.name}`;
      if (name.isDirectory()) {
        if (folder.depth < MAX_DEPTH && !isSkippedFolder(name.name)) folders.push({ rel, depth: folder.depth + 1 });
      } else if (name.isFile() && include(rel)) {
        const found = statFile(root, rel);
        if (found) files.push(found);
      }
    }
  }
  return files;
}

/** A folder that is gone or closed to us has no names; whether a whole source is so, its state says. */
function readFolder(path: string): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Folders that never hold logs and may hold very much else. */
export function isSkippedFolder(name: string): boolean {
  return name === 'node_modules' || name === '.git';
}

/** A regular file as it is now; undefined where there is none (any more). */
export function statFile(root: string, relPath: string): FoundFile | undefined {
  try {
    const stats = lstatSync(join(root, relPath));
    return stats.isFile() ? toFound(relPath, stats) : undefined;
  } catch {
    return undefined;
  }
}

function toFound(relPath: string, stats: Stats): FoundFile {
  return {
    relPath,
    size: stats.size,
    modifiedUs: Math.round(stats.mtimeMs * 1000),
    inode: `${stats.dev}:${stats.ino}`,
    bornUs: stats.birthtimeMs > 0 ? Math.round(stats.birthtimeMs * 1000) : null,
  };
}

export function namesBeside(root: string, relPath: string): readonly string[] {
  try {
    return readdirSync(join(root, relPath, '..')).sort();
  } catch {
    return [];
  }
}

/** An open file; close it. */
export class OpenFile {
  readonly found: FoundFile;
  private readonly fd: number;

  /** Throws the system's error where it cannot be opened, or is no regular file. */
  constructor(root: string, relPath: string) {
    this.fd = openSync(join(root, relPath), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    const stats = fstatSync(this.fd);
    if (!stats.isFile()) {
      closeSync(this.fd);
      throw new Error('not a regular file');
    }
    this.found = toFound(relPath, stats);
  }

  /** At most `length` bytes from `offset`; fewer at the end of the file. */
  read(offset: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const got = readSync(this.fd, buffer, filled, length - filled, offset + filled);
      if (got === 0) break;
      filled += got;
    }
    return buffer.subarray(0, filled);
  }

  close(): void {
    closeSync(this.fd);
  }
}

export function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR');
}

/** A system error in a person's words. */
export function describeDiskError(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'no permission to read it';
    case 'ELOOP':
      return 'a symbolic link; links are not followed';
    case 'EMFILE':
    case 'ENFILE':
      return 'too many open files on this machine';
    case 'EIO':
      return 'the disk reports a read error';
    default:
      return thrown instanceof Error ? thrown.message : String(thrown);
  }
}
