// Packs raw bytes for the archive, in pieces that are cheap to read one record from.

import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync } from 'node:zlib';
import type { RawPiece } from '../store/index.ts';

const PIECE_BYTES = 256 * 1024;
// Below this the hop to another thread costs more than the packing.
const SMALL_BYTES = 32 * 1024;
const options = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };
const compress = promisify(zstdCompress);

/** `bytes` begin at `start` in the file. Large pieces are packed on other threads, side by side. */
export function packRaw(bytes: Buffer, start: number): Promise<RawPiece[]> {
  const pieces: Promise<RawPiece>[] = [];
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    const place = { start: start + at, length: piece.length };
    if (piece.length <= SMALL_BYTES)
      pieces.push(Promise.resolve({ ...place, frame: zstdCompressSync(piece, options) }));
    else pieces.push(compress(piece, options).then(frame => ({ ...place, frame })));
  }
  return Promise.all(pieces);
}
