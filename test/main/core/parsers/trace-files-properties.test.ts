import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DocumentParser, ParsedUnit } from '../../../../src/main/core/parsers/parser.ts';
import { chromeTrace } from '../../../../src/main/core/parsers/chrome-trace.ts';
import { jaegerExport } from '../../../../src/main/core/parsers/jaeger.ts';
import { langfuseExport } from '../../../../src/main/core/parsers/langfuse.ts';
import { langsmithExport } from '../../../../src/main/core/parsers/langsmith.ts';
import { zipkinExport } from '../../../../src/main/core/parsers/zipkin.ts';
import { fixturesDir, listFiles } from '../../../builders/corpus.ts';
import { noHint } from '../../../builders/read-units.ts';

const parsers: readonly DocumentParser[] = [langfuseExport, langsmithExport, jaegerExport, zipkinExport, chromeTrace];
const recognition = { agent: 'x', session: 's', main: true } as const;

/** Facts point at records that exist, and content never throws for what a record holds. */
function check(parser: DocumentParser, bytes: Uint8Array): ParsedUnit {
  const unit = parser.parseDocument(bytes, noHint, recognition);
  expect(unit.records.length).toBeGreaterThan(0);
  for (const fact of unit.facts) expect(unit.records[fact.record ?? 0]).toBeDefined();
  for (const { at, type, rejected } of unit.records) {
    expect(at.offset + at.length).toBeLessThanOrEqual(bytes.length);
    if (rejected !== undefined || type === 'empty') continue;
    const text = new TextDecoder().decode(bytes.subarray(at.offset, at.offset + at.length));
    expect(Array.isArray(parser.content(JSON.parse(text)))).toBe(true);
  }
  return unit;
}

/** Values in the places of others: wrong types, deep nesting, keys of prototypes. */
const odd = fc.oneof(
  fc.constantFrom(null, -1, 1e308, '', '\uD800', [], {}, '__proto__', 'session', [[[[]]]], { __proto__: 1 }),
  fc.jsonValue(),
);

const small: Readonly<Record<string, unknown>> = {
  langfuse: {
    trace: { id: 't', timestamp: '2026-01-01T00:00:00Z', sessionId: 's', userId: 'u', scores: [{}], input: 'x' },
    observations: [
      {
        id: 'a',
        traceId: 't',
        type: 'GENERATION',
        startTime: '2026-01-01T00:00:00Z',
        usageDetails: { input: 1 },
        metadata: '{"attributes":{}}',
        input: '[]',
        output: '{}',
      },
      { id: 'b', traceId: 't', parentObservationId: 'a', type: 'TOOL', startTime: '2026-01-01T00:00:00Z' },
    ],
  },
  langsmith: {
    post: [
      {
        id: 'a',
        run_type: 'llm',
        inputs: { messages: [[{ kwargs: {} }]] },
        outputs: { generations: [[{}]] },
        extra: { metadata: {} },
        child_runs: [],
      },
    ],
    patch: [{ id: 'a', outputs: {} }],
  },
  jaeger: {
    data: [
      {
        spans: [
          {
            traceID: 't',
            spanID: 'a',
            operationName: 'o',
            references: [{}],
            tags: [{ key: 'error', value: true }],
            logs: [{ fields: [] }],
            processID: 'p',
          },
        ],
        processes: { p: {} },
      },
    ],
  },
  zipkin: [{ traceId: 'a', id: 'b', timestamp: 1, tags: { error: 'x' }, annotations: [{}], binaryAnnotations: [{}] }],
  chrome: {
    traceEvents: [
      { ph: 'B', ts: 1, pid: 1, tid: 1, args: {} },
      { ph: 'E', ts: 2, pid: 1, tid: 1 },
      { ph: 'b', ts: 1, id2: {} },
      { ph: 'i', ts: 1 },
    ],
    metadata: { startTime: 'x' },
  },
};

/** Every place in a value. */
function placesOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, member]) => placesOf(member, [...path, key]))];
}

function withValueAt(value: unknown, [key, ...rest]: readonly string[], odd: unknown): unknown {
  if (key === undefined) return odd;
  if (Array.isArray(value))
    return value.map((item, at) => (String(at) === key ? withValueAt(item, rest, odd) : (item as unknown)));
  const fields = value as Readonly<Record<string, unknown>>;
  return { ...fields, [key]: withValueAt(fields[key], rest, odd) };
}

describe('trace files', () => {
  it.each(Object.entries(small))('of %s are read with any value in any place', (_name, value) => {
    expect.hasAssertions();
    fc.assert(
      fc.property(fc.constantFrom(...placesOf(value)), odd, (place, replacement) => {
        const bytes = new TextEncoder().encode(JSON.stringify(withValueAt(value, place, replacement)));
        for (const parser of parsers) check(parser, bytes);
      }),
      { numRuns: 300 },
    );
  });

  const fixtures = ['langfuse', 'langsmith', 'chrome-trace'].flatMap(folder =>
    listFiles(join(fixturesDir, folder)).map(name => `${folder}/${name}`),
  );
  it.each(fixtures)('%s is read after any damage to its bytes', name => {
    expect.hasAssertions();
    const whole = readFileSync(join(fixturesDir, name));
    const damage = fc.record({
      cut: fc.nat(whole.length),
      at: fc.nat(whole.length - 1),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 4 }),
    });
    fc.assert(
      fc.property(damage, ({ cut, at, bytes }) => {
        const damaged = Uint8Array.from(whole);
        damaged.set(bytes.subarray(0, whole.length - at), at);
        for (const parser of parsers) {
          check(parser, damaged);
          check(parser, whole.subarray(0, cut));
        }
      }),
      { numRuns: 15 },
    );
  });

  it('read twice tell the same', () => {
    for (const name of fixtures) {
      const bytes = readFileSync(join(fixturesDir, name));
      for (const parser of parsers)
        expect(parser.parseDocument(bytes, noHint, recognition)).toEqual(
          parser.parseDocument(bytes, noHint, recognition),
        );
    }
  });
});
