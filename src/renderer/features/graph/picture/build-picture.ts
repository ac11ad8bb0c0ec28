// First step from model to picture: the spans and prompts of a session as one tree, grouped where it is big.
//
// Contract: pure. Every span stands in the tree exactly once, whatever its parent says: below its parent, or below the
// root where that is not recorded or leads back to itself. Siblings stand in order of time. Without `shown` the result
// depends on the trace only.

import { ROOT_SPAN, type SpanId } from '../../../../shared/model/ids.ts';
import type { SessionEvent, Span } from '../../../../shared/model/span.ts';
import { type Draft, draftOf, noTotals, sumUp } from './draft.ts';
import { groupSiblings } from './group-siblings.ts';
import {
  type Picture,
  type PictureNode,
  type Shown,
  type SpanNode,
  spanNodeId,
  type TurnNode,
  turnNodeId,
} from './picture-node.ts';

/** Beyond this many nodes runs and parts are grouped, and turns begin closed. */
export const groupBeyond = 300;

export function buildPicture(
  spans: ReadonlyMap<SpanId, Span>,
  events: ReadonlyMap<string, SessionEvent>,
  shown?: Shown,
): Picture {
  const nodes = new Map<SpanId, Draft<SpanNode>>();
  for (const span of spans.values()) nodes.set(span.id, spanDraft(span));
  const root = nodes.get(ROOT_SPAN) ?? spanDraft(rootStandIn(spans));
  const turns = new Map<number, Draft<TurnNode>>();
  const turnOf = (turn: number): Draft<TurnNode> => {
    let node = turns.get(turn);
    if (!node) turns.set(turn, (node = turnDraft(turn, root)));
    return node;
  };
  for (const event of events.values()) {
    if (event.kind === 'prompt' && event.turn !== null && event.turn > 0) turnOf(event.turn).prompt = event;
  }
  hangUp(nodes, root);
  for (const node of nodes.values()) {
    if (node === root) continue;
    const { turn } = node.span;
    node.orphan = node.span.link === 'orphan' || (node.parent === root && node.span.parentId !== root.span.id);
    if (node.parent === root && turn !== null && turn > 0) node.parent = turnOf(turn);
  }
  root.children = [...turns.values()];
  for (const node of nodes.values()) draftOf(node.parent)?.children.push(node);
  const order = placeInTime(root);
  for (let at = order.length - 1; at >= 0; at -= 1) {
    const node = order[at];
    if (node) node.totals = sumUp(node);
  }
  const lastTurn = root.children.findLast(node => node.kind === 'turn') ?? null;
  const grouped = order.length > groupBeyond;
  if (grouped) for (const node of order) if (node.children.length > 0) node.children = groupSiblings(node, shown);
  const byId = new Map<string, PictureNode>();
  for (const node of settleDepths(root)) byId.set(node.id, node);
  return { root, byId, grouped, lastTurn };
}

/** Sets every node's parent: the recorded one; the root where there is none, or where the chain comes back to the node. */
function hangUp(nodes: ReadonlyMap<SpanId, Draft<SpanNode>>, root: Draft<SpanNode>): void {
  const recorded = (node: Draft<SpanNode>) => (node.span.parentId === null ? undefined : nodes.get(node.span.parentId));
  const done = new Set<Draft>([root]);
  for (const start of nodes.values()) {
    if (done.has(start)) continue;
    const known = recorded(start) ?? root;
    if (done.has(known)) {
      // As most are: the parent was seen before its children.
      start.parent = known;
      done.add(start);
      continue;
    }
    const path = new Set<Draft<SpanNode>>();
    let node: Draft<SpanNode> | undefined = start;
    while (node && !done.has(node) && !path.has(node)) {
      path.add(node);
      node = recorded(node);
    }
    const cut = node && path.has(node) ? node : null;
    for (const walked of path) {
      walked.parent = walked === cut ? root : (recorded(walked) ?? root);
      done.add(walked);
    }
  }
}

/** Sets times and order of everything below; gives all nodes, parents first. */
function placeInTime(root: Draft<SpanNode>): Draft[] {
  const order: Draft[] = [root];
  for (let at = 0; at < order.length; at += 1) {
    const node = order[at];
    if (!node) break;
    if (node.children.length === 0) continue;
    const children = node.children.map(child => draftOf(child));
    // What has no time of its own takes that of what stands before it; turns follow each other whatever clocks say.
    let lastSpan = node.atUs;
    let lastTurn = node.atUs;
    for (const child of children.sort((a, b) => a.order - b.order)) {
      if (child.kind === 'turn') child.atUs = lastTurn = Math.max(turnStart(child) ?? lastTurn, lastTurn);
      else if (child.kind === 'span') child.atUs = lastSpan = Math.max(child.span.startUs ?? lastSpan, node.atUs);
    }
    node.children = children.sort(bySibling);
    for (const child of children) order.push(child);
  }
  return order;
}

function bySibling(a: Draft, b: Draft): number {
  const rank = Number(a.kind === 'turn') - Number(b.kind === 'turn');
  return a.atUs - b.atUs || rank || a.order - b.order || (a.id < b.id ? -1 : 1);
}

function turnStart(turn: Draft<TurnNode>): number | null {
  if (turn.prompt && turn.prompt.atUs !== null) return turn.prompt.atUs;
  let least: number | null = null;
  for (const child of turn.children) {
    const start = child.kind === 'span' ? child.span.startUs : null;
    if (start !== null && (least === null || start < least)) least = start;
  }
  return least;
}

function settleDepths(root: Draft<SpanNode>): Draft[] {
  const order: Draft[] = [root];
  for (let at = 0; at < order.length; at += 1) {
    const node = order[at];
    for (const child of node?.children ?? []) {
      const draft = draftOf(child);
      if (!draft || !node) continue;
      draft.parent = node;
      draft.depth = node.depth + 1;
      order.push(draft);
    }
  }
  return order;
}

function spanDraft(span: Span): Draft<SpanNode> {
  return {
    kind: 'span',
    id: spanNodeId(span.id),
    span,
    orphan: false,
    parent: null,
    children: [],
    atUs: span.startUs ?? 0,
    order: span.order,
    depth: 0,
    totals: noTotals,
  };
}

function turnDraft(turn: number, root: SpanNode): Draft<TurnNode> {
  return {
    kind: 'turn',
    id: turnNodeId(turn),
    turn,
    prompt: null,
    parent: root,
    children: [],
    atUs: 0,
    order: turn,
    depth: 1,
    totals: noTotals,
  };
}

/** A trace without a root span (its file is not read yet) still hangs together. */
function rootStandIn(spans: ReadonlyMap<SpanId, Span>): Span {
  let startUs: number | null = null;
  for (const span of spans.values()) {
    if (span.startUs !== null && (startUs === null || span.startUs < startUs)) startUs = span.startUs;
  }
  return {
    id: ROOT_SPAN,
    parentId: null,
    link: 'root',
    kind: 'agent',
    name: 'Session',
    threadId: ROOT_SPAN,
    turn: null,
    startUs,
    endUs: null,
    status: 'unknown',
    model: null,
    usage: null,
    usageProvenance: 'unknown',
    counted: false,
    summary: null,
    order: 0,
    revision: 0,
  };
}
