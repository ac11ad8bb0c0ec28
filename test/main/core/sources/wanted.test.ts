import { describe, expect, it } from 'vitest';
import { placeOfFile, wanted } from '../../../../src/main/core/sources/formats.ts';

describe('the files of a source', () => {
  it('are those of its format', () => {
    const include = wanted('auto', ['']);
    expect(['a.json', 'b/c.jsonl', 'notes.txt', 'capture.sse'].filter(include)).toEqual(['a.json', 'b/c.jsonl']);
  });

  it('and the one that was opened, whatever it is called', () => {
    const include = wanted('auto', placeOfFile('/home/demo/capture.sse').starts);
    expect(['capture.sse', 'other.sse', 'capture/part.jsonl', 'capture/part.txt'].filter(include)).toEqual([
      'capture.sse',
      'capture/part.jsonl',
    ]);
  });
});
