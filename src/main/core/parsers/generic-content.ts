// The parts of a generic record that people read, in their fixed order.

import { asArray, asObject, asText } from '../../../shared/base/json.ts';
import type { ContentBlock, Part } from '../../../shared/model/content.ts';
import { answers, type GenericRecord } from './generic-fields.ts';
import type { EntryFact } from './parser.ts';

export interface LaidOut {
  readonly entry: EntryFact['entry'];
  readonly result?: boolean;
}

/** What each block of genericContent() is in the conversation; as many, in the same order. */
export function layOut(record: GenericRecord): readonly LaidOut[] {
  return blocksOf(record);
}

export function genericContent(record: GenericRecord): readonly ContentBlock[] {
  return blocksOf(record).map(({ block }) => block);
}

interface Block extends LaidOut {
  readonly block: ContentBlock;
}

function blocksOf(record: GenericRecord): readonly Block[] {
  const blocks = record.kind === 'tool' ? toolBlocks(record) : textBlocks(record);
  if (record.error === undefined || record.kind === 'tool') return blocks;
  return [...blocks, { entry: 'error', block: { kind: 'error', title: titleOf(record), text: record.error } }];
}

function toolBlocks(record: GenericRecord): readonly Block[] {
  const callId = record.id ?? '';
  const blocks: Block[] = [];
  const hasResult = record.toolOutput !== undefined || record.error !== undefined;
  if (record.toolInput !== undefined || !hasResult) {
    const input = record.toolInput ?? record.text ?? null;
    const command = asText(asObject(input)['command']);
    const call: ContentBlock = {
      kind: 'tool-call',
      callId,
      name: titleOf(record),
      input,
      ...(command !== undefined && { command }),
    };
    blocks.push({ entry: 'tool', block: call });
  }
  if (!hasResult) return blocks;
  const parts = [...partsOf(record.toolOutput), ...partsOf(record.error)];
  blocks.push({
    entry: 'tool',
    result: true,
    block: { kind: 'tool-result', callId, isError: record.error !== undefined, parts },
  });
  return blocks;
}

function textBlocks(record: GenericRecord): readonly Block[] {
  const parts = partsOf(record.text);
  if (parts.length === 0) return [];
  switch (speakerOf(record)) {
    case 'human':
      return [{ entry: 'prompt', block: { kind: 'prompt', parts } }];
    case 'model':
      return [{ entry: 'answer', block: { kind: 'answer', parts } }];
    case 'system':
      return [{ entry: 'system', block: { kind: 'system', title: titleOf(record), parts } }];
    case 'program': {
      const text = parts.map(part => (part.kind === 'text' ? part.text : '')).join('\n');
      return [{ entry: 'notice', block: { kind: 'notice', title: titleOf(record), text } }];
    }
  }
}

function speakerOf(record: GenericRecord): 'human' | 'model' | 'system' | 'program' {
  const { kind, role } = record;
  if (kind === 'llm') return 'model';
  if (kind !== 'message' || role === undefined) return 'program';
  if (role === 'user' || role === 'human') return 'human';
  if (answers(role)) return 'model';
  return role === 'system' || role === 'developer' ? 'system' : 'program';
}

function titleOf(record: GenericRecord): string {
  return record.name ?? record.role ?? record.type;
}

function partsOf(value: unknown): Part[] {
  if (value === undefined || value === null || value === '') return [];
  if (typeof value === 'string') return [{ kind: 'text', text: value }];
  if (Array.isArray(value) && value.every(isTextPiece)) return asArray(value).flatMap(pieceOf);
  return [{ kind: 'json', value }];
}

function isTextPiece(piece: unknown): boolean {
  return typeof piece === 'string' || typeof asObject(piece)['text'] === 'string';
}

function pieceOf(piece: unknown): Part[] {
  return partsOf(typeof piece === 'string' ? piece : asObject(piece)['text']);
}
