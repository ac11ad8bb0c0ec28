// Nodes of the picture while they are built. Only the first step sees them; everything later reads PictureNode.

import { totalTokens } from '../../../../shared/model/usage.ts';
import type { PictureNode, Totals } from './picture-node.ts';

export type Draft<N extends PictureNode = PictureNode> = {
  -readonly [K in keyof N]: N[K];
} & { children: PictureNode[] };

/** Every node is made as a draft and handed out as readonly. */
export function draftOf(node: PictureNode): Draft;
export function draftOf(node: PictureNode | null): Draft | null;
export function draftOf(node: PictureNode | null): Draft | null {
  return node as Draft | null;
}

export const noTotals: Totals = {
  spans: 0,
  llm: 0,
  tool: 0,
  agent: 0,
  errors: 0,
  open: 0,
  tokens: 0,
  startUs: null,
  endUs: null,
};

/** Totals of a node from its own span and its children's totals. */
export function sumUp(node: PictureNode): Totals {
  const own = node.kind === 'span' ? node.span : null;
  let spans = own ? 1 : 0;
  let llm = own?.kind === 'llm' ? 1 : 0;
  let tool = own?.kind === 'tool' ? 1 : 0;
  let agent = own?.kind === 'agent' ? 1 : 0;
  let errors = own?.status === 'error' ? 1 : 0;
  let open = own?.status === 'open' ? 1 : 0;
  let tokens = own?.usage && own.counted ? totalTokens(own.usage) : 0;
  let startUs = own ? own.startUs : node.kind === 'turn' ? (node.prompt?.atUs ?? null) : null;
  let endUs = own ? own.endUs : null;
  for (const { totals } of node.children) {
    spans += totals.spans;
    llm += totals.llm;
    tool += totals.tool;
    agent += totals.agent;
    errors += totals.errors;
    open += totals.open;
    tokens += totals.tokens;
    if (totals.startUs !== null && (startUs === null || totals.startUs < startUs)) startUs = totals.startUs;
    const last = totals.endUs ?? totals.startUs;
    if (last !== null && (endUs === null || last > endUs)) endUs = last;
  }
  return { spans, llm, tool, agent, errors, open, tokens, startUs, endUs };
}
