// The conversation of one trace: what was asked, each model call's answer, each tool call with its result, errors.
//
// Contract: pure. Model calls repeat the whole history in their input; what is shown is the input of the first call of a
// conversation up to the question, then what came of each call. A call that wraps another shows nothing twice.

import type { ContentBlock } from '../../../shared/model/content.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import { callIdOf, toolNameOf } from './otlp-genai.ts';
import type { TraceNode } from './otlp-trace.ts';
import type { EntryFact } from './parser.ts';

/** Key of the event that begins the trace's turn. */
export const PROMPT_KEY = 'prompt';

export interface Conversation {
  readonly entries: readonly EntryFact[];
  /** The question that began it: the span that holds it, the block's index in its content, its entry. */
  readonly prompt: { readonly node: TraceNode; readonly block: number; readonly entry: EntryFact } | undefined;
}

/** What earlier units of the same file told already: of which traces the question, which calls, by spans or answers. */
export interface Told {
  readonly asked: Set<string>;
  readonly executed: Set<string>;
  readonly shown: Set<string>;
}

export function nothingTold(): Told {
  return { asked: new Set(), executed: new Set(), shown: new Set() };
}

/** `nodes` are of one trace, in the order of time. What is told now is added to `told`. */
export function converse(nodes: readonly TraceNode[], told: Told): Conversation {
  return new Teller(nodes, told).tell();
}

type Draft = Omit<EntryFact, 'order'> & { readonly time: number };
type Half = { readonly result?: true };

class Teller {
  private readonly nodes: readonly TraceNode[];
  private readonly openers: ReadonlyMap<string, TraceNode>;
  /** Tool spans by the id of the call that they execute; the first one where an id came again. */
  private readonly executed = new Map<string, TraceNode>();
  /** Tool spans that no call was matched with yet, by tool name. */
  private readonly unmatched = new Map<string, TraceNode[]>();
  private readonly told: Told;
  private readonly drafts: Draft[] = [];
  private promptDraft: { readonly node: TraceNode; readonly block: number; readonly draft: Draft } | undefined;

  constructor(nodes: readonly TraceNode[], told: Told) {
    this.nodes = nodes;
    this.told = told;
    this.openers = findOpeners(nodes, told);
    for (const node of nodes) {
      if (node.kind !== 'tool') continue;
      const callId = callIdOf(node.span.attributes);
      if (callId !== undefined) this.markExecuted(node, callId);
      const name = toolNameOf(node.span) ?? '';
      if (!this.unmatched.get(name)?.push(node)) this.unmatched.set(name, [node]);
    }
  }

  tell(): Conversation {
    for (const node of this.nodes) {
      if (this.openers.get(node.thread) === node) this.tellQuestion(node);
      switch (node.kind) {
        case 'llm':
          this.tellCall(node);
          break;
        case 'tool':
          this.tellTool(node);
          break;
        case 'agent':
        case 'phase':
          this.tellErrors(node);
          break;
      }
    }
    return this.inOrder();
  }

  /** The input up to the last thing that a user said; what follows it was told by earlier calls of this turn. */
  private tellQuestion(node: TraceNode): void {
    const asked = lastPrompt(node);
    node.content.blocks.slice(0, asked + 1).forEach((block, n) => {
      const key = `in/${node.thread}/${n}`;
      if (block.kind === 'tool-call' || block.kind === 'tool-result') {
        if (block.callId !== '')
          this.tellHalf(node, block.callId, n, block.kind === 'tool-result' ? { result: true } : {});
        return;
      }
      const isQuestion = n === asked && node.thread === ROOT_SPAN;
      if (isQuestion) this.told.asked.add(node.span.traceId);
      const draft = this.add(node, key, entryKind(block), n, isQuestion ? { event: PROMPT_KEY } : {});
      if (isQuestion) this.promptDraft = { node, block: n, draft };
    });
  }

  private tellCall(node: TraceNode): void {
    const { blocks, givenCount } = node.content;
    this.tellNewResults(node);
    const isTwice = node.coversAnswer || (node.isInsideAnswer && !node.content.isRecorded);
    if (isTwice) return;
    for (let n = givenCount; n < blocks.length; n += 1) {
      const block = blocks[n];
      if (block === undefined || (block.kind === 'error' && node.repeatsError)) continue;
      const ownKey = `${node.span.spanId}/${n}`;
      if (block.kind === 'tool-call') {
        if (this.isExecuted(node, block.callId, block.name)) continue;
        this.tellHalf(node, block.callId || ownKey, n, {});
      } else if (block.kind === 'tool-result') {
        if (this.told.shown.has(inTrace(node, block.callId))) this.tellHalf(node, block.callId, n, { result: true });
      } else this.add(node, ownKey, entryKind(block), n);
    }
  }

  /** Results of tools that no span executed: they are known only from the input of the next call. */
  private tellNewResults(node: TraceNode): void {
    const { blocks, givenCount } = node.content;
    const given = blocks.slice(0, givenCount);
    const lastAnswer = given.findLastIndex(block => block.kind === 'answer' || block.kind === 'tool-call');
    for (let n = lastAnswer + 1; n < givenCount; n += 1) {
      const block = given[n];
      if (block?.kind !== 'tool-result' || block.callId === '') continue;
      if (this.told.executed.has(inTrace(node, block.callId))) continue;
      const { callId } = block;
      const call = given.findLastIndex(other => other.kind === 'tool-call' && other.callId === callId);
      if (!this.told.shown.has(inTrace(node, callId))) {
        if (call < 0) continue;
        this.tellHalf(node, callId, call, {});
      }
      this.tellHalf(node, callId, n, { result: true });
    }
  }

  /** Whether a span of this unit tells the call. Where one of the two has no id they are matched by name, in order. */
  private isExecuted(node: TraceNode, callId: string, name: string): boolean {
    if (this.told.executed.has(inTrace(node, callId))) return true;
    const tools = this.unmatched.get(name) ?? [];
    const at = tools.findIndex(
      ({ span }) =>
        (span.startUs ?? 0) >= (node.span.startUs ?? 0) && (callId === '' || callIdOf(span.attributes) === undefined),
    );
    const [tool] = at < 0 ? [] : tools.splice(at, 1);
    if (tool !== undefined && callId !== '') this.markExecuted(tool, callId);
    return tool !== undefined;
  }

  private markExecuted(tool: TraceNode, callId: string): void {
    if (!this.executed.has(callId)) this.executed.set(callId, tool);
    this.told.executed.add(inTrace(tool, callId));
  }

  private tellTool(node: TraceNode): void {
    const callId = callIdOf(node.span.attributes);
    const key = callId !== undefined && this.executed.get(callId) === node ? callId : node.span.spanId;
    this.tellHalf(node, key, 0, {});
    if (node.content.blocks.length > 1) this.tellHalf(node, key, 1, { result: true });
  }

  private tellErrors(node: TraceNode): void {
    if (node.repeatsError) return;
    node.content.blocks.forEach((block, n) => {
      if (block.kind === 'error') this.add(node, `${node.span.spanId}/${n}`, 'error', n);
    });
  }

  private tellHalf(node: TraceNode, key: string, block: number, half: Half): void {
    if (half.result !== true) this.told.shown.add(inTrace(node, key));
    this.add(node, key, 'tool', block, half);
  }

  private add(
    node: TraceNode,
    key: string,
    entry: EntryFact['entry'],
    block: number,
    more: Half & { readonly event?: string } = {},
  ): Draft {
    const { startUs, endUs, traceId, spanId } = node.span;
    const isOutcome = block >= node.content.givenCount;
    const time = (entry === 'error' ? endUs : startUs) ?? startUs ?? 0;
    const atUs = isOutcome ? (endUs ?? startUs) : startUs;
    const draft: Draft = {
      kind: 'entry',
      session: traceId,
      record: node.record,
      key,
      entry,
      block: node.firstBlock + block,
      span: spanId,
      time,
      ...(node.thread === ROOT_SPAN ? {} : { thread: node.thread }),
      ...(atUs === undefined ? {} : { atUs }),
      ...more,
    };
    this.drafts.push(draft);
    return draft;
  }

  /** Microseconds of the span's start give the place; what would fall on one microsecond moves to the next. */
  private inOrder(): Conversation {
    const entries: EntryFact[] = [];
    let prompt: Conversation['prompt'];
    let last = 0;
    for (const draft of this.drafts.toSorted((a, b) => a.time - b.time)) {
      last = Math.max(draft.time, last + 1);
      const { time: _, ...fact } = draft;
      const entry = { ...fact, order: last };
      entries.push(entry);
      if (this.promptDraft?.draft === draft)
        prompt = { node: this.promptDraft.node, block: this.promptDraft.block, entry };
    }
    return { entries, prompt };
  }
}

/** The span that tells the question of each conversation: its first model call with one, else its first agent span. */
function findOpeners(nodes: readonly TraceNode[], told: Told): ReadonlyMap<string, TraceNode> {
  const openers = new Map<string, TraceNode>();
  for (const kind of ['llm', 'agent'])
    for (const node of nodes) {
      if (node.kind !== kind || openers.has(node.thread)) continue;
      if (node.thread === ROOT_SPAN && told.asked.has(node.span.traceId)) continue;
      if (lastPrompt(node) >= 0) openers.set(node.thread, node);
    }
  return openers;
}

/** Calls that models number themselves come again in other traces. */
function inTrace({ span }: TraceNode, callId: string): string {
  return `${span.traceId}/${callId}`;
}

function lastPrompt({ content }: TraceNode): number {
  return content.blocks.slice(0, content.givenCount).findLastIndex(block => block.kind === 'prompt');
}

function entryKind(block: ContentBlock): EntryFact['entry'] {
  return block.kind === 'tool-call' || block.kind === 'tool-result' ? 'tool' : block.kind;
}
