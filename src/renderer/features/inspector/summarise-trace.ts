// A session in figures, from its trace. Pure.

import { ROOT_SPAN, type SpanId } from '../../../shared/model/ids.ts';
import type { SessionEvent, Span } from '../../../shared/model/span.ts';
import { addUsage, noUsage, totalTokens, type Usage } from '../../../shared/model/usage.ts';

export interface TraceSummary {
  /** The session's own span is not counted among the agents. */
  readonly counts: {
    readonly turns: number;
    readonly llm: number;
    readonly tool: number;
    readonly agent: number;
    readonly phase: number;
  };
  readonly usage: Usage;
  /** By tokens, most first. */
  readonly models: readonly { readonly name: string; readonly calls: number; readonly tokens: number }[];
  /** By calls, most first. */
  readonly tools: readonly { readonly name: string; readonly calls: number; readonly errors: number }[];
  /** In order of time. */
  readonly errors: readonly (Span | SessionEvent)[];
  readonly running: number;
  readonly startUs: number | null;
  readonly endUs: number | null;
}

export function summariseTrace(
  spans: ReadonlyMap<SpanId, Span>,
  events: ReadonlyMap<string, SessionEvent>,
): TraceSummary {
  const counts = { turns: 0, llm: 0, tool: 0, agent: 0, phase: 0 };
  const models = new Map<string, { calls: number; tokens: number }>();
  const tools = new Map<string, { calls: number; errors: number }>();
  const errors: (Span | SessionEvent)[] = [];
  let usage = noUsage;
  let running = 0;
  let startUs: number | null = null;
  let endUs: number | null = null;
  const see = (us: number | null) => {
    if (us === null) return;
    startUs = startUs === null ? us : Math.min(startUs, us);
    endUs = endUs === null ? us : Math.max(endUs, us);
  };
  for (const span of spans.values()) {
    see(span.startUs);
    see(span.endUs);
    if (span.id === ROOT_SPAN) continue;
    counts[span.kind] += 1;
    if (span.status === 'open') running += 1;
    if (span.status === 'error') errors.push(span);
    const own = span.usage && span.counted ? span.usage : noUsage;
    usage = addUsage(usage, own);
    if (span.kind === 'llm') {
      const model = models.get(span.model ?? '') ?? { calls: 0, tokens: 0 };
      models.set(span.model ?? '', { calls: model.calls + 1, tokens: model.tokens + totalTokens(own) });
    }
    if (span.kind === 'tool') {
      const tool = tools.get(span.name) ?? { calls: 0, errors: 0 };
      tools.set(span.name, { calls: tool.calls + 1, errors: tool.errors + (span.status === 'error' ? 1 : 0) });
    }
  }
  for (const event of events.values()) {
    see(event.atUs);
    if (event.kind === 'prompt' && event.turn !== null && event.turn > 0) counts.turns += 1;
    if (event.kind === 'error' || event.kind === 'rejected') errors.push(event);
  }
  return {
    counts,
    usage,
    models: [...models].map(([name, model]) => ({ name, ...model })).sort((a, b) => b.tokens - a.tokens),
    tools: [...tools].map(([name, tool]) => ({ name, ...tool })).sort((a, b) => b.calls - a.calls),
    errors: errors.sort((a, b) => (timeOf(a) ?? 0) - (timeOf(b) ?? 0)),
    running,
    startUs,
    endUs,
  };
}

export function timeOf(item: Span | SessionEvent): number | null {
  return 'atUs' in item ? item.atUs : item.startUs;
}
