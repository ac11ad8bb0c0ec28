// The spans of one unit as facts. Each trace is a session of its own.
//
// Contract: pure. What only the whole trace could tell is told as far as this unit knows it: a call that wraps another
// call of the same unit is not counted; a parent that is not in the unit stays named, the store marks orphans.

import { asText, type JsonValue } from '../../../shared/base/json.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { SpanStatus } from '../../../shared/model/span.ts';
import { type Conversation, converse, PROMPT_KEY, type Told } from './otlp-entries.ts';
import { firstText, modelOf, responseIdOf, shownValues, toolNameOf, usageOf } from './otlp-genai.ts';
import { type PlacedSpan, relateSpans, type TraceNode } from './otlp-trace.ts';
import { jsonText } from './otlp-values.ts';
import { type Fact, oneLine, type SessionFact, type SpanFact } from './parser.ts';

/** `told` is what earlier units of the same file told; what this one tells is added to it. */
export function factsOf(placed: readonly PlacedSpan[], told: Told): readonly Fact[] {
  const traces = [...Map.groupBy(placed, ({ span }) => span.traceId)];
  return traces.flatMap(([traceId, spans]) => {
    const nodes = relateSpans(spans);
    const talk = converse(nodes, told);
    const hasTurn = told.asked.has(traceId);
    const prompts = talk.prompt === undefined ? [] : [promptFact(talk.prompt)];
    // The prompt comes before the spans of its turn.
    return [sessionFact(nodes, talk), ...prompts, ...nodes.map(node => spanFact(node, hasTurn)), ...talk.entries];
  });
}

function promptFact({ node, block, entry }: NonNullable<Conversation['prompt']>): Fact {
  const summary = textOf(node, block);
  return {
    kind: 'event',
    session: node.span.traceId,
    record: node.record,
    key: PROMPT_KEY,
    event: 'prompt',
    name: 'Prompt',
    span: node.span.spanId,
    turn: true,
    order: entry.order,
    ...(node.span.startUs === undefined ? {} : { atUs: node.span.startUs }),
    ...(summary === '' ? {} : { summary }),
  };
}

/** What services that are agents we know call themselves. */
const agentOfService: Readonly<Record<string, string>> = {
  'github-copilot': 'copilot-cli',
  codex_cli_rs: 'codex',
  codex_exec: 'codex',
};

function sessionFact(nodes: readonly TraceNode[], { prompt }: Conversation): SessionFact {
  const root = nodes.find(({ span }) => span.parentId === undefined);
  const speaker = root ?? nodes[0];
  const resource = speaker?.span.resource;
  const named = asText(resource?.get('service.name'));
  const service = named === undefined || /^unknown_service(:|$)/.test(named) ? undefined : named.slice(0, 100);
  const version = asText(resource?.get('service.version'));
  const model = nodes.findLast(node => node.kind === 'llm' && modelOf(node.span.attributes) !== undefined);
  const title = (prompt && textOf(prompt.node, prompt.block)) || oneLine(root?.span.name ?? '');
  return {
    kind: 'session',
    session: speaker?.span.traceId ?? '',
    record: speaker?.record ?? 0,
    project: service ?? 'otel',
    ...(service === undefined ? {} : { agent: agentOfService[service] ?? service }),
    ...(version === undefined ? {} : { agentVersion: version.slice(0, 100) }),
    ...(model === undefined ? {} : { model: modelOf(model.span.attributes) ?? '' }),
    ...(title === '' ? {} : { title: { source: 'prompt', text: title } }),
  };
}

function spanFact(node: TraceNode, hasTurn: boolean): SpanFact {
  const { span, kind } = node;
  const usage = usageOf(span.attributes);
  const model = modelOf(span.attributes);
  const responseId = responseIdOf(span.attributes);
  const summary = summaryOf(node);
  const attrs: Record<string, JsonValue> = shownValues(span);
  if (usage !== undefined && kind !== 'llm') attrs['aggregateUsage'] = { ...usage };
  const name = (kind === 'tool' ? toolNameOf(span) : undefined) ?? span.name;
  if (name !== span.name && span.name !== '') attrs['span.name'] = span.name.slice(0, 200);
  return {
    kind: 'span',
    session: span.traceId,
    record: node.record,
    key: span.spanId,
    span: kind,
    name: name === '' ? kind : name.slice(0, 300),
    parent: span.parentId ?? ROOT_SPAN,
    status: statusOf(node),
    role: 'body',
    attrs,
    ...(node.thread === ROOT_SPAN ? (hasTurn ? { turn: PROMPT_KEY } : {}) : { thread: node.thread }),
    ...(span.startUs === undefined ? {} : { startUs: span.startUs }),
    ...(span.endUs === undefined ? {} : { endUs: span.endUs }),
    ...(model === undefined || kind === 'phase' || kind === 'tool' ? {} : { model: model.slice(0, 200) }),
    ...(summary === '' ? {} : { summary }),
    ...(kind === 'llm' && usage !== undefined ? { usage, usageProvenance: 'reported' } : {}),
    ...(kind === 'llm' && responseId !== undefined ? { responseKey: `response:${responseId.slice(0, 300)}` } : {}),
    ...(kind === 'llm' && node.coversCall ? { counted: false } : {}),
  };
}

/** A status that was not set means that nobody complained. */
function statusOf({ span }: TraceNode): SpanStatus {
  if (span.status === 'error') return 'error';
  return span.endUs === undefined ? 'open' : 'ok';
}

function summaryOf(node: TraceNode): string {
  const { span, kind, content } = node;
  switch (kind) {
    case 'llm':
      return textOf(node, content.givenCount, content.blocks.length);
    case 'tool':
      return textOf(node, 0);
    case 'agent':
      return firstText(span.attributes, ['gen_ai.agent.name', 'agent.name']) ?? textOf(node, 0, content.givenCount);
    case 'phase':
      return textOf(node, 0) || oneLine(span.statusText);
  }
}

/** One line of the first readable block among those from `from` to before `to`. */
function textOf(node: TraceNode, from: number, to = from + 1): string {
  for (const block of node.content.blocks.slice(from, to)) {
    switch (block.kind) {
      case 'prompt':
      case 'system':
      case 'answer': {
        const text = block.parts.map(part => (part.kind === 'text' ? part.text : '')).find(part => part.trim() !== '');
        if (text !== undefined) return oneLine(text);
        break;
      }
      case 'tool-call': {
        const text = block.command ?? (block.input === null ? '' : jsonText(block.input));
        return oneLine(node.kind === 'tool' ? text : `${block.name} ${text}`);
      }
      case 'error':
        return oneLine(block.text === '' ? block.title : block.text);
      case 'notice':
        if (node.content.isRecorded) return oneLine(block.text);
        break;
      case 'thinking':
      case 'tool-result':
      case 'compaction':
        break;
    }
  }
  return '';
}
