import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffMounted, isEmpty, type Mounted } from '../../../src/renderer/features/graph/picture/diff.ts';
import type { Appearance } from '../../../src/renderer/features/graph/picture/appearance.ts';

const look: Appearance = {
  form: 'tile',
  icon: 'phase',
  title: 'One',
  subtitle: '',
  stack: false,
  mark: 'none',
  errorsInside: 0,
  orphan: false,
  tile: { number: '1', open: false, counts: [{ kind: 'llm', count: 2 }], facts: '', errors: 0 },
};

const mount = (id: string, more: Partial<Mounted> = {}): Mounted => ({
  id,
  parentId: null,
  appearance: structuredClone(look),
  at: { x: 0, y: 0 },
  pinned: false,
  ...more,
});
const asMap = (...nodes: readonly Mounted[]) => new Map(nodes.map(node => [node.id, node]));
const ids = (nodes: readonly Mounted[]) => nodes.map(({ id }) => id);

describe('diffMounted', () => {
  it('finds nothing to do between equal pictures', () => {
    expect(isEmpty(diffMounted(asMap(mount('a'), mount('b')), asMap(mount('a'), mount('b'))))).toBe(true);
  });

  it('tells apart what is added, removed, restyled, moved and hung up elsewhere', () => {
    const counted = { ...look, tile: { ...look.tile, counts: [{ kind: 'llm', count: 3 }] } } as Appearance;
    const change = diffMounted(
      asMap(mount('gone'), mount('grown'), mount('moved'), mount('rehung'), mount('same')),
      asMap(
        mount('grown', { appearance: counted }),
        mount('moved', { at: { x: 1, y: 0 } }),
        mount('rehung', { parentId: 'same' }),
        mount('same'),
        mount('new'),
      ),
    );
    expect(change.remove).toEqual(['gone']);
    expect(ids(change.restyle)).toEqual(['grown']);
    expect(ids(change.move)).toEqual(['moved']);
    expect(ids(change.reattach)).toEqual(['rehung']);
    expect(ids(change.add)).toEqual(['new']);
  });

  it('gives what is wanted when it is applied to what is mounted', () => {
    const node = fc.record({
      id: fc.nat(20),
      parent: fc.nat(20),
      x: fc.nat(3),
      title: fc.constantFrom('a', 'b'),
      pinned: fc.boolean(),
    });
    const nodes = fc
      .array(node)
      .map(list =>
        asMap(
          ...list.map(({ id, parent, x, title, pinned }) =>
            mount(`n${id}`, { parentId: `n${parent}`, at: { x, y: 0 }, appearance: { ...look, title }, pinned }),
          ),
        ),
      );
    fc.assert(
      fc.property(nodes, nodes, (before, wanted) => {
        const { add, remove, restyle, move, reattach } = diffMounted(before, wanted);
        const result = new Map(before);
        for (const id of remove) result.delete(id);
        for (const one of add) result.set(one.id, one);
        const patch = (list: readonly Mounted[], key: 'appearance' | 'at' | 'parentId' | 'pinned') => {
          for (const one of list) {
            const known = result.get(one.id);
            if (known) result.set(one.id, { ...known, [key]: one[key] });
          }
        };
        patch(restyle, 'appearance');
        patch(restyle, 'pinned');
        patch(move, 'at');
        patch(reattach, 'parentId');
        const sorted = (nodes: ReadonlyMap<string, Mounted>) =>
          [...nodes.values()].toSorted((a, b) => a.id.localeCompare(b.id));
        expect(sorted(result)).toEqual(sorted(wanted));
      }),
    );
  });
});
