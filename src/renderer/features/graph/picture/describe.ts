// A node in words: for the tooltip, the list, and screen readers.

import { formatDuration, formatTokens, formatTime, plural } from '../../../ui/format.ts';
import { kindNames } from '../../../ui/kind-icon.tsx';
import { totalTokens } from '../../../../shared/model/usage.ts';
import type { SpanStatus } from '../../../../shared/model/span.ts';
import type { VisibleNode } from './choose-visible.ts';
import type { PictureNode, SpanNode, Totals } from './picture-node.ts';
import { visibleLine } from './visible-line.ts';

export interface Description {
  /** What it is: 'Turn 3', 'Tool', 'Agent, orphan'. */
  readonly what: string;
  readonly name: string;
  /** Its own words: a command, a path, the start of an answer. */
  readonly summary: string;
  /** Figures and states, each a few words. */
  readonly facts: readonly string[];
}

export function describeNode({ node, children }: VisibleNode): Description {
  const facts = [...stateFacts(node), ...figures(node)];
  if (children === 'closed') facts.push(...contents(node.totals, node.kind === 'span'));
  switch (node.kind) {
    case 'turn':
      return {
        what: `Turn ${node.turn}`,
        name: visibleLine(node.prompt?.summary ?? 'Prompt not recorded'),
        summary: '',
        facts,
      };
    case 'run':
      return { what: 'Steps with one tool', name: `${node.tool} × ${node.children.length}`, summary: '', facts };
    case 'part':
      return {
        what: node.of === 'turns' ? 'Turns' : 'Steps',
        name: `${node.from} to ${node.to}`,
        summary: '',
        facts,
      };
    case 'span':
      return {
        what: whatOf(node),
        name: visibleLine(node.span.name),
        summary: visibleLine(node.span.summary ?? ''),
        facts,
      };
  }
}

/** The same on one line, for a list row or an announcement. */
export function describeInWords(visible: VisibleNode): string {
  const { what, name, summary, facts } = describeNode(visible);
  const state = visible.children === 'closed' ? ['closed group'] : [];
  return [what, name, summary === name ? '' : summary, ...facts, ...state].filter(text => text !== '').join(', ');
}

function whatOf({ span, parent }: SpanNode): string {
  return span.kind === 'agent' && parent === null ? 'Session' : kindNames[span.kind];
}

const statusWords: Readonly<Record<SpanStatus, string>> = {
  unknown: '',
  ok: '',
  open: 'running or cut off: no end recorded',
  aborted: 'aborted',
  error: 'error',
};

function stateFacts(node: PictureNode): string[] {
  if (node.kind !== 'span') return [];
  const facts = [statusWords[node.span.status]];
  if (node.orphan) facts.push('orphan: its parent is not recorded');
  return facts.filter(text => text !== '');
}

function figures(node: PictureNode): string[] {
  const facts: string[] = [];
  const startUs = node.kind === 'span' ? node.span.startUs : node.totals.startUs;
  const endUs = node.kind === 'span' ? node.span.endUs : node.totals.endUs;
  if (startUs !== null) facts.push(formatTime(startUs));
  if (startUs !== null && endUs !== null) facts.push(formatDuration(endUs - startUs));
  if (node.kind === 'span') {
    const { model, usage, counted } = node.span;
    if (model !== null) facts.push(visibleLine(model));
    if (usage) facts.push(`${formatTokens(totalTokens(usage))} tokens${counted ? '' : ', counted elsewhere'}`);
  } else if (node.totals.tokens > 0) facts.push(`${formatTokens(node.totals.tokens)} tokens`);
  return facts;
}

function contents({ llm, tool, agent, errors }: Totals, isSpan: boolean): string[] {
  const agents = isSpan ? agent - 1 : agent;
  const facts: string[] = [];
  if (llm > 0) facts.push(plural(llm, 'LLM call'));
  if (tool > 0) facts.push(plural(tool, 'tool call'));
  if (agents > 0) facts.push(plural(agents, 'agent'));
  if (errors > 0) facts.push(plural(errors, 'error'));
  return facts;
}
