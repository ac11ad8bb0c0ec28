import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameLine } from '../../../../src/main/core/ingest/frame.ts';

const OFFSET = 100;

/** What became of a line that begins at byte 100: values, and rejected stretches with their places. */
function frame(line: string | Uint8Array): unknown[] {
  return frameLine(Buffer.from(line), OFFSET, 7).map(framed => {
    expect(framed.at.line).toBe(7);
    const place = `${framed.at.offset - OFFSET}+${framed.at.length}`;
    return framed.kind === 'value' ? [place, framed.value] : [place, framed.why];
  });
}

describe('A line', () => {
  it.each<[string, string | Uint8Array, unknown[]]>([
    ['of one object is one value', '{"a":1}', [['0+7', { a: 1 }]]],
    ['with blanks around it has its place inside them', ' \t{"a":1} \r', [['2+7', { a: 1 }]]],
    ['of any JSON value is a value', '"text"', [['0+6', 'text']]],
    ['of nothing is nothing', '', []],
    ['of blanks is nothing', ' \t\r', []],
    ['after a byte order mark begins behind it', '\uFEFF{"a":1}', [['3+7', { a: 1 }]]],
    [
      'of two objects is two values',
      '{"a":"}{"} {"b":2}',
      [
        ['0+10', { a: '}{' }],
        ['11+7', { b: 2 }],
      ],
    ],
    [
      'with characters of several bytes counts bytes',
      '{"ä":"€😀"}{"b":2}',
      [
        ['0+16', { ä: '€😀' }],
        ['16+7', { b: 2 }],
      ],
    ],
    [
      'with bytes that are no UTF-8 counts them as they stand',
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff, 0xfe, 0xe2, 0x82]), Buffer.from('"}{"b":2}')]),
      [
        ['0+12', { a: '\uFFFD\uFFFD\uFFFD' }],
        ['12+7', { b: 2 }],
      ],
    ],
    [
      'with a run of NUL before it says so and is read',
      '\0\0\0{"a":1}',
      [
        ['0+3', '3 NUL bytes'],
        ['3+7', { a: 1 }],
      ],
    ],
    [
      'with runs of NUL between and behind is read around them',
      '{"a":1}\0\0{"b":2}\0',
      [
        ['0+7', { a: 1 }],
        ['7+2', '2 NUL bytes'],
        ['9+7', { b: 2 }],
        ['16+1', '1 NUL bytes'],
      ],
    ],
    [
      'that was cut off by a crash and written on is rejected up to the NUL, and read behind it',
      '{"a":"xy\0\0{"b":2}',
      [
        ['0+8', 'not JSON: cut off or damaged'],
        ['8+2', '2 NUL bytes'],
        ['10+7', { b: 2 }],
      ],
    ],
    ['that is cut off is rejected as a whole', '{"a":[1,2', [['0+9', 'not JSON: cut off or damaged']]],
    ['of something else is rejected as a whole', 'Traceback (most recent', [['0+22', 'not JSON']]],
    [
      'with a rest that is no JSON keeps what stands before it',
      '{"a":1} oops',
      [
        ['0+7', { a: 1 }],
        ['8+4', 'not JSON'],
      ],
    ],
    [
      'with one object damaged keeps the others',
      '{"a":1}{"b":,}{"c":3}',
      [
        ['0+7', { a: 1 }],
        ['7+7', 'not JSON: cut off or damaged'],
        ['14+7', { c: 3 }],
      ],
    ],
  ])('%s', (_name, line, expected) => {
    expect(frame(line)).toEqual(expected);
  });

  it('of any bytes is cut without a gap that holds anything, in order', () => {
    const bytes = fc.array(
      fc.oneof(
        fc.constantFrom(...Buffer.from('{}[]":,\\\0 1a')),
        fc.integer({ min: 0, max: 255 }).filter(byte => byte !== 10),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(bytes, list => {
        const line = Buffer.from(list);
        let end = 0;
        for (const { at } of frameLine(line, OFFSET, 1)) {
          const from = at.offset - OFFSET;
          expect(from).toBeGreaterThanOrEqual(end);
          expect(isBlank(line.subarray(end, from))).toBe(true);
          expect(at.length).toBeGreaterThan(0);
          end = from + at.length;
        }
        expect(isBlank(line.subarray(end))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<[string, string]>([
    ['objects', '{"a":1}'.repeat(100_000)],
    ['opening braces', '{'.repeat(1_000_000)],
    ['opening braces between NUL', '{\0'.repeat(500_000)],
    ['quotes', '{"'.repeat(500_000)],
  ])('of a megabyte of %s is cut in a time that grows with its length only', (_name, line) => {
    const began = performance.now();
    frameLine(Buffer.from(line), 0, 1);
    // Cut in quadratic time each of these takes minutes.
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  function isBlank(bytes: Buffer): boolean {
    return /^(\xef\xbb\xbf)?[ \t\r\n]*$/.test(bytes.toString('latin1'));
  }
});
