import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GraphOutline } from '../../../src/renderer/features/graph/graph-outline.tsx';
import type { GraphPicture } from '../../../src/renderer/features/graph/graph-model.ts';
import { buildPicture } from '../../../src/renderer/features/graph/picture/build-picture.ts';
import { chooseVisible } from '../../../src/renderer/features/graph/picture/choose-visible.ts';
import { ROOT_SPAN } from '../../../src/shared/model/ids.ts';
import { prompt, span } from '../trace-fixture.ts';
import { giveSizes } from '../window.tsx';
import { eventMap, spanMap } from './random-trace.ts';

function makePicture(): GraphPicture {
  const trace = {
    spans: [
      span({ id: ROOT_SPAN, name: 'claude-code' }),
      span({ id: 'a', turn: 1, startUs: 11, name: 'sonnet' }),
      span({ id: 'b', parentId: 'a', kind: 'tool', name: 'Bash', startUs: 12, summary: 'ls' }),
      span({ id: 'c', turn: 2, startUs: 21 }),
    ],
    events: [prompt(1, 10, 'First'), prompt(2, 20, 'Second')],
  };
  const picture = buildPicture(spanMap(trace), eventMap(trace));
  const closed = new Map([['t:2', { open: false, selected: null }]]);
  const visible = chooseVisible(picture, { all: null, nodes: closed }, null, undefined);
  return { picture, visible, mounted: new Map(), newestId: 's:c', relaid: false };
}

const onSelect = vi.fn<(id: string) => void>();
const onToggle = vi.fn<(one: { readonly node: { readonly id: string } }) => void>();

let takeSizes: () => void;
beforeEach(() => {
  takeSizes = giveSizes(320, 400);
  Element.prototype.scrollTo = () => {};
});
afterEach(() => {
  cleanup();
  takeSizes();
  onSelect.mockReset();
  onToggle.mockReset();
});

const show = (currentId: string | null) =>
  render(<GraphOutline picture={makePicture()} currentId={currentId} onSelect={onSelect} onToggle={onToggle} />);
const tree = () => screen.getByRole('tree', { name: 'Graph as a list' });

describe('GraphOutline', () => {
  it('is a tree of the visible nodes, in order, with level, place and state', () => {
    show('s:b');
    const rows = screen.getAllByRole('treeitem');
    expect(rows.map(row => [row.getAttribute('aria-level'), row.textContent])).toEqual([
      ['1', 'claude-code'],
      ['2', '1First'],
      ['3', 'sonnet'],
      ['4', 'Bash ls'],
      ['2', '2Second'],
    ]);
    expect(rows.map(row => row.getAttribute('aria-expanded'))).toEqual([null, 'true', 'true', null, 'false']);
    expect(rows[4]?.getAttribute('aria-posinset')).toBe('2');
    expect(rows[4]?.getAttribute('aria-setsize')).toBe('2');
    expect(rows[3]?.getAttribute('aria-selected')).toBe('true');
    expect(rows[3]?.getAttribute('aria-label')).toMatch(/^Tool, Bash, ls/);
    expect(tree().getAttribute('aria-activedescendant')).toBe(rows[3]?.id);
  });

  it.each([
    ['s:b', 'ArrowDown', 't:2'],
    ['s:b', 'ArrowUp', 's:a'],
    ['s:b', 'ArrowLeft', 's:a'],
    ['s:a', 'ArrowRight', 's:b'],
    ['s:b', 'Home', 's:session'],
    ['s:b', 'End', 't:2'],
  ])('walks from %s by %s to %s', (from, key, to) => {
    show(from);
    fireEvent.keyDown(tree(), { key });
    expect(onSelect).toHaveBeenCalledWith(to);
  });

  it.each([
    ['t:2', 'ArrowRight'],
    ['t:2', 'Enter'],
    ['t:1', 'ArrowLeft'],
    ['t:1', ' '],
  ])('opens or closes %s by %s', (from, key) => {
    show(from);
    fireEvent.keyDown(tree(), { key });
    expect(onToggle.mock.calls.map(([one]) => one.node.id)).toEqual([from]);
    expect(onSelect).not.toHaveBeenCalled();
  });

  it('selects what is clicked', () => {
    show(null);
    fireEvent.click(screen.getByText('Second'));
    expect(onSelect).toHaveBeenCalledWith('t:2');
  });
});
