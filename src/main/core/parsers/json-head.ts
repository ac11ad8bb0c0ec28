// The first values of a file as far as a sample shows them: lines, or a document that is cut off somewhere.
//
// Contract: pure, never throws. Only for telling formats apart: what stands behind the cut is missing.

import type { Sample } from './parser.ts';

/**
 * The values of the first lines where the first line is one, else the document's value with all that is open at the end
 * of the sample closed there. Empty for what is neither.
 */
export function headValues(sample: Sample): readonly unknown[] {
  const text = sample.text.replace(/^\uFEFF/, '').trimStart();
  if (!/^[[{]/.test(text)) return [];
  const end = text.indexOf('\n');
  const firstLine = end < 0 ? text : text.slice(0, end);
  const [first] = sample.values;
  const isLine = typeof first === 'object' && first !== null && (end < 0 || /[\]}]\s*$/.test(firstLine));
  if (isLine && (end < 0 || tryParse(firstLine) !== undefined)) return sample.values;
  const head = headOfDocument(text);
  return head === undefined ? [] : [head];
}

/** The first value of a text; where the text ends inside it, its members that are whole. Undefined where none begins. */
export function headOfDocument(text: string): unknown {
  const open: string[] = [];
  let whole = 0; // up to here nothing is half
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case 0x22: // a string: to its end
        for (at += 1; at < text.length && text.charCodeAt(at) !== 0x22; at += 1)
          if (text.charCodeAt(at) === 0x5c) at += 1;
        break;
      case 0x7b:
        open.push('}');
        whole = at + 1;
        break;
      case 0x5b:
        open.push(']');
        whole = at + 1;
        break;
      case 0x7d:
      case 0x5d:
        open.pop();
        whole = at + 1;
        break;
      case 0x2c:
        whole = at;
        break;
      default:
    }
    if (open.length === 0 && whole > 0) break;
  }
  if (whole === 0) return undefined;
  const head = text.slice(0, whole) + open.toReversed().join('');
  // Writers of traces may leave a comma behind the last event.
  return tryParse(head) ?? tryParse(head.replace(/,\s*\]$/, ']'));
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
