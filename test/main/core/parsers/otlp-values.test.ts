import { describe, expect, it } from 'vitest';
import {
  jsonText,
  nsToUs,
  parseExact,
  readAnyValue,
  readAttributes,
  readId,
  readTime,
  unflatten,
} from '../../../../src/main/core/parsers/otlp-values.ts';

describe('readId', () => {
  // The base64 twins were decoded with coreutils: echo -n tH12H+eb6IruQTQs3VJyaA== | base64 -d | xxd -p
  it.each([
    ['hex', '0af7651916cd43dd8448eb211c80319c', 16, '0af7651916cd43dd8448eb211c80319c'],
    ['hex in capitals', '0AF7651916CD43DD8448EB211C80319C', 16, '0af7651916cd43dd8448eb211c80319c'],
    ['hex with 0x, as the Python console writes it', '0xb7ad6b7169203331', 8, 'b7ad6b7169203331'],
    ['base64 of 16 bytes', 'tH12H+eb6IruQTQs3VJyaA==', 16, 'b47d761fe79be88aee41342cdd527268'],
    ['base64 of 8 bytes', 'ziprJqtLsl8=', 8, 'ce2a6b26ab4bb25f'],
    ['a whole number beyond 2^53', 9295669169508793927n, 8, '8100d9dbee1f3e47'],
    ['a small whole number', 255, 8, '00000000000000ff'],
    ['an id of another make', 'root000000000001', 8, 'root000000000001'],
  ] as const)('normalises %s', (_name, given, size, id) => {
    expect(readId(given, size)).toBe(id);
  });

  it.each([
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['all zero', '0000000000000000'],
    ['all zero in base64', 'AAAAAAAAAAA='],
    ['the number 0', 0],
    ['a number that was rounded', Number('9295669169508793927')],
    ['an object', {}],
  ])('takes %s for no id', (_name, given) => {
    expect(readId(given, 8)).toBeUndefined();
  });
});

describe('times', () => {
  it.each([
    ['decimal text', '1751474840301046016', 1751474840301046],
    ['a number that JSON rounded by less than a microsecond', 1758026593210770000, 1758026593210770],
    ['a bigint', 1758026593210770001n, 1758026593210770],
  ])('reads nanoseconds from %s', (_name, given, us) => {
    expect(nsToUs(given)).toBe(us);
  });

  it.each([['0'], [0], [''], ['x'], [null], [-5], [1e300], ['9'.repeat(30)], [undefined]])(
    'takes %s for no time',
    given => {
      expect(nsToUs(given)).toBeUndefined();
    },
  );

  it.each([
    ['ISO text', '2025-09-16T12:43:13.210770Z', 1758026593210770],
    ['nanoseconds', 1758026593210770000, 1758026593210770],
    ['microseconds', 1758026593210770, 1758026593210770],
    ['milliseconds', 1758026593210, 1758026593210000],
    ['seconds', 1758026593, 1758026593000000],
  ])('tells the unit of a time without one: %s', (_name, given, us) => {
    expect(readTime(given)).toBe(us);
  });
});

describe('readAttributes', () => {
  it('reads every kind of value in camel and snake case', () => {
    const attributes = readAttributes([
      { key: 's', value: { stringValue: 'x' } },
      { key: 'i', value: { intValue: '9007199254740991' } },
      { key: 'n', value: { int_value: -5 } },
      { key: 'd', value: { doubleValue: 1e-9 } },
      { key: 'b', value: { bool_value: true } },
      { key: 'a', value: { arrayValue: { values: [{ stringValue: 'p' }, { intValue: 1 }, {}] } } },
      { key: 'm', value: { kvlistValue: { values: [{ key: 'k', value: { array_value: { values: [] } } }] } } },
      { key: 'none', value: {} },
      { nokey: 1 },
      null,
    ]);
    expect(Object.fromEntries(attributes)).toEqual({
      s: 'x',
      i: 9007199254740991,
      n: -5,
      d: 1e-9,
      b: true,
      a: ['p', 1, null],
      m: { k: [] },
      none: null,
    });
  });

  it('reads a plain map, whose values may be objects', () => {
    const attributes = readAttributes({ 'gen_ai.tool.call.arguments': { path: 'a', text: 'b' }, n: 5 });
    expect(attributes.get('gen_ai.tool.call.arguments')).toEqual({ path: 'a', text: 'b' });
    expect(attributes.get('n')).toBe(5);
  });

  it('leaves nesting without end where it is', () => {
    let value: unknown = { stringValue: 'deep' };
    for (let i = 0; i < 100_000; i += 1) value = { arrayValue: { values: [value] } };
    expect(readAnyValue(value)).toBeInstanceOf(Array);
  });
});

describe('parseExact', () => {
  it('keeps ids beyond 2^53 and leaves other numbers alone', () => {
    const text =
      '{"context":{"trace_id":100927429609276267646756448943279827607,"span_id": 12324293800750531911},"n":1.5}';
    expect(parseExact(text)).toEqual({
      context: { trace_id: 100927429609276267646756448943279827607n, span_id: 12324293800750531911n },
      n: 1.5,
    });
  });

  it('leaves digits inside strings and long fractions as they are', () => {
    const text = '{"trace_id":"1009274296092762676","x":[12345678901234567890],"f": 0.1234567890123456789}';
    expect(parseExact(text)).toEqual(JSON.parse(text));
  });

  it('gives text that can be written out again', () => {
    expect(jsonText({ id: 12324293800750531911n })).toBe('{"id":"12324293800750531911"}');
  });
});

describe('unflatten', () => {
  it('sorts indices as numbers and closes gaps', () => {
    const attributes = new Map<string, unknown>([
      ['m.10.role', 'last'],
      ['m.2.role', 'second'],
      ['m.0.role', 'first'],
      ['m.2.calls.3.name', 'b'],
      ['m.2.calls.1.name', 'a'],
      ['m.name', 'not in the list'],
      ['other.0.role', 'no'],
    ]);
    expect(unflatten(attributes, 'm')).toEqual([
      { role: 'first' },
      { role: 'second', calls: [{ name: 'a' }, { name: 'b' }] },
      { role: 'last' },
    ]);
  });

  it('gives nothing where no index follows the prefix', () => {
    expect(unflatten(new Map([['gen_ai.prompt.name', 'x']]), 'gen_ai.prompt')).toBeUndefined();
  });

  it('survives names that are traps', () => {
    const attributes = new Map<string, unknown>([
      ['m.0', 'text'],
      ['m.0.role', 'user'],
      ['m.1.__proto__.polluted', 1],
      [`m.2.${'x.'.repeat(5000)}y`, 1],
    ]);
    expect(unflatten(attributes, 'm')).toHaveLength(3);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});
