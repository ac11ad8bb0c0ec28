// The spans of one trace as far as one unit tells them, put in relation: who is below whom, and whose conversation it is.
//
// Contract: pure; parents that are missing, circles and doubled ids are all allowed. Each span is visited once.

import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { SpanKind } from '../../../shared/model/span.ts';
import { errorMessage, type SpanContent } from './otlp-content.ts';
import type { OtlpSpan } from './otlp-span.ts';

/** A span where it was read: `firstBlock` is where its blocks begin in the content of the record. */
export interface PlacedSpan {
  readonly span: OtlpSpan;
  readonly kind: SpanKind;
  readonly content: SpanContent;
  readonly record: number;
  readonly firstBlock: number;
}

export interface TraceNode extends PlacedSpan {
  /** Key of the subagent's span whose conversation it is in; ROOT_SPAN for the main one. */
  thread: string;
  /** Below a model call whose answer was recorded, as a part of that call. */
  isInsideAnswer: boolean;
  /** Wraps other model calls, or answers that were recorded. */
  coversCall: boolean;
  coversAnswer: boolean;
  /** Its error is that of a span right below, handed upwards. */
  repeatsError: boolean;
}

/** Nodes in the order in which they began; the unit's order where that is equal or not known. */
export function relateSpans(placed: readonly PlacedSpan[]): readonly TraceNode[] {
  const nodes = placed.map(toNode);
  const bySpan = new Map<string, TraceNode>();
  for (const node of nodes) bySpan.set(node.span.spanId, node);
  const parentOf = (node: TraceNode): TraceNode | undefined => bySpan.get(node.span.parentId ?? '');

  for (const node of nodes) {
    if (node.kind === 'llm') markAbove(node, parentOf, 'coversCall');
    if (node.kind === 'llm' && node.content.isRecorded) markAbove(node, parentOf, 'coversAnswer');
    const parent = parentOf(node);
    if (parent !== undefined && handsUpError(node.span, parent.span)) parent.repeatsError = true;
  }
  tellThreads(nodes, parentOf);
  return nodes.toSorted((a, b) => (a.span.startUs ?? Infinity) - (b.span.startUs ?? Infinity) || 0);
}

function toNode(placed: PlacedSpan): TraceNode {
  return {
    ...placed,
    thread: ROOT_SPAN,
    isInsideAnswer: false,
    coversCall: false,
    coversAnswer: false,
    repeatsError: false,
  };
}

type ParentOf = (node: TraceNode) => TraceNode | undefined;

/** A call below a tool or an agent is one of its own; only what stands between calls and chains is one call in layers. */
function isLayer({ kind }: TraceNode): boolean {
  return kind === 'llm' || kind === 'phase';
}

/** What is marked already has marked everything above it: that ends circles too. */
function markAbove(node: TraceNode, parentOf: ParentOf, mark: 'coversCall' | 'coversAnswer'): void {
  let above = parentOf(node);
  for (; above !== undefined && isLayer(above) && !above[mark]; above = parentOf(above)) above[mark] = true;
}

/** Both failed, and the parent says nothing of its own about it. */
function handsUpError(child: OtlpSpan, parent: OtlpSpan): boolean {
  const own = errorMessage(parent);
  return child.status === 'error' && (own === '' || own === errorMessage(child));
}

/**
 * An agent that was started by a tool call has a conversation of its own. Agents that stand directly below another are
 * the steps of a workflow and are read as one conversation.
 */
function tellThreads(nodes: readonly TraceNode[], parentOf: ParentOf): void {
  const children = new Map<TraceNode, TraceNode[]>();
  const waiting: { readonly node: TraceNode; readonly isBelowTool: boolean }[] = [];
  for (const node of nodes) {
    const parent = parentOf(node);
    if (parent === undefined) waiting.push({ node, isBelowTool: false });
    else if (!children.get(parent)?.push(node)) children.set(parent, [node]);
  }
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, isBelowTool } = next;
    const isSubagent = node.kind === 'agent' && isBelowTool;
    for (const child of children.get(node) ?? []) {
      child.thread = isSubagent ? node.span.spanId : node.thread;
      child.isInsideAnswer = isLayer(node) && (node.isInsideAnswer || (node.kind === 'llm' && node.content.isRecorded));
      waiting.push({ node: child, isBelowTool: node.kind === 'tool' || (isBelowTool && !isSubagent) });
    }
  }
}
