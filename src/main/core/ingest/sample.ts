// The start of a file as parsers are asked about it.

import type { Sample } from '../parsers/parser.ts';
import { frameLine } from './frame.ts';

const SAMPLE_BYTES = 1024 * 1024;
const SAMPLE_VALUES = 200;
const SAMPLE_TEXT = 64 * 1024;
/** A document on one line may be larger than is good to take apart only to know it; its text tells. */
const MAX_VALUE_BYTES = 64 * 1024 * 1024;
const LF = 10;

/**
 * `bytes` begin at the file's start. A first line of many megabytes (a pasted image) is no reason not to know the file:
 * it is taken whole.
 */
export function sampleOf(bytes: Buffer, isWholeFile: boolean): Sample {
  const firstEnd = bytes.indexOf(LF) + 1;
  const size = Math.max(SAMPLE_BYTES, firstEnd === 0 ? bytes.length : firstEnd);
  return firstLines(bytes.subarray(0, size), isWholeFile && bytes.length <= size);
}

function firstLines(bytes: Buffer, complete: boolean): Sample {
  const values: unknown[] = [];
  let from = 0;
  for (let line = 1; from < bytes.length && values.length < SAMPLE_VALUES; line += 1) {
    const lf = bytes.indexOf(LF, from);
    if (lf === -1 && !complete) break;
    const to = lf === -1 ? bytes.length : lf;
    if (to - from <= MAX_VALUE_BYTES) {
      for (const framed of frameLine(bytes.subarray(from, to), from, line))
        if (framed.kind === 'value') values.push(framed.value);
    }
    from = to + 1;
  }
  const text = bytes.subarray(0, SAMPLE_TEXT).toString('utf8');
  return { values, text: text.startsWith('\uFEFF') ? text.slice(1) : text, complete };
}
