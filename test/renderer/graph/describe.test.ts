import { describe, expect, it } from 'vitest';
import { appearanceOf } from '../../../src/renderer/features/graph/picture/appearance.ts';
import { buildPicture } from '../../../src/renderer/features/graph/picture/build-picture.ts';
import { chooseVisible } from '../../../src/renderer/features/graph/picture/choose-visible.ts';
import { describeInWords } from '../../../src/renderer/features/graph/picture/describe.ts';
import { ROOT_SPAN } from '../../../src/shared/model/ids.ts';
import type { Span } from '../../../src/shared/model/span.ts';
import { prompt, span } from '../trace-fixture.ts';
import { eventMap, spanMap } from './random-trace.ts';

const usage = { input: 1000, output: 200, cacheRead: 0, cacheCreation: 0, cacheCreation1h: 0, reasoning: 0 };
const session = [
  span({ id: ROOT_SPAN, name: 'claude-code', endUs: 2_000_000 }),
  span({
    id: 'l',
    turn: 1,
    startUs: 10,
    endUs: 1_500_010,
    model: 'claude-sonnet-4-5-20250929',
    usage,
    summary: 'I  will\nlook',
  }),
  span({ id: 't', parentId: 'l', kind: 'tool', name: 'Bash', startUs: 20, status: 'error', summary: 'npm test' }),
  span({ id: 'sub', parentId: 't', kind: 'agent', name: 'Explore', startUs: 30, status: 'open', endUs: null }),
  span({ id: 'copy', parentId: 'sub', threadId: 'sub', startUs: 40, usage, counted: false, status: 'aborted' }),
  span({ id: 'lost', parentId: 'nowhere', kind: 'phase', link: 'orphan', startUs: 50 }),
];

function look(id: string, closed: readonly string[] = [], spans: readonly Span[] = session) {
  const trace = { spans, events: [prompt(1, 5, 'Fix it\u202e please')] };
  const picture = buildPicture(spanMap(trace), eventMap(trace));
  const nodes = new Map(closed.map(one => [one, { open: false, selected: null }]));
  const one = chooseVisible(picture, { all: null, nodes }, null, undefined).nodes.get(id);
  if (!one) throw new Error(`${id} is not visible.`);
  return { appearance: appearanceOf(one), words: describeInWords(one) };
}

describe('appearanceOf', () => {
  it.each([
    ['s:session', 'orchestrator', 'claude-code', ''],
    ['s:l', 'llm', 'sonnet-4-5', 'I will look'],
    ['s:t', 'tool', 'Bash', 'npm test'],
    ['s:sub', 'agent', 'Explore', ''],
    ['s:copy', 'llm', 'copy', '1k in · 200 out'],
    ['s:lost', 'phase', 'lost', ''],
    ['t:1', 'tile', 'Fix it please', ''],
  ])('draws %s as %s, with its name and what it is about', (id, form, title, subtitle) => {
    expect(look(id).appearance).toMatchObject({ form, title, subtitle });
  });

  it('marks errors, what runs, what was given up, and orphans', () => {
    expect(look('s:t').appearance.mark).toBe('error');
    expect(look('s:sub').appearance.mark).toBe('open');
    expect(look('s:copy').appearance.mark).toBe('aborted');
    expect(look('s:l').appearance.mark).toBe('none');
    expect(look('s:lost').appearance.orphan).toBe(true);
  });

  it('shows a closed group as a stack that says what is in it, and how much of that failed', () => {
    expect(look('s:sub', ['s:sub']).appearance).toMatchObject({ stack: true, subtitle: '1 call', errorsInside: 0 });
    expect(look('s:l', ['s:l']).appearance).toMatchObject({ stack: true, mark: 'open', errorsInside: 1 });
    expect(look('t:1', ['t:1']).appearance.tile).toEqual({
      number: '1',
      open: false,
      counts: [
        { kind: 'llm', count: 2 },
        { kind: 'tool', count: 1 },
        { kind: 'agent', count: 1 },
      ],
      // The copy's tokens count elsewhere.
      facts: '1.2k tok · 1.5 s',
      errors: 1,
    });
  });
});

describe('describeInWords', () => {
  it('says the same in words', () => {
    expect(look('s:t').words).toMatch(/^Tool, Bash, npm test, error, /);
    expect(look('s:lost').words).toContain('orphan: its parent is not recorded');
    expect(look('s:sub').words).toContain('running or cut off: no end recorded');
    expect(look('s:copy').words).toContain('1.2k tokens, counted elsewhere');
    expect(look('t:1', ['t:1']).words).toMatch(
      /^Turn 1, Fix it please, .*2 LLM calls, 1 tool call, 1 agent, 1 error, closed group$/,
    );
  });
});
