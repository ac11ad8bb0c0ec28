// What the graph is made of, before it is decided what of it is shown: spans, and groups that stand for many of them.

import type { SessionEvent, Span } from '../../../../shared/model/span.ts';

/** Sums over a node and everything below it. Groups themselves are not counted. */
export interface Totals {
  /** Spans. */
  readonly spans: number;
  readonly llm: number;
  readonly tool: number;
  readonly agent: number;
  readonly errors: number;
  /** Spans that have begun and not ended. */
  readonly open: number;
  /** Tokens of the responses that count here. */
  readonly tokens: number;
  readonly startUs: number | null;
  readonly endUs: number | null;
}

interface NodeBase {
  /** Unique over all kinds: 's:' + span, 't:' + turn, 'r:' + first span of the run, 'p:' + parent and place. */
  readonly id: string;
  readonly parent: PictureNode | null;
  readonly children: readonly PictureNode[];
  /** When it begins, never before its parent: what orders the picture. */
  readonly atUs: number;
  readonly order: number;
  readonly depth: number;
  readonly totals: Totals;
}

export interface SpanNode extends NodeBase {
  readonly kind: 'span';
  readonly span: Span;
  /** Its parent is not recorded, or its chain of parents leads back to itself. */
  readonly orphan: boolean;
}

/** One prompt and what followed. */
export interface TurnNode extends NodeBase {
  readonly kind: 'turn';
  readonly turn: number;
  /** Null where spans name a turn whose prompt is not recorded. */
  readonly prompt: SessionEvent | null;
}

/** Many calls of one tool in a row: the calls, or the model calls that each made one. */
export interface RunNode extends NodeBase {
  readonly kind: 'run';
  readonly tool: string;
}

/** Some of very many siblings. */
export interface PartNode extends NodeBase {
  readonly kind: 'part';
  /** Place of the first and the last of them among all siblings, from 1. */
  readonly from: number;
  readonly to: number;
  readonly of: 'turns' | 'steps';
}

export type PictureNode = SpanNode | TurnNode | RunNode | PartNode;

export interface Picture {
  readonly root: SpanNode;
  readonly byId: ReadonlyMap<string, PictureNode>;
  /** True beyond the size at which runs and parts are grouped and turns begin closed. */
  readonly grouped: boolean;
  readonly lastTurn: TurnNode | null;
}

/** What was on screen before: what people have seen apart is not put together again under their eyes. */
export interface Shown {
  /** Every node that was shown, and its parent in the picture. */
  readonly parents: ReadonlyMap<string, string | null>;
  /** Of those with children: whether they were open. */
  readonly open: ReadonlyMap<string, boolean>;
}

export function spanNodeId(spanId: string): string {
  return `s:${spanId}`;
}

export function turnNodeId(turn: number): string {
  return `t:${turn}`;
}
