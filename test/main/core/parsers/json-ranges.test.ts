import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonChooser, scanJson, valueAt, walkJson } from '../../../../src/main/core/parsers/json-ranges.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array, range: { start: number; end: number }): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(range.start, range.end));

const takeSpans: JsonChooser = path => (path.at(-2) === 'spans' ? 'take' : 'enter');
const takeLeaves: JsonChooser = (_path, opens) => (opens === '{' || opens === '[' ? 'enter' : 'take');

function rangesOf(text: string, choose: JsonChooser = takeSpans) {
  const bytes = bytesOf(text);
  return scanJson(bytes, choose).ranges.map(({ path, line, ...range }) => ({ path, line, text: textOf(bytes, range) }));
}

describe('scanJson', () => {
  it('gives the place of each object in a list, in the order of the document', () => {
    expect(rangesOf('{"a":[{"spans":[{"n":1},{"n":2}]},{"spans":[{"n":3}]}]}')).toEqual([
      { path: ['a', 0, 'spans', 0], line: 1, text: '{"n":1}' },
      { path: ['a', 0, 'spans', 1], line: 1, text: '{"n":2}' },
      { path: ['a', 1, 'spans', 0], line: 1, text: '{"n":3}' },
    ]);
  });

  it('counts physical lines in a pretty printed document', () => {
    const text = JSON.stringify({ spans: [{ n: 1 }, { n: 2, deep: { more: [] } }, { n: 3 }] }, null, 2);
    const lines = text.split('\n');
    const starts = lines.flatMap((line, at) => (line === '    {' ? [at + 1] : []));
    expect(rangesOf(text).map(range => range.line)).toEqual(starts);
  });

  it.each([
    ['braces and brackets in strings', '{"x":"}]{[","spans":[{"s":"}"}]}'],
    ['quotes and backslashes in strings', String.raw`{"x":"a\"b\\","y":"\\\\\"}","spans":[{"s":"}"}]}`],
    ['text of several bytes a character', '{"x":"snö ☃ 𝄞","spans":[{"s":"}"}]}'],
    ['white space everywhere', '\r\n {\t"spans" :\n[ {"s":"}"} ] , "b" : 1 }\n'],
    ['keys with escapes', String.raw`{"sp\u0061ns":[{"s":"}"}]}`],
  ])('is not confused by %s', (_name, text) => {
    expect(rangesOf(text).map(range => range.text)).toEqual(['{"s":"}"}']);
  });

  it('passes over a byte order mark and counts its bytes', () => {
    const { ranges } = scanJson(bytesOf('\uFEFF{"spans":[{}]}'), takeSpans);
    expect(ranges).toMatchObject([{ start: 13, end: 15 }]);
  });

  it('reads several values one after another and says in which of them a range lies', () => {
    const scan = scanJson(bytesOf('{"spans":[1]}\n{"spans":[2,3]}'), takeSpans);
    expect(scan.ranges.map(range => [range.root, range.line])).toEqual([
      [0, 1],
      [1, 2],
      [1, 2],
    ]);
    expect(scan.roots.map(root => [root.start, root.end])).toEqual([
      [0, 13],
      [14, 29],
    ]);
  });

  it.each([
    ['inside a string', '{"spans":[{"a":"b'],
    ['inside a number of a list', '{"spans":[{"a":1}],"n":[1'],
    ['after a comma', '{"spans":[{"a":1},'],
    ['after a key', '{"spans"'],
    ['inside a word', '[tru'],
    ['at the very first byte', '{'],
  ])('says that a document is cut off %s', (_name, text) => {
    expect(scanJson(bytesOf(text), takeSpans).problem).toMatchObject({ kind: 'cut', rootStart: 0, rootLine: 1 });
  });

  it.each([
    ['two values without a comma', '{"a":1}\n{"spans":[1 2]}', 20, 2],
    ['a key that is no string', '{a:1}', 1, 1],
    ['a bracket that closes a brace', '{"a":1]', 6, 1],
    ['a word that is none', '[nope]', 1, 1],
    ['text that is no JSON', 'hello', 0, 1],
  ])('says where a document is broken: %s', (_name, text, at, line) => {
    expect(scanJson(bytesOf(text), takeSpans).problem).toMatchObject({ kind: 'broken', at, line });
  });

  it('ends at once when told to', () => {
    const seen: string[] = [];
    const scan = scanJson(bytesOf('{"a":1,"b":2,"c'), path => {
      seen.push(path.join('.'));
      return path[0] === 'b' ? 'stop' : 'enter';
    });
    expect(seen).toEqual(['', 'a', 'b']);
    expect(scan.problem).toBeUndefined();
  });

  it('gives for any JSON, in any layout, the ranges of exactly the values that JSON.parse gives', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t', ' \n'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const bytes = bytesOf(text);
        const scan = scanJson(bytes, takeLeaves);
        const walked: (readonly [unknown, unknown])[] = [];
        walkJson(JSON.parse(text), takeLeaves, (path, leaf) => walked.push([path, leaf]));
        const scanned = scan.ranges.map(range => [range.path, JSON.parse(textOf(bytes, range)) as unknown] as const);
        expect(scanned.sort(byPath)).toEqual(walked.sort(byPath));
        expect(scan.problem).toBeUndefined();
      }),
    );
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        expect(scanJson(bytes, takeLeaves).roots.length).toBeGreaterThanOrEqual(0);
      }),
    );
    const deep = '['.repeat(200_000);
    expect(scanJson(bytesOf(deep), takeLeaves).problem?.kind).toBe('cut');
  });
});

describe('valueAt', () => {
  it('finds members of objects and lists, and nothing that is inherited', () => {
    expect(valueAt({ a: [{ b: 5 }] }, ['a', 0, 'b'])).toBe(5);
    expect(valueAt({ a: 1 }, ['a', 'b'])).toBeUndefined();
    expect(valueAt({}, ['constructor'])).toBeUndefined();
  });
});

/** Objects list keys that look like numbers first, documents in the order of writing. */
function byPath(a: readonly unknown[], b: readonly unknown[]): number {
  return JSON.stringify(a[0]) < JSON.stringify(b[0]) ? -1 : 1;
}
