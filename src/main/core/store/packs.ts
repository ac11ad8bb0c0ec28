// The archive's bytes: append-only pack files beside the store, each a row of zstd frames.
//
// Contract: a frame is written before the rows that name it commit; what a crash leaves behind the last named frame is
// cut off at the next start. Frames are never changed. Offsets are bytes.

import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { PlayheadError } from '../../../shared/base/errors.ts';

export interface PackPlace {
  readonly pack: number;
  readonly packOffset: number;
  readonly packLength: number;
}

export const PACKS_FOLDER = 'packs';
const PACK_BYTES = 256 * 1024 * 1024;

function packPath(dataDir: string, pack: number): string {
  return join(dataDir, PACKS_FOLDER, `${String(pack).padStart(6, '0')}.pack`);
}

export class PackWriter {
  private readonly dataDir: string;
  private pack: number;
  private end: number;
  private fd: number;
  /** Where the store names bytes that are not there, as after a power cut; undefined where all are. */
  readonly lost: { readonly pack: number; readonly from: number } | undefined;

  /** `last` is the end of the last frame that the store names; undefined where it names none. */
  constructor(dataDir: string, last: { readonly pack: number; readonly end: number } | undefined) {
    mkdirSync(join(dataDir, PACKS_FOLDER), { recursive: true, mode: 0o700 });
    this.dataDir = dataDir;
    // A store that names no frame does not know what the packs there are: it begins after them.
    this.pack = last?.pack ?? newestPack(dataDir) + 1;
    this.end = last?.end ?? 0;
    this.fd = openSync(packPath(dataDir, this.pack), 'a+', 0o600);
    const { size } = fstatSync(this.fd);
    if (size > this.end) ftruncateSync(this.fd, this.end);
    if (size >= this.end) return;
    this.lost = { pack: this.pack, from: size };
    // What follows must not take their place.
    this.begin(this.pack + 1);
  }

  append(frame: Uint8Array): PackPlace {
    if (this.end >= PACK_BYTES) this.begin(this.pack + 1);
    const place = { pack: this.pack, packOffset: this.end, packLength: frame.length };
    for (let written = 0; written < frame.length;) written += writeSync(this.fd, frame, written);
    this.end += frame.length;
    return place;
  }

  /** Forgets frames whose rows did not commit. */
  rollback(to: { readonly pack: number; readonly end: number }): void {
    if (to.pack !== this.pack) {
      closeSync(this.fd);
      this.pack = to.pack;
      this.fd = openSync(packPath(this.dataDir, this.pack), 'a+', 0o600);
    }
    this.end = to.end;
    ftruncateSync(this.fd, this.end);
  }

  get position(): { readonly pack: number; readonly end: number } {
    return { pack: this.pack, end: this.end };
  }

  close(): void {
    fsyncSync(this.fd);
    closeSync(this.fd);
  }

  private begin(pack: number): void {
    fsyncSync(this.fd);
    closeSync(this.fd);
    this.pack = pack;
    this.end = 0;
    this.fd = openSync(packPath(this.dataDir, pack), 'a+', 0o600);
    ftruncateSync(this.fd, 0);
  }
}

function newestPack(dataDir: string): number {
  const numbers = readdirSync(join(dataDir, PACKS_FOLDER)).map(name => /^(\d+)\.pack$/.exec(name)?.[1]);
  return Math.max(0, ...numbers.map(Number).filter(number => !Number.isNaN(number)));
}

/** Reads frames; keeps the last few unpacked, since neighbours are asked for together. */
export class PackReader {
  private readonly dataDir: string;
  private readonly fds = new Map<number, number>();
  private readonly unpacked = new Map<string, Buffer>();
  private unpackedBytes = 0;
  private readonly maxBytes: number;

  constructor(dataDir: string, maxBytes = 32 * 1024 * 1024) {
    this.dataDir = dataDir;
    this.maxBytes = maxBytes;
  }

  /** The bytes of one frame, unpacked. Fails with 'unreadable'. */
  read(place: PackPlace): Buffer {
    const key = `${place.pack}:${place.packOffset}`;
    const kept = this.unpacked.get(key);
    if (kept) return kept;
    const frame = Buffer.allocUnsafe(place.packLength);
    try {
      const fd = this.fd(place.pack);
      for (let at = 0; at < frame.length;) {
        const got = readSync(fd, frame, at, frame.length - at, place.packOffset + at);
        if (got === 0) throw new Error(`pack ${place.pack} ends early`);
        at += got;
      }
      const bytes = zstdDecompressSync(frame);
      this.keep(key, bytes);
      return bytes;
    } catch (cause) {
      throw new PlayheadError(
        'unreadable',
        `The archived bytes cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
        { cause },
      );
    }
  }

  private keep(key: string, bytes: Buffer): void {
    this.unpacked.set(key, bytes);
    this.unpackedBytes += bytes.length;
    for (const [oldest, old] of this.unpacked) {
      if (this.unpackedBytes <= this.maxBytes || oldest === key) break;
      this.unpacked.delete(oldest);
      this.unpackedBytes -= old.length;
    }
  }

  private fd(pack: number): number {
    let fd = this.fds.get(pack);
    if (fd === undefined) {
      fd = openSync(packPath(this.dataDir, pack), 'r');
      this.fds.set(pack, fd);
    }
    return fd;
  }

  close(): void {
    for (const fd of this.fds.values()) closeSync(fd);
    this.fds.clear();
  }
}
