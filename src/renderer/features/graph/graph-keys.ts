// Walking the graph by keyboard: what an arrow leads to.

import type { Visible } from './picture/choose-visible.ts';

export type Step = 'parent' | 'child' | 'before' | 'after' | 'root';

/** The visible node one step from another; where there is none, the node itself. The root where nothing is current. */
export function stepFrom(visible: Visible, rootId: string, id: string | null, step: Step): string {
  const current = id === null ? undefined : visible.nodes.get(id);
  if (!current || id === null || step === 'root') return rootId;
  switch (step) {
    case 'parent':
      return current.parentId ?? id;
    case 'child':
      return current.children === 'open' ? (current.node.children[0]?.id ?? id) : id;
    case 'before':
    case 'after': {
      const siblings = current.node.parent?.children ?? [];
      const at = siblings.findIndex(sibling => sibling.id === id) + (step === 'after' ? 1 : -1);
      return siblings[at]?.id ?? id;
    }
  }
}

export const stepKeys: Readonly<Record<string, Step>> = {
  ArrowUp: 'parent',
  ArrowDown: 'child',
  ArrowLeft: 'before',
  ArrowRight: 'after',
  Home: 'root',
};
