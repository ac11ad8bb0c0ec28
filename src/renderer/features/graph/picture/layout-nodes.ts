// What the layout needs to know of the visible nodes.

import type { LayoutNode } from '../layout/layout.ts';
import { circleText, formOf, sizes } from './appearance.ts';
import type { Visible, VisibleNode } from './choose-visible.ts';

/** An agent that runs: itself, its model calls, their tools. */
const agentRows = 3;
/** Deeper bands share rows with what comes below them. */
const mostRows = 6;

/** In the order of the visible nodes, parents first. */
export function layoutNodesOf(visible: Visible): LayoutNode[] {
  const heights = new Map<string, number>();
  const nodes = [...visible.nodes.values()];
  for (const one of nodes.toReversed()) {
    const own = heights.get(one.node.id) ?? 1;
    heights.set(one.node.id, own);
    if (one.parentId !== null && !hasRows(one)) {
      heights.set(one.parentId, Math.max(heights.get(one.parentId) ?? 1, own + 1));
    }
  }
  return nodes.map(one => layoutNodeOf(one, heights.get(one.node.id) ?? 1));
}

function layoutNodeOf(one: VisibleNode, height: number): LayoutNode {
  const { node, parentId } = one;
  const form = formOf(node);
  const isCircle = form === 'agent' || form === 'orchestrator';
  // An agent that starts its first agent becomes an orchestrator, and stays where it stands.
  const half = (isCircle ? sizes.orchestrator : sizes[form]).width / 2;
  const { open, endUs } = node.totals;
  const least = isRunningAgent(one) ? agentRows : 1;
  return {
    id: node.id,
    parentId,
    atUs: node.atUs,
    endUs: open > 0 ? null : endUs,
    left: half,
    right: isCircle ? half + circleText.gap + circleText.width : half,
    rows: hasRows(one) ? Math.min(mostRows, Math.max(least, height)) : 0,
  };
}

/** Agents and phases stand in rows of their own while they are open: several of them may run at once. */
function hasRows(one: VisibleNode): boolean {
  const { node, children } = one;
  if (node.kind !== 'span' || node.parent === null) return node.parent === null;
  const { kind } = node.span;
  return (kind === 'agent' || kind === 'phase') && (children === 'open' || isRunningAgent(one));
}

/** Its first child may come at any moment. */
function isRunningAgent({ node, children }: VisibleNode): boolean {
  return node.kind === 'span' && node.span.kind === 'agent' && children !== 'closed' && node.totals.open > 0;
}
