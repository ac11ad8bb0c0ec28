import { describe, expect, it } from 'vitest';
import { familyOf, neighbourEvents, turnOf } from '../../../src/renderer/features/inspector/family.ts';
import { shownText } from '../../../src/renderer/features/inspector/shown-text.ts';
import { summariseTrace } from '../../../src/renderer/features/inspector/summarise-trace.ts';
import { ROOT_SPAN, type SpanId } from '../../../src/shared/model/ids.ts';
import { prompt, span } from '../trace-fixture.ts';

const usage = { input: 1, output: 2, cacheRead: 3, cacheCreation: 4, cacheCreation1h: 0, reasoning: 1 };
const list = [
  span({ id: ROOT_SPAN, startUs: 0, endUs: 100 }),
  span({ id: 'b', turn: 2, startUs: 20, endUs: 30, model: 'sonnet', usage }),
  span({ id: 'a', turn: 1, startUs: 10, endUs: 15, model: 'opus', usage: { ...usage, input: 100 } }),
  span({ id: 'copy', turn: 2, startUs: 40, endUs: 50, model: 'sonnet', usage, counted: false }),
  span({ id: 't1', parentId: 'b', kind: 'tool', name: 'Bash', startUs: 21, endUs: 22, status: 'error' }),
  span({ id: 't2', parentId: 'b', kind: 'tool', name: 'Bash', startUs: 25, endUs: 26 }),
  span({ id: 'sub', parentId: 't2', kind: 'agent', startUs: 25, endUs: null, status: 'open' }),
  span({ id: 'inner', parentId: 'sub', threadId: 'sub', startUs: 26, endUs: 27 }),
  span({ id: 'lost', parentId: 'nowhere', kind: 'phase', startUs: 60, endUs: 70 }),
];
const spans = new Map(list.map(one => [one.id, one]));
const get = (id: string) => {
  const found = spans.get(id as SpanId);
  if (!found) throw new Error(id);
  return found;
};

describe('familyOf', () => {
  it('finds parent, neighbours in time and children', () => {
    const { parent, before, after, children } = familyOf(spans, get('b'));
    expect([parent?.id, before?.id, after?.id]).toEqual([ROOT_SPAN, 'a', 'copy']);
    expect(children.map(({ id }) => id)).toEqual(['t1', 't2']);
  });

  it('hangs what has no recorded parent below the session', () => {
    expect(familyOf(spans, get('lost')).parent?.id).toBe(ROOT_SPAN);
    expect(familyOf(spans, get(ROOT_SPAN)).children.map(({ id }) => id)).toEqual(['a', 'b', 'copy', 'lost']);
    expect(familyOf(spans, get(ROOT_SPAN))).toMatchObject({ parent: null, before: null, after: null });
  });

  it('takes the turn from above inside subagents', () => {
    expect(turnOf(spans, get('inner'))).toBe(2);
    expect(turnOf(spans, get(ROOT_SPAN))).toBe(null);
  });
});

it('finds the events of one kind before and after', () => {
  const notice = { ...prompt(9, 15), id: 'notice', kind: 'notice' as const };
  const events = new Map([prompt(3, 30), prompt(1, 10), notice, prompt(2, 20)].map(one => [one.id, one]));
  const { before, after } = neighbourEvents(events, prompt(2, 20));
  expect([before?.id, after?.id]).toEqual(['prompt-1', 'prompt-3']);
});

describe('summariseTrace', () => {
  const error = { ...prompt(1, 55), id: 'e', kind: 'error' as const, turn: null };
  const summary = summariseTrace(spans, new Map([prompt(1, 5), prompt(2, 19), error].map(one => [one.id, one])));

  it('counts kinds without the session itself, and what runs', () => {
    expect(summary.counts).toEqual({ turns: 2, llm: 4, tool: 2, agent: 1, phase: 1 });
    expect(summary.running).toBe(1);
    expect([summary.startUs, summary.endUs]).toEqual([0, 100]);
  });

  it('counts each response once', () => {
    // b and a; the copy counts elsewhere.
    expect(summary.usage).toMatchObject({ input: 101, output: 4, cacheRead: 6, cacheCreation: 8, reasoning: 2 });
    expect(summary.models).toEqual([
      { name: 'opus', calls: 1, tokens: 109 },
      { name: 'sonnet', calls: 2, tokens: 10 },
      { name: '', calls: 1, tokens: 0 },
    ]);
  });

  it('lists tools by use and errors by time', () => {
    expect(summary.tools).toEqual([{ name: 'Bash', calls: 2, errors: 1 }]);
    expect(summary.errors.map(({ id }) => id)).toEqual(['t1', 'e']);
  });
});

it('shows recorded text without what would hide or turn the text around it', () => {
  expect(shownText('a\u202eb\u0007c\nd')).toBe('abc\nd');
  expect(shownText('x'.repeat(5000))).toHaveLength(400);
});
