// What of the picture is on screen: which nodes are open, under a limit of how many are mounted.
//
// Contract: pure. A node is visible when all above it are open. Never more than `maxMounted` nodes are: what does not
// fit stays closed and is counted. What was open or closed on screen stays so until the user says otherwise.

import { Heap } from './heap.ts';
import type { Picture, PictureNode, Shown } from './picture-node.ts';

export const maxMounted = 2000;
/** Big nodes that are no groups of ours open by themselves while so few are on screen. */
const calmCount = 300;
/** A subagent with more spans than this begins closed; so do other spans with more than `bigSpan`. */
const bigAgent = 25;
const bigSpan = 80;

/** What the user opened and closed; the newest choice of a node is last. */
export interface Choices {
  readonly all: 'open' | 'closed' | null;
  readonly nodes: ReadonlyMap<string, Choice>;
}

export interface Choice {
  readonly open: boolean;
  /** What was selected then: closing a group around the selection holds until something else is selected. */
  readonly selected: string | null;
}

export const noChoices: Choices = { all: null, nodes: new Map() };

export interface VisibleNode {
  readonly node: PictureNode;
  readonly parentId: string | null;
  /** 'closed': it stands for what is below it. 'none': there is nothing below it. */
  readonly children: 'none' | 'open' | 'closed';
}

export interface Visible {
  /** Parents first, siblings in order of time. */
  readonly nodes: ReadonlyMap<string, VisibleNode>;
  /** Groups that should be open and stay closed because too much is on screen. */
  readonly withheld: number;
  /** Spans inside closed nodes. */
  readonly hiddenSpans: number;
  /** The node that is, or contains, what is selected. */
  readonly selectedId: string | null;
}

export function chooseVisible(
  picture: Picture,
  choices: Choices,
  selected: string | null,
  shown: Shown | undefined,
  limit: number = maxMounted,
): Visible {
  const ancestors = ancestorsOf(picture, selected);
  const recency = new Map([...choices.nodes.keys()].map((id, index) => [id, index]));
  const open = new Set<string>();
  let count = 1;
  let withheld = 0;
  const queue = new Heap<Wish>(sooner);
  const consider = (node: PictureNode) => {
    const rank = node.children.length === 0 ? null : wishOf(node, picture, choices, selected, ancestors, shown);
    if (rank !== null) queue.push({ node, rank, recency: recency.get(node.id) ?? -1 });
  };
  consider(picture.root);
  for (let wish = queue.pop(); wish; wish = queue.pop()) {
    const { node, rank } = wish;
    const after = count + node.children.length;
    if (after > (rank === 'maybe' ? Math.min(limit, calmCount) : limit)) {
      if (rank !== 'maybe') withheld += 1;
      continue;
    }
    count = after;
    open.add(node.id);
    for (const child of node.children) consider(child);
  }
  return { ...collect(picture, open), withheld, selectedId: nearestVisible(picture, selected, open) };
}

/** The state of what is on screen, for the next time. */
export function toShown(visible: Visible): Shown {
  const parents = new Map<string, string | null>();
  const open = new Map<string, boolean>();
  for (const [id, { parentId, children }] of visible.nodes) {
    parents.set(id, parentId);
    if (children !== 'none') open.set(id, children === 'open');
  }
  return { parents, open };
}

/** True where opening and closing is offered: groups, and spans that hold many others. */
export function isGroup(node: PictureNode): boolean {
  if (node.children.length === 0 || node.parent === null) return false;
  return node.kind !== 'span' || node.span.kind === 'agent' || node.totals.spans > bigSpan;
}

type Rank = 'selected' | 'chosen' | 'usual' | 'maybe';
interface Wish {
  readonly node: PictureNode;
  readonly rank: Rank;
  readonly recency: number;
}
const ranks: Readonly<Record<Rank, number>> = { selected: 0, chosen: 1, usual: 2, maybe: 3 };

/** How much a node should be open; null where it should not. */
function wishOf(
  node: PictureNode,
  picture: Picture,
  choices: Choices,
  selected: string | null,
  ancestors: ReadonlySet<string>,
  shown: Shown | undefined,
): Rank | null {
  if (node === picture.root) return 'selected';
  const choice = choices.nodes.get(node.id);
  const holds = choice && !choice.open && choice.selected === selected;
  if (ancestors.has(node.id) && !holds) return 'selected';
  if (choice) return choice.open ? 'chosen' : null;
  if (choices.all === 'open') return 'usual';
  if (choices.all === 'closed') return isGroup(node) ? null : 'usual';
  const before = shown?.open.get(node.id);
  if (before !== undefined) return before ? 'usual' : null;
  if (!picture.grouped) return 'usual';
  if (node.kind === 'turn') return node === picture.lastTurn ? 'usual' : null;
  if (node.kind !== 'span') return isWatched(node, shown) ? 'usual' : null;
  if (node.span.kind === 'agent') return node.totals.spans <= bigAgent ? 'usual' : null;
  return node.totals.spans <= bigSpan ? 'usual' : 'maybe';
}

/** A group that was just made of what is on screen, at the end where news comes in. */
function isWatched(node: PictureNode, shown: Shown | undefined): boolean {
  const last = node.children.at(-1);
  const after = node.parent?.children.at(-1);
  return last !== undefined && shown?.parents.has(last.id) === true && (after === node || after?.kind === 'span');
}

/** What is opened first when not all of it fits: what the user chose last, then the newest; big ones from the top. */
function sooner(a: Wish, b: Wish): number {
  const byRank = ranks[a.rank] - ranks[b.rank] || b.recency - a.recency;
  if (byRank !== 0) return byRank;
  if (a.rank === 'maybe') return a.node.depth - b.node.depth || a.node.atUs - b.node.atUs;
  return b.node.atUs - a.node.atUs || b.node.order - a.node.order || (a.node.id < b.node.id ? -1 : 1);
}

function ancestorsOf(picture: Picture, selected: string | null): ReadonlySet<string> {
  const ids = new Set<string>();
  let node = selected === null ? null : (picture.byId.get(selected)?.parent ?? null);
  for (; node; node = node.parent) ids.add(node.id);
  return ids;
}

function nearestVisible(picture: Picture, selected: string | null, open: ReadonlySet<string>): string | null {
  const node = selected === null ? undefined : picture.byId.get(selected);
  if (!node) return null;
  let nearest: PictureNode = node;
  for (let above = node.parent; above; above = above.parent) if (!open.has(above.id)) nearest = above;
  return nearest.id;
}

function collect(picture: Picture, open: ReadonlySet<string>): Pick<Visible, 'nodes' | 'hiddenSpans'> {
  const nodes = new Map<string, VisibleNode>();
  const queue: PictureNode[] = [picture.root];
  let hiddenSpans = 0;
  for (let at = 0; at < queue.length; at += 1) {
    const node = queue[at];
    if (!node) break;
    const isOpen = open.has(node.id);
    const children = node.children.length === 0 ? 'none' : isOpen ? 'open' : 'closed';
    nodes.set(node.id, { node, parentId: node.parent?.id ?? null, children });
    if (isOpen) queue.push(...node.children);
    else if (children === 'closed') hiddenSpans += node.totals.spans - (node.kind === 'span' ? 1 : 0);
  }
  return { nodes, hiddenSpans };
}
