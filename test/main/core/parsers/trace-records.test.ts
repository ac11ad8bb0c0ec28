import { describe, expect, it } from 'vitest';
import { headOfDocument, headValues } from '../../../../src/main/core/parsers/json-head.ts';
import type { JsonPath } from '../../../../src/main/core/parsers/json-ranges.ts';
import { findRecords } from '../../../../src/main/core/parsers/trace-records.ts';
import { sampleOf } from '../../../builders/read-units.ts';
import { documentOf } from '../../../builders/trace-files.ts';

/** Every object with an id, however deep. */
function pickIds(root: unknown): readonly JsonPath[] {
  const paths: JsonPath[] = [];
  const walk = (value: unknown, path: JsonPath): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('id' in value) paths.push(path);
    for (const [key, member] of Object.entries(value))
      walk(member, [...path, Array.isArray(value) ? Number(key) : key]);
  };
  walk(root, []);
  return paths;
}

describe('records of a document', () => {
  const nested = { a: [{ id: 1, b: { c: [{ id: 2 }, { d: { id: 'ä"]' } }] } }, 7, { id: 4 }], id: 0 };

  it.each([undefined, 2])('have the place of their own text, those inside others too (indent %s)', indent => {
    const bytes = documentOf(nested, indent);
    const { found, problems } = findRecords(bytes, pickIds);
    expect(problems).toEqual([]);
    expect(found.map(({ path }) => path.join('.'))).toEqual(['', 'a.0', 'a.0.b.c.0', 'a.0.b.c.1.d', 'a.2']);
    for (const { at, value } of found) {
      const text = new TextDecoder().decode(bytes.subarray(at.offset, at.offset + at.length));
      expect(JSON.parse(text)).toEqual(value);
      const before = new TextDecoder().decode(bytes.subarray(0, at.offset));
      expect(at.line).toBe(before.split('\n').length);
    }
  });

  it('are found in one value after another, and the one that is cut off is a problem with its place', () => {
    const lines = `\uFEFF{"id":1}\n\n{"no":2}\n[{"id":3}]\n{"id":4,"x":"`;
    const bytes = documentOf(lines);
    const { found, problems } = findRecords(bytes, pickIds);
    expect(found.map(({ root, value, at }) => [root, value, at.line])).toEqual([
      [0, { id: 1 }, 1],
      [2, { id: 3 }, 4],
    ]);
    const texts = found.map(({ at }) => new TextDecoder().decode(bytes.subarray(at.offset, at.offset + at.length)));
    expect(texts).toEqual(['{"id":1}', '{"id":3}']);
    expect(problems).toEqual([
      { at: { line: 5, offset: bytes.length - 13, length: 13 }, why: expect.stringContaining('cut off') as string },
    ]);
  });

  it('of a value that only looks like JSON are none, and the next value is read', () => {
    const { found, problems } = findRecords(documentOf('{"id":"\\x"}\n{"id":2}'), pickIds);
    expect(found.map(({ value }) => value)).toEqual([{ id: 2 }]);
    expect(problems.map(({ at, why }) => [at.line, why])).toEqual([[1, 'not JSON']]);
  });

  it('are many at the same depth without being searched again for each', () => {
    const many = Array.from({ length: 20_000 }, (_, id) => ({ id }));
    expect(findRecords(documentOf(many), pickIds).found).toHaveLength(20_000);
  });
});

describe('the head of a document', () => {
  it.each([
    ['{"a":[1,2,{"b":"c"},{"d":', { a: [1, 2, { b: 'c' }, {}] }],
    ['{"a":"x","b":"half a str', { a: 'x' }],
    ['{"a":{"b":[[', { a: { b: [[]] } }],
    ['[{"a":1},{"b":"\\"}"', [{ a: 1 }, {}]],
    ['{"a":1} {"b":2}', { a: 1 }],
    ['{"a', {}],
    ['"text"', undefined],
    ['', undefined],
    ['{]', undefined],
  ])('of %s is what is whole of it', (text, head) => {
    expect(headOfDocument(text)).toEqual(head);
  });

  it('is the values of the lines where the first line is a value', () => {
    expect(headValues(sampleOf(documentOf('{"a":1}\n{"b":2}\n{"c":')))).toEqual([{ a: 1 }, { b: 2 }]);
    expect(headValues(sampleOf(documentOf('{"a":1}')))).toEqual([{ a: 1 }]);
  });

  it('is the document where it spreads over lines, whatever single lines may hold', () => {
    expect(headValues(sampleOf(documentOf('[\n{"a":1},\n{"b":2}\n]')))).toEqual([[{ a: 1 }, { b: 2 }]]);
    expect(headValues(sampleOf(documentOf('{\n  "a": [\n    1\n  ]\n}')))).toEqual([{ a: [1] }]);
    expect(headValues(sampleOf(documentOf('text\n{"a":1}\n')))).toEqual([]);
  });
});
