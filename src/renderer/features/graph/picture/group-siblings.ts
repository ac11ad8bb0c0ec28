// Grouping inside one node's children: runs of the same tool, and parts of very long lists.
//
// Contract: every child stands in the result exactly once, itself or in one group, in the same order. What was on
// screen apart stays apart; a group that was on screen stays one and grows at its end.

import { draftOf, sumUp } from './draft.ts';
import type { PartNode, PictureNode, RunNode, Shown } from './picture-node.ts';

/** So many calls of one tool in a row make a run. */
export const runFrom = 6;
/** Lists longer than `limit` are cut into parts of `size`; what does not fill a part stays by itself at the end. */
const stepParts = { limit: 60, size: 50 };
const turnParts = { limit: 400, size: 100 };

/** So many side by side are more than anybody watches: from there on parts are made of what was on screen as well. */
const mostApart = 600;

export function groupSiblings(parent: PictureNode, shown: Shown | undefined): PictureNode[] {
  // Too few for any group; what was one stays one.
  if (parent.children.length < runFrom && !shown) return [...parent.children];
  const grouped = groupParts(parent, groupRuns(parent, shown), shown, 0);
  return grouped.length > mostApart && shown ? groupSiblings(parent, undefined) : grouped;
}

function groupRuns(parent: PictureNode, shown: Shown | undefined): PictureNode[] {
  const grouped: PictureNode[] = [];
  let run: PictureNode[] = [];
  let tool: string | null = null;
  const flush = () => {
    const [first] = run;
    if (first && tool !== null && (run.length >= runFrom || shown?.parents.has(runId(first)))) {
      grouped.push(runNode(parent, first, run, tool));
    } else grouped.push(...run);
    run = [];
    tool = null;
  };
  for (const child of parent.children) {
    const name = isApart(child, 'r:', shown) ? null : toolOf(child);
    if (name === null || name !== tool) flush();
    if (name === null) grouped.push(child);
    else {
      tool = name;
      run.push(child);
    }
  }
  flush();
  return grouped;
}

/** The tool that a step is all about: a call of it, or a model call that made nothing but such calls. */
function toolOf(node: PictureNode): string | null {
  if (node.kind !== 'span') return null;
  if (node.span.kind === 'tool') return node.children.length === 0 ? `tool ${node.span.name}` : null;
  if (node.span.kind !== 'llm') return null;
  let name: string | null = null;
  for (const child of node.children) {
    const own = child.kind === 'span' && child.span.kind === 'tool' && child.children.length === 0;
    if (!own || (name !== null && name !== child.span.name)) return null;
    name = child.span.name;
  }
  return name === null ? null : `step ${name}`;
}

function groupParts(
  parent: PictureNode,
  children: PictureNode[],
  shown: Shown | undefined,
  level: number,
): PictureNode[] {
  const ofTurns = children[0]?.kind === 'turn';
  const { limit, size } = ofTurns ? turnParts : stepParts;
  if (children.length <= limit) return children;
  const grouped: PictureNode[] = [];
  for (let from = 0; from < children.length; from += size) {
    const some = children.slice(from, from + size);
    const whole = some.length === size && !some.some(child => isApart(child, 'p:', shown));
    if (whole) grouped.push(partNode(parent, some, from, level, ofTurns));
    else grouped.push(...some);
  }
  // Parts of parts, for lists that are longer still; nothing to gain where all of it is on screen already.
  return grouped.length < children.length ? groupParts(parent, grouped, shown, level + 1) : grouped;
}

/** It was on screen, and not inside a group of this kind. */
function isApart(node: PictureNode, group: 'r:' | 'p:', shown: Shown | undefined): boolean {
  const parent = shown?.parents.get(node.id);
  return parent !== undefined && !parent?.startsWith(group);
}

function runId(first: PictureNode): string {
  return `r:${first.id}`;
}

function runNode(parent: PictureNode, first: PictureNode, children: PictureNode[], tool: string): RunNode {
  const name = tool.slice(tool.indexOf(' ') + 1);
  return group<RunNode>({ ...base(parent, children), kind: 'run', id: runId(first), tool: name });
}

function partNode(
  parent: PictureNode,
  children: PictureNode[],
  from: number,
  level: number,
  ofTurns: boolean,
): PartNode {
  const [first] = children;
  const last = children.at(-1);
  return group<PartNode>({
    ...base(parent, children),
    kind: 'part',
    id: `p:${parent.id}:${level}:${from}`,
    from: first?.kind === 'part' ? first.from : first?.kind === 'turn' ? first.turn : from + 1,
    to: last?.kind === 'part' ? last.to : last?.kind === 'turn' ? last.turn : from + children.length,
    of: ofTurns || (first?.kind === 'part' && first.of === 'turns') ? 'turns' : 'steps',
  });
}

function base(parent: PictureNode, children: PictureNode[]) {
  const [first] = children;
  return {
    parent,
    children,
    atUs: first?.atUs ?? parent.atUs,
    order: first?.order ?? parent.order,
    depth: 0,
    totals: parent.totals,
  };
}

function group<N extends RunNode | PartNode>(node: N): N {
  const draft = draftOf(node);
  draft.totals = sumUp(node);
  return node;
}
