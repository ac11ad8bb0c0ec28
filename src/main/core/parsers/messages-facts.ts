// Facts of messages and answers, told one after another.
//
// Contract: pure but for its own memory. Keys are ids of answers and calls where there are any, else places. What a
// request repeats of the conversation so far is recognised by what it says, not by its place in the file.

import { asText, isObject, type JsonValue } from '../../../shared/base/json.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import { hashText } from './claude-code-agents.ts';
import {
  contentOf,
  type Fields,
  isAnthropicAnswer,
  isError,
  resultInside,
  stopReasonOf,
  usageOfAnswer,
} from './messages-shape.ts';
import { jsonText, readTime } from './otlp-values.ts';
import { type Fact, type LinePosition, oneLine, type ParsedUnit, type RecordFact } from './parser.ts';
import { safeKey, sayEntry, sayError, sayEvent, sayPlainSpan, saySession, type Saying } from './saying.ts';
import { inputSummary } from './tool-input.ts';

export class MessageTeller {
  private readonly session: string;
  private readonly records: RecordFact[] = [];
  private readonly facts: Fact[] = [];
  /** What was said so far, by fingerprint, and how far the request that is being read repeats it. */
  private said: string[] = [];
  private repeats = true;
  private instructed: string | undefined;
  private turn: string | undefined;
  private model: string | undefined;
  private titled = false;

  constructor(session: string) {
    this.session = session;
  }

  unit(length: number): ParsedUnit {
    if (this.records.length === 0)
      this.records.push({ at: { line: 1, offset: 0, length }, type: 'empty', known: true, timeUs: null });
    return { records: this.records, facts: this.facts };
  }

  reject(at: LinePosition, why: string): void {
    this.records.push({ at, type: 'document', known: true, timeUs: null, rejected: why });
  }

  request(value: Fields, at: LinePosition): void {
    const saying = this.record(at, 'request', value);
    this.repeats = true;
    // What answers name more exactly.
    if (this.model === undefined) this.noteModel(saying, asText(value['model']));
  }

  instructions(value: unknown, at: LinePosition): void {
    const saying = this.record(at, 'system', undefined);
    const fingerprint = hashText(jsonText(value));
    if (fingerprint === this.instructed) return;
    this.instructed = fingerprint;
    contentOf(value).forEach((_, block) => sayEntry(saying, { key: `${at.offset}:${block}`, entry: 'system', block }));
  }

  /** `index` is its place in the list of messages. */
  message(value: Fields, at: LinePosition, index: number): void {
    const role = asText(value['role']) ?? asText(value['type']) ?? 'message';
    const saying = this.record(at, `message/${role.slice(0, 80)}`, value);
    const blocks = contentOf(value);
    const fingerprint = fingerprintOf(blocks);
    if (this.repeats && this.said[index] === fingerprint) return;
    if (this.repeats) this.said = this.said.slice(0, index);
    this.repeats = false;
    this.said.push(fingerprint);
    const isModels = role === 'assistant' || blocks.some(block => block.kind === 'tool-call');
    if (!isModels) {
      blocks.forEach((block, at) => this.tellGiven(saying, block, at));
      return;
    }
    const key = `message:${at.offset}`;
    this.tellCall(saying, key, blocks, { model: asText(value['model']) ?? this.model, status: 'ok' });
  }

  answer(value: Fields, at: LinePosition, complete: boolean): void {
    const saying = this.record(at, isAnthropicAnswer(value) ? 'message' : (asText(value['object']) ?? 'answer'), value);
    this.tellAnswer(saying, value, complete);
  }

  batchResult(line: Fields, at: LinePosition): void {
    const saying = this.record(at, 'batch result', line);
    const inside = resultInside(line);
    const id = asText(line['custom_id']);
    if (isError(inside)) this.tellError(saying, inside, id);
    else this.tellAnswer(saying, inside, true, id);
  }

  error(value: Fields, at: LinePosition): void {
    this.tellError(this.record(at, 'error', value), value);
  }

  private record(at: LinePosition, type: string, value: Fields | undefined): Saying {
    const timeUs = readTime(value?.['timestamp'] ?? value?.['created_at'] ?? value?.['created']);
    const { session } = this;
    this.records.push({ at, type, known: true, timeUs: timeUs ?? null, session });
    return { facts: this.facts, at, timeUs, thread: ROOT_SPAN, record: this.records.length - 1 };
  }

  private noteModel(saying: Saying, model: string | undefined): void {
    if (model === undefined || model === this.model) return;
    this.model = model;
    saySession(saying, { model });
  }

  private tellAnswer(saying: Saying, value: Fields, complete: boolean, batchId?: string): void {
    const id = asText(value['id']);
    const blocks = contentOf(value);
    const model = asText(value['model']);
    const usage = usageOfAnswer(value);
    const stopReason = stopReasonOf(value);
    const failure = isObject(value['error']) ? value : undefined;
    this.noteModel(saying, model);
    this.said.push(fingerprintOf(blocks));
    const attrs: Record<string, JsonValue> = {};
    if (stopReason !== undefined) attrs['stopReason'] = stopReason;
    if (batchId !== undefined) attrs['customId'] = batchId.slice(0, 200);
    const key = safeKey(id ?? `message:${saying.at.offset}`);
    this.tellCall(saying, key, blocks, {
      model,
      status: failure !== undefined || value['status'] === 'failed' ? 'error' : complete ? 'ok' : 'aborted',
      attrs,
      ...(usage === undefined ? {} : { usage, usageProvenance: 'reported' as const }),
      ...(id === undefined ? {} : { responseKey: `${isAnthropicAnswer(value) ? 'message' : 'response'}:${id}` }),
    });
    if (failure !== undefined) {
      const error = { type: 'error', error: failure['error'] };
      if (isError(error))
        sayEvent(saying, { key: `${key}:error`, event: 'error', name: 'error', summary: summaryOf(contentOf(error)) });
    }
  }

  private tellError(saying: Saying, value: Fields, id?: string): void {
    const [block] = contentOf(value);
    if (block?.kind !== 'error') return;
    const text = id === undefined ? block.text : `${id}: ${block.text}`;
    sayError(saying, `error:${saying.at.offset}`, block.title, text, 0);
  }

  /** A model call with what it answered. */
  private tellCall(
    saying: Saying,
    key: string,
    blocks: readonly ContentBlock[],
    span: Omit<Parameters<typeof sayPlainSpan>[1], 'key'>,
  ): void {
    const summary = summaryOf(blocks);
    sayPlainSpan(saying, {
      ...span,
      key,
      span: 'llm',
      name: span.model ?? 'model',
      parent: ROOT_SPAN,
      turn: this.turn,
      startUs: saying.timeUs,
      endUs: saying.timeUs,
      summary,
      role: 'response',
    });
    blocks.forEach((block, at) => {
      switch (block.kind) {
        case 'tool-call':
          this.tellToolCall(saying, key, block, at);
          return;
        case 'tool-result':
          this.tellGiven(saying, block, at);
          return;
        case 'thinking':
          sayEntry(saying, { key: `${key}:${at}`, entry: 'thinking', block: at, span: key });
          return;
        default:
          sayEntry(saying, { key: `${key}:${at}`, entry: 'answer', block: at, span: key });
      }
    });
  }

  private tellToolCall(
    saying: Saying,
    response: string,
    call: Extract<ContentBlock, { kind: 'tool-call' }>,
    block: number,
  ): void {
    const key = call.callId === '' ? `${response}/${block}` : safeKey(call.callId);
    sayPlainSpan(saying, {
      key,
      span: 'tool',
      name: oneLine(call.name) || 'tool',
      parent: response,
      turn: this.turn,
      startUs: saying.timeUs,
      status: 'open',
      summary: inputSummary(call.name, call.input),
      role: 'call',
    });
    sayEntry(saying, { key, entry: 'tool', block, span: key });
  }

  /** What a user, a tool or the program said. */
  private tellGiven(saying: Saying, block: ContentBlock, at: number): void {
    const own = `${saying.at.offset}:${at}`;
    switch (block.kind) {
      case 'prompt': {
        const text = oneLine(textOf(block));
        this.turn = own;
        sayEvent(saying, { key: own, event: 'prompt', name: 'Prompt', summary: text || undefined, turn: true });
        sayEntry(saying, { key: own, entry: 'prompt', block: at, event: own });
        if (!this.titled && text !== '') saySession(saying, { title: { source: 'prompt', text } });
        this.titled ||= text !== '';
        return;
      }
      case 'tool-result': {
        const key = block.callId === '' ? own : safeKey(block.callId);
        // The call may not be in the file: what is known of it only fills what is empty.
        sayPlainSpan(saying, { key, span: 'tool', name: 'tool', parent: ROOT_SPAN, weak: true });
        sayPlainSpan(saying, {
          key,
          span: 'tool',
          status: block.isError ? 'error' : 'ok',
          endUs: saying.timeUs,
          role: 'result',
        });
        sayEntry(saying, { key, entry: 'tool', block: at, span: key, result: true });
        return;
      }
      default:
        sayEntry(saying, { key: own, entry: block.kind === 'error' ? 'error' : 'system', block: at });
    }
  }
}

function textOf(block: Extract<ContentBlock, { kind: 'prompt' | 'answer' }>): string {
  return block.parts.map(part => (part.kind === 'text' ? part.text : '')).join(' ');
}

/** One line of the first thing that was said, else of the first call. */
function summaryOf(blocks: readonly ContentBlock[]): string | undefined {
  for (const block of blocks) {
    if (block.kind === 'answer' && textOf(block).trim() !== '') return oneLine(textOf(block));
    if (block.kind === 'error') return oneLine(block.text);
  }
  const call = blocks.find(block => block.kind === 'tool-call');
  return call === undefined ? undefined : oneLine(`${call.name} ${inputSummary(call.name, call.input) ?? ''}`.trim());
}

/** Thoughts are often left out when a message is sent again. */
function fingerprintOf(blocks: readonly ContentBlock[]): string {
  return hashText(jsonText(blocks.filter(block => block.kind !== 'thinking')));
}
