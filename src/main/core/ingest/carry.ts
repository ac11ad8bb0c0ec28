// Bytes of a file that were read and not taken yet, in memory so that no byte of a growing line is read twice.

import type { OpenFile } from './disk.ts';

const CHUNK_BYTES = 1024 * 1024;
/** Read beyond the size that the system gave: the file may be growing. */
const SPARE_BYTES = 4096;
const LF = 10;

export class Carry {
  private chunks: Buffer[] = [];
  private bytes = 0;
  private lf = false;

  get size(): number {
    return this.bytes;
  }

  /** True when a line ends in it. */
  get hasEnd(): boolean {
    return this.lf;
  }

  /** At most `length` of its last bytes, as far as they lie together. */
  last(length: number): Buffer {
    return this.chunks.at(-1)?.subarray(-length) ?? Buffer.alloc(0);
  }

  /**
   * Adds what stands in the file after `offset` and itself: to the end of the file, or where that is far at least
   * `enough` bytes with an end of line among them; never more than about `most`. True at the end of the file.
   */
  readOn(file: OpenFile, offset: number, enough: number, most: number): boolean {
    for (;;) {
      const at = offset + this.bytes;
      const wanted = Math.min(CHUNK_BYTES, Math.max(0, file.found.size - at) + SPARE_BYTES);
      const chunk = file.read(at, wanted);
      this.add(chunk);
      if (chunk.length < wanted) return true;
      if (this.bytes >= enough && (this.lf || this.bytes > most)) return false;
    }
  }

  /** All of it, in one piece; none is left. */
  take(): Buffer {
    const [only] = this.chunks;
    const bytes = this.chunks.length === 1 && only ? only : Buffer.concat(this.chunks);
    this.drop();
    return bytes;
  }

  add(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    this.lf ||= chunk.includes(LF);
  }

  drop(): void {
    this.chunks = [];
    this.bytes = 0;
    this.lf = false;
  }
}
