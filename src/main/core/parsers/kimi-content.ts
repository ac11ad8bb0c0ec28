// What people read of one record of a Kimi Code wire log: one block a record, or none; and which records there are.

import { asArray, asObject, asText } from '../../../shared/base/json.ts';
import type { ContentBlock, Part } from '../../../shared/model/content.ts';
import { given } from './saying.ts';
import { commandOf, inputDiffs } from './tool-input.ts';

export type Fields = Readonly<Record<string, unknown>>;
type Block<K extends ContentBlock['kind']> = Extract<ContentBlock, { kind: K }>;

const types = new Set([
  ...['metadata', 'config.update', 'tools.set_active_tools', 'turn.prompt', 'context.append_message', 'llm.request'],
  ...['llm.tools_snapshot', 'usage.record', 'permission.record_approval_result', 'plan_mode.enter', 'plan_mode.exit'],
  ...['full_compaction.begin', 'full_compaction.complete', 'context.apply_compaction'],
]);
const events = new Set(['step.begin', 'step.end', 'content.part', 'tool.call', 'tool.result']);

const LOOP = 'context.append_loop_event';

/** `context.append_loop_event` holds events of its own types. */
export function typeOf(record: Fields): string {
  const type = asText(record['type'])?.slice(0, 80) ?? 'untyped';
  return type === LOOP ? `loop/${asText(asObject(record['event'])['type'])?.slice(0, 80) ?? ''}` : type;
}

export function isKnown(record: Fields): boolean {
  const type = asText(record['type']) ?? '';
  return type === LOOP ? events.has(asText(asObject(record['event'])['type']) ?? '') : types.has(type);
}

export function kimiContent(value: unknown): readonly ContentBlock[] {
  const record = asObject(value);
  switch (record['type']) {
    case 'turn.prompt':
      return [{ kind: 'prompt', parts: partsOf(record['input']) }];
    case 'context.append_message':
      return [{ kind: 'system', title: 'Context', parts: partsOf(asObject(record['message'])['content']) }];
    case 'context.apply_compaction':
      return [
        { kind: 'compaction', title: 'Summary of the conversation so far', text: asText(record['summary']) ?? '' },
      ];
    case LOOP:
      return eventContent(asObject(record['event']));
    default:
      return [];
  }
}

function eventContent(event: Fields): readonly ContentBlock[] {
  switch (event['type']) {
    case 'content.part':
      return [partContent(asObject(event['part']))];
    case 'tool.call':
      return [callBlock(event)];
    case 'tool.result': {
      const output = outputOf(event);
      return [
        given<Block<'tool-result'>>({
          kind: 'tool-result',
          callId: asText(event['toolCallId']) ?? asText(event['parentUuid']) ?? '',
          isError: asObject(event['result'])['isError'] === true,
          parts: output === '' ? [] : [{ kind: 'text', text: output }],
          exitCode: exitCodeOf(output),
          diffs: undefined,
        }),
      ];
    }
    default:
      return [];
  }
}

function partContent(part: Fields): ContentBlock {
  switch (part['type']) {
    case 'text':
      return { kind: 'answer', parts: [{ kind: 'text', text: asText(part['text']) ?? '' }] };
    case 'think': {
      const text = asText(part['think']) ?? '';
      return { kind: 'thinking', text, hidden: text.trim() === '' };
    }
    default:
      return { kind: 'notice', title: asText(part['type']) ?? 'Part', text: JSON.stringify(part, null, 2) };
  }
}

export function callBlock(event: Fields): Block<'tool-call'> {
  const name = asText(event['name']) ?? 'tool';
  const input = event['args'] ?? null;
  const diffs = inputDiffs(name, input);
  return given<Block<'tool-call'>>({
    kind: 'tool-call',
    callId: asText(event['toolCallId']) ?? asText(event['uuid']) ?? '',
    name,
    input,
    command: commandOf(name, input),
    diffs: diffs === undefined ? undefined : [...diffs],
  });
}

/** What a tool answered: a text, or a list of parts. */
export function outputOf(event: Fields): string {
  const { output } = asObject(event['result']);
  return typeof output === 'string' ? output : textOf(output);
}

/** `Command failed with exit code: 1.` at the end of what the shell tool answers. */
export function exitCodeOf(output: string): number | undefined {
  const digits = /Command failed with exit code: (\d{1,9})\.\s*$/.exec(output.slice(-100))?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function partsOf(content: unknown): Part[] {
  const items = typeof content === 'string' ? [{ text: content }] : asArray(content);
  return items.map((item): Part => {
    const fields = asObject(item);
    const text = asText(fields['text']);
    if (text !== undefined) return { kind: 'text', text };
    const url = asText(asObject(fields['imageUrl'] ?? fields['image_url'])['url']) ?? '';
    const [, mediaType, base64] = /^data:([\w/+.-]+);base64,(.+)$/s.exec(url) ?? [];
    if (mediaType !== undefined && base64 !== undefined) return { kind: 'image', mediaType, base64 };
    return url === '' ? { kind: 'json', value: item ?? null } : { kind: 'file', name: url, note: 'image' };
  });
}

export function textOf(content: unknown): string {
  return partsOf(content)
    .flatMap(part => (part.kind === 'text' ? [part.text] : []))
    .join('\n');
}
