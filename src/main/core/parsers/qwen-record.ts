// One record of a Qwen Code chat: what kind it is, and the pieces that people read of it, in order. Facts and content()
// both follow this list: piece n is block n of the record.

import { asArray, asObject, asText, isObject } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import { contextTitle, type Piece, type ToolRecord } from './gemini-message.ts';
import { functionResponseOf, isThought, partsOf, readablePart, readableParts, textOfParts } from './gemini-parts.ts';
import { safeKey } from './saying.ts';

export type Fields = Readonly<Record<string, unknown>>;

const types = new Set(['user', 'assistant', 'tool_result', 'system']);

/** Told by its keys: `{uuid, parentUuid, sessionId, timestamp, type, cwd, version}`; Claude Code's have others besides. */
export function isRecord(value: unknown): value is Fields {
  return (
    isObject(value) &&
    typeof value['uuid'] === 'string' &&
    'parentUuid' in value &&
    typeof value['sessionId'] === 'string' &&
    types.has(String(value['type']))
  );
}

/** True for records that only Qwen Code writes: messages of parts, payloads of the system. */
export function isQwenRecord(value: unknown): value is Fields {
  if (!isRecord(value)) return false;
  if (value['type'] === 'system') return 'systemPayload' in value && asText(value['subtype']) !== undefined;
  return Array.isArray(asObject(value['message'])['parts']);
}

/** Subtypes whose records say nothing of the conversation: settings, snapshots, what restores a session. */
const quiet = new Set([
  ...['session_notes', 'attribution_snapshot', 'parent_session', 'session_source', 'session_execution_engine'],
  ...['omni_recall', 'session_approval_mode', 'agent_bootstrap', 'agent_session_ready', 'user_text_elements'],
  ...['session_artifact_event', 'session_artifact_snapshot', 'session_sources_snapshot', 'branch_checkpoint'],
  ...['goal_state', 'goal_turn_end', 'managed_session_header_v1', 'managed_session_event_v1'],
  ...['managed_session_commit_v1', 'file_history_snapshot', 'agent_retry', 'session_model', 'custom_title'],
]);
const telling = new Set([
  ...['chat_compression', 'slash_command', 'ui_telemetry', 'at_command', 'background_task_completed', 'rewind'],
  ...['turn_result', 'notification', 'cron', 'mid_turn_user_message', 'goal_runtime', 'realtime_message'],
  'agent_launch_prompt',
]);

export function typeOf(record: Fields): { readonly type: string; readonly known: boolean } {
  const type = String(record['type']);
  const subtype = asText(record['subtype']);
  if (subtype === undefined) return { type, known: type !== 'system' };
  return { type: `${type}/${subtype.slice(0, 80)}`, known: quiet.has(subtype) || telling.has(subtype) };
}

export function piecesOf(record: Fields): readonly Piece[] {
  switch (record['type']) {
    case 'user':
      return userPieces(record);
    case 'assistant':
      return answerPieces(record);
    case 'tool_result':
      return resultPieces(record);
    case 'system':
      return systemPieces(asText(record['subtype']), payloadOf(record));
    default:
      return [];
  }
}

export function payloadOf(record: Fields): Fields {
  return asObject(record['systemPayload']);
}

const injected: Readonly<Record<string, string>> = {
  notification: 'Notification',
  cron: 'Scheduled prompt',
  goal_runtime: 'Goal',
};

function userPieces(record: Fields): readonly Piece[] {
  const parts = partsOf(asObject(record['message'])['parts']);
  const shown = asText(payloadOf(record)['displayText']);
  const title = injected[asText(record['subtype']) ?? ''];
  const said =
    shown === undefined
      ? readableParts(parts)
      : [{ kind: 'text', text: shown } as const, ...readableParts(parts).filter(part => part.kind !== 'text')];
  if (said.length === 0) return [];
  const context = title ?? contextTitle(textOfParts(said));
  return [context === undefined ? { kind: 'prompt', parts: said } : { kind: 'context', title: context, parts: said }];
}

function answerPieces(record: Fields): readonly Piece[] {
  return partsOf(asObject(record['message'])['parts']).flatMap((part, index): readonly Piece[] => {
    const call = part['functionCall'];
    if (isObject(call)) return [{ kind: 'call', tool: toolOf(record, call, index) }];
    if (isThought(part)) {
      const text = asText(part['text']);
      return text === undefined ? [] : [{ kind: 'thinking', text }];
    }
    const said = readablePart(part);
    return said === undefined ? [] : [{ kind: 'answer', parts: [said] }];
  });
}

function toolOf(record: Fields, call: Fields, index: number): ToolRecord {
  return {
    id: safeKey(asText(call['id']) ?? `tool:${asText(record['uuid']) ?? ''}:${index}`),
    name: asText(call['name']) ?? 'tool',
    args: call['args'],
    ...{ status: undefined, endUs: undefined, responses: [], display: undefined, agentId: undefined, label: undefined },
  };
}

function resultPieces(record: Fields): readonly Piece[] {
  const parts = partsOf(asObject(record['message'])['parts']);
  const responses = parts.flatMap(part => functionResponseOf(part) ?? []);
  const result = asObject(record['toolCallResult']);
  const beside = parts.filter(part => functionResponseOf(part) === undefined);
  return responses.map((response, index): Piece => {
    const own = responses.length === 1 || asText(result['callId']) === response.id;
    const tool: ToolRecord = {
      id: safeKey(response.id ?? asText(result['callId']) ?? `result:${asText(record['uuid']) ?? ''}:${index}`),
      name: response.name ?? 'tool',
      args: undefined,
      status: own ? asText(result['status']) : undefined,
      endUs: isoToUs(record['timestamp']),
      // Media that a tool read stands beside its response.
      responses: [index === 0 ? { ...response, parts: [...response.parts, ...beside] } : response],
      display: own ? result['resultDisplay'] : undefined,
      agentId: undefined,
      label: undefined,
    };
    return { kind: 'result', tool };
  });
}

function systemPieces(subtype: string | undefined, payload: Fields): readonly Piece[] {
  switch (subtype) {
    case 'chat_compression':
      return [{ kind: 'compaction', text: summaryIn(payload['compressedHistory']) }];
    case 'slash_command': {
      if (payload['phase'] === 'invocation') return note(asText(payload['rawCommand']));
      const items = asArray(payload['outputHistoryItems']).map(item => asText(asObject(item)['text']));
      return note(items.filter(text => text !== undefined).join('\n'));
    }
    case 'at_command': {
      const files = asArray(payload['filesRead']).filter(file => typeof file === 'string');
      return note(asText(payload['message']) ?? (files.length === 0 ? undefined : `Read ${files.join(', ')}`));
    }
    case 'ui_telemetry': {
      const error = apiError(payload);
      return error === undefined ? [] : [{ kind: 'error', text: error.text }];
    }
    case 'background_task_completed':
      return note(asText(payload['displayText']));
    case 'rewind':
      return note('What follows the prompt that was gone back to is left out from here on.');
    case 'turn_result': {
      const message = asText(asObject(payload['error'])['message']);
      return payload['state'] === 'error' ? [{ kind: 'warning', text: message ?? 'the turn failed' }] : [];
    }
    default:
      return [];
  }
}

function note(text: string | undefined): readonly Piece[] {
  return text === undefined || text === '' ? [] : [{ kind: 'note', text }];
}

/** A failed request to the model, as its telemetry tells it. */
export function apiError(payload: Fields): { readonly name: string; readonly text: string } | undefined {
  const event = asObject(payload['uiEvent']);
  if (!/\.api_error$/.test(asText(event['event.name']) ?? '')) return undefined;
  return {
    name: asText(event['error_type']) ?? 'API error',
    text: asText(event['error_message']) ?? asText(event['error']) ?? 'API error',
  };
}

/** The summary that the history begins with after a compaction. */
function summaryIn(history: unknown): string {
  const texts = asArray(history).map(content => textOfParts(readableParts(partsOf(asObject(content)['parts']))));
  return texts.find(text => text.includes('<state_snapshot>')) ?? texts.find(text => text !== '') ?? '';
}
