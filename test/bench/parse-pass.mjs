// The baseline P: one thread that reads the bytes in 1 MiB chunks, splits on LF and parses each line as JSON. What any
// reader of these logs has to do at least.
//
//   node test/bench/parse-pass.mjs DIR      prints {"bytes","lines","seconds"}

import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

const CHUNK = 1024 * 1024;
const decoder = new TextDecoder();

/** Every .jsonl file below a folder. */
export function logFiles(dir) {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.jsonl'))
    .map(entry => join(entry.parentPath, entry.name));
}

export function parsePass(dir) {
  let buffer = Buffer.allocUnsafeSlow(CHUNK);
  let bytes = 0;
  let lines = 0;
  const began = performance.now();
  for (const path of logFiles(dir)) {
    const fd = openSync(path, 'r');
    let have = 0;
    for (;;) {
      if (have === buffer.length) {
        const larger = Buffer.allocUnsafeSlow(buffer.length * 2);
        buffer.copy(larger);
        buffer = larger;
      }
      const got = readSync(fd, buffer, have, buffer.length - have, null);
      if (got === 0) break;
      bytes += got;
      const end = have + got;
      let from = 0;
      for (let lf = buffer.indexOf(10, have); lf !== -1 && lf < end; lf = buffer.indexOf(10, from)) {
        JSON.parse(decoder.decode(buffer.subarray(from, lf)));
        lines += 1;
        from = lf + 1;
      }
      buffer.copyWithin(0, from, end);
      have = end - from;
    }
    closeSync(fd);
  }
  return { bytes, lines, seconds: (performance.now() - began) / 1000 };
}

if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(parsePass(process.argv[2])));
