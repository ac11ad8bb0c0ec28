// How a visible node looks: its form, its size and its two lines of text. Pure; colours and pixels are the adapter's.

import type { Span } from '../../../../shared/model/span.ts';
import { totalTokens } from '../../../../shared/model/usage.ts';
import { formatDuration, formatTokens, plural, shortModel } from '../../../ui/format.ts';
import type { VisibleNode } from './choose-visible.ts';
import type { PictureNode, SpanNode, Totals } from './picture-node.ts';
import { visibleLine } from './visible-line.ts';

/** Orchestrators and agents are circles, model calls rectangles, tools hexagons, phases pills, groups of turns tiles. */
export type Form = 'orchestrator' | 'agent' | 'llm' | 'tool' | 'phase' | 'tile';

export interface Appearance {
  readonly form: Form;
  /** The kind whose icon and colour it has, and for tools what they do. */
  readonly icon: IconName;
  readonly title: string;
  readonly subtitle: string;
  /** It stands for several: drawn as a stack. */
  readonly stack: boolean;
  readonly mark: 'none' | 'error' | 'open' | 'aborted';
  /** Failed spans in a closed group that has not failed itself; 0 for tiles, which say it in words. */
  readonly errorsInside: number;
  readonly orphan: boolean;
  /** What a tile says besides; null for other forms. */
  readonly tile: Tile | null;
}

export interface Tile {
  readonly number: string;
  readonly open: boolean;
  readonly counts: readonly { readonly kind: 'llm' | 'tool' | 'agent'; readonly count: number }[];
  readonly facts: string;
  readonly errors: number;
}

export type IconName =
  | 'orchestrator'
  | 'agent'
  | 'llm'
  | 'phase'
  | 'tool'
  | 'terminal'
  | 'read'
  | 'edit'
  | 'search'
  | 'web'
  | 'list'
  | 'plug';

export const sizes = {
  orchestrator: { width: 60, height: 60 },
  agent: { width: 46, height: 46 },
  llm: { width: 156, height: 44 },
  tool: { width: 156, height: 44 },
  phase: { width: 156, height: 44 },
  tile: { width: 236, height: 76 },
} as const satisfies Readonly<Record<Form, { width: number; height: number }>>;

/** Text beside a circle is at most so wide. */
export const circleText = { width: 176, gap: 10 } as const;

export function appearanceOf({ node, children }: VisibleNode): Appearance {
  const form = formOf(node);
  const closed = children === 'closed';
  const { title, subtitle } = textOf(node, closed);
  return {
    form,
    icon: iconOf(node),
    title: visibleLine(title),
    subtitle: visibleLine(subtitle),
    stack: closed && form !== 'tile',
    mark: markOf(node, closed),
    errorsInside: closed && form !== 'tile' ? node.totals.errors : 0,
    orphan: node.kind === 'span' && node.orphan,
    tile: form === 'tile' ? tileOf(node, children === 'open') : null,
  };
}

export function formOf(node: PictureNode): Form {
  switch (node.kind) {
    case 'turn':
    case 'part':
      return 'tile';
    case 'run':
      return 'tool';
    case 'span':
      return node.span.kind === 'agent' && isOrchestrator(node) ? 'orchestrator' : node.span.kind;
  }
}

/** The session's own agent, and agents that started others. */
function isOrchestrator(node: SpanNode): boolean {
  return node.parent === null || node.totals.agent > 1;
}

function textOf(node: PictureNode, closed: boolean): { readonly title: string; readonly subtitle: string } {
  switch (node.kind) {
    case 'turn':
      return { title: node.prompt?.summary ?? 'Prompt not recorded', subtitle: '' };
    case 'part':
      return { title: `${node.of === 'turns' ? 'Turns' : 'Steps'} ${node.from} to ${node.to}`, subtitle: '' };
    case 'run':
      return { title: `${node.children.length} × ${node.tool}`, subtitle: factsOf(node.totals) };
    case 'span': {
      const { span } = node;
      const title = span.kind === 'llm' && span.model !== null ? shortModel(span.model) : span.name;
      const counts = closed ? countsText(node.totals) : '';
      const subtitle = counts === '' ? (span.summary ?? tokensText(span)) : counts;
      return { title, subtitle: subtitle === title ? '' : subtitle };
    }
  }
}

function tokensText({ usage }: Span): string {
  if (!usage) return '';
  return `${formatTokens(totalTokens(usage) - usage.output)} in · ${formatTokens(usage.output)} out`;
}

function countsText({ llm, tool, agent }: Totals): string {
  const counts = [
    llm > 0 ? plural(llm, 'call') : '',
    tool > 0 ? plural(tool, 'tool') : '',
    agent > 1 ? plural(agent - 1, 'agent') : '',
  ];
  return counts.filter(text => text !== '').join(' · ');
}

function factsOf({ tokens, startUs, endUs }: Totals): string {
  const facts = [
    tokens > 0 ? `${formatTokens(tokens)} tok` : '',
    startUs !== null && endUs !== null && endUs > startUs ? formatDuration(endUs - startUs) : '',
  ];
  return facts.filter(text => text !== '').join(' · ');
}

function tileOf(node: PictureNode, open: boolean): Tile {
  const { llm, tool, agent, errors } = node.totals;
  const counts = [
    { kind: 'llm', count: llm },
    { kind: 'tool', count: tool },
    { kind: 'agent', count: agent },
  ] as const;
  return {
    number: node.kind === 'turn' ? String(node.turn) : '…',
    open,
    counts: counts.filter(({ count }) => count > 0),
    facts: factsOf(node.totals),
    errors,
  };
}

function markOf(node: PictureNode, closed: boolean): Appearance['mark'] {
  const own = node.kind === 'span' ? node.span.status : null;
  if (own === 'error') return 'error';
  if (own === 'open' || (closed && node.totals.open > 0)) return 'open';
  return own === 'aborted' ? 'aborted' : 'none';
}

function iconOf(node: PictureNode): IconName {
  if (node.kind === 'run') return toolIcon(node.tool);
  if (node.kind !== 'span') return 'phase';
  switch (node.span.kind) {
    case 'agent':
      return isOrchestrator(node) ? 'orchestrator' : 'agent';
    case 'tool':
      return toolIcon(node.span.name);
    case 'llm':
    case 'phase':
      return node.span.kind;
  }
}

const toolIcons: readonly (readonly [RegExp, IconName])[] = [
  [/^mcp__|^mcp\b/i, 'plug'],
  [/^(task|agent)$|sub-?agent|delegate/i, 'agent'],
  [/todo|plan|task/i, 'list'],
  [/bash|shell|exec|terminal|command/i, 'terminal'],
  [/web|fetch|http|browse/i, 'web'],
  [/edit|write|patch|replace|create|notebook/i, 'edit'],
  [/grep|glob|search|find/i, 'search'],
  [/read|view|open|cat|ls|list/i, 'read'],
];

function toolIcon(name: string): IconName {
  return toolIcons.find(([pattern]) => pattern.test(name))?.[1] ?? 'tool';
}
