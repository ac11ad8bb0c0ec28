// Reads Amp's threads: `~/.local/share/amp/threads/T-<id>.json`, one document, written anew with each message.
//
// Contract: never throws. The ledger tells what a response used, the message what of it a cache held; what the ledger
// tells of no message (titles, summaries) stands on a span of its own. Credits are Amp's own money, not dollars.
// Format: as other readers of it describe it; no real thread was at hand.

import { asArray, asCount, asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import { totalTokens, type Usage } from '../../../shared/model/usage.ts';
import { projectOf } from './claude-code.ts';
import { headValues } from './json-head.ts';
import { scanJson, type JsonChooser } from './json-ranges.ts';
import { newMessageState, sayMessage } from './message-facts.ts';
import { blockOf, piecesOf, type Fields, type Piece } from './message-pieces.ts';
import { oneLine, type DocumentParser, type Fact, type ParsedUnit, type RecordFact, type Sample } from './parser.ts';
import { attributes, saySession, sayPlainSpan, type Saying } from './saying.ts';

export const ampThread: DocumentParser = {
  id: 'amp-thread',
  version: 1,
  label: 'Amp threads',
  unit: 'document',
  recognise(sample: Sample) {
    const [head] = headValues(sample);
    if (head === undefined) return sample.complete || sample.text.trim() !== '' ? undefined : 'more';
    if (!isThread(head)) return undefined;
    return { agent: 'amp', session: asText(head['id']) ?? null, main: true };
  },
  begin: () => ({}),
  parseDocument,
  content: value => (isMessage(value) ? messagePieces(value).map(blockOf) : []),
};

function isThread(value: unknown): value is Fields {
  return isObject(value) && /^T-/.test(asText(value['id']) ?? '') && Array.isArray(value['messages']);
}

function isMessage(value: unknown): value is Fields {
  return isObject(value) && asText(value['role']) !== undefined && 'content' in value;
}

const roles = new Set(['user', 'assistant', 'info']);

const chooseMessages: JsonChooser = (path, opens) => {
  if (path.length === 0) return opens === '{' ? 'enter' : 'skip';
  if (path[0] !== 'messages') return 'skip';
  return path.length === 1 && opens === '[' ? 'enter' : path.length === 2 ? 'take' : 'skip';
};

function parseDocument(bytes: Uint8Array): ParsedUnit {
  const whole = { line: 1, offset: 0, length: bytes.length };
  const scan = scanJson(bytes, chooseMessages);
  const thread = scan.problem === undefined ? parsed(bytes) : undefined;
  if (!isThread(thread)) {
    const rejected = 'not a whole thread';
    return { records: [{ at: whole, type: 'thread', known: true, timeUs: null, rejected }], facts: [] };
  }
  const facts: Fact[] = [];
  const created = msToUs(thread['created']);
  const records: RecordFact[] = [{ at: whole, type: 'thread', known: true, timeUs: created ?? null }];
  sayThread({ facts, at: whole, timeUs: created, thread: ROOT_SPAN }, thread);
  const state = { ...newMessageState(), inputUs: created ?? null };
  const ledger = ledgerOf(thread);
  const messages = asArray(thread['messages']);
  for (const { path, start, end, line } of scan.ranges) {
    const message = messages[Number(path[1])];
    const at = { line, offset: start, length: end - start };
    if (!isMessage(message)) {
      records.push({ at, type: 'message', known: false, timeUs: null, rejected: 'not a message' });
      continue;
    }
    const id = asText(message['messageId']) ?? asNumber(message['messageId'])?.toString();
    const event = id === undefined ? undefined : take(ledger, id);
    const timeUs = timeOf(message, event);
    const role = asText(message['role'])?.slice(0, 80) ?? '';
    records.push({ at, type: `message/${role}`, known: roles.has(role), timeUs: timeUs ?? null });
    const used = asObject(message['usage']);
    sayMessage(
      {
        ...{ facts, at, timeUs, thread: ROOT_SPAN, state, record: records.length - 1 },
        key: `message:${id?.slice(0, 300) ?? `@${start}`}`,
        model: asText(used['model']) ?? asText(event?.['model']),
        usage: role === 'assistant' ? usageOf(used, event) : undefined,
        attrs: attributes({ credits: asNumber(event?.['credits']) ?? asNumber(used['credits']) }),
      },
      role,
      messagePieces(message),
    );
  }
  for (const [index, { event }] of ledger.entries()) sayUnasked(facts, event, index);
  return { records, facts };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined; // cut off, or no JSON after all
  }
}

function sayThread(saying: Saying, thread: Fields): void {
  const title = asText(thread['title']);
  const [tree] = asArray(asObject(asObject(thread['env'])['initial'])['trees']).map(asObject);
  const cwd = folderOf(asText(tree?.['uri']));
  const project = cwd === undefined ? asText(tree?.['displayName']) : projectOf(cwd);
  if (cwd !== undefined || project !== undefined) saySession(saying, { cwd, project });
  if (title !== undefined) saySession(saying, { title: { source: 'ai', text: oneLine(title) } });
}

function folderOf(uri: string | undefined): string | undefined {
  const path = uri === undefined ? undefined : /^file:\/\/(\/.*)$/.exec(uri)?.[1];
  try {
    return path === undefined ? undefined : decodeURIComponent(path);
  } catch {
    return path; // a percent sign that escapes nothing
  }
}

type Ledger = { readonly id: string | undefined; readonly event: Fields }[];

function ledgerOf(thread: Fields): Ledger {
  return asArray(asObject(thread['usageLedger'])['events'])
    .filter(isObject)
    .map(event => ({ id: asText(event['toMessageId']) ?? asNumber(event['toMessageId'])?.toString(), event }));
}

function take(ledger: Ledger, id: string): Fields | undefined {
  const index = ledger.findIndex(entry => entry.id === id);
  return index < 0 ? undefined : ledger.splice(index, 1)[0]?.event;
}

function timeOf(message: Fields, event: Fields | undefined): number | undefined {
  const sent = msToUs(asObject(message['meta'])['sentAt']);
  return sent ?? isoToUs(event?.['timestamp']) ?? isoToUs(asObject(message['usage'])['timestamp']);
}

function msToUs(value: unknown): number | undefined {
  const ms = asNumber(value);
  return ms === undefined || ms <= 0 || ms > 8.64e15 ? undefined : Math.round(ms * 1000);
}

/** With models of OpenAI what is told as written to a cache is plain input. */
function usageOf(used: Fields, event: Fields | undefined): Usage | undefined {
  const tokens = asObject(event?.['tokens']);
  const isPlain = /^(gpt|o\d)/i.test(asText(used['model']) ?? asText(event?.['model']) ?? '');
  const written = asCount(used['cacheCreationInputTokens']);
  const told = asCount(used['inputTokens']) + (isPlain ? written : 0);
  const usage: Usage = {
    input: isPlain ? Math.max(asCount(tokens['input']), told) : asCount(tokens['input'] ?? used['inputTokens']),
    output: asCount(tokens['output'] ?? used['outputTokens']),
    cacheRead: asCount(used['cacheReadInputTokens']),
    cacheCreation: isPlain ? 0 : written,
    cacheCreation1h: 0,
    reasoning: 0,
  };
  return totalTokens(usage) > 0 ? usage : undefined;
}

/** Used by the thread, for no message of it. */
function sayUnasked(facts: Fact[], event: Fields, index: number): void {
  const usage = usageOf({}, event);
  if (usage === undefined) return;
  const timeUs = isoToUs(event['timestamp']);
  const at = { line: 1, offset: 0, length: 0 };
  sayPlainSpan(
    { facts, at, timeUs, thread: ROOT_SPAN },
    {
      key: `ledger:${asText(event['id'])?.slice(0, 300) ?? index}`,
      span: 'phase',
      name: oneLine(asText(event['operationType']) ?? 'Tokens of no message'),
      parent: ROOT_SPAN,
      startUs: timeUs,
      endUs: timeUs,
      status: 'ok',
      model: asText(event['model']),
      usage,
      usageProvenance: 'reported',
      attrs: attributes({ credits: asNumber(event['credits']) }),
      role: 'usage',
    },
  );
}

/** Amp's results tell how the tool's run ended, and hold any value. */
function messagePieces(message: Fields): readonly Piece[] {
  const content = message['content'];
  const items = Array.isArray(content) ? content.map(toAnthropic) : content;
  const pieces = piecesOf(message['role'], items);
  const states = asArray(content)
    .map(asObject)
    .filter(item => item['type'] === 'tool_result')
    .map(item => asText(asObject(item['run'])['status']));
  let next = 0;
  return pieces.map(piece => {
    if (piece.kind !== 'result') return piece;
    const state = states[next++];
    return { ...piece, isAborted: state === 'cancelled' || state === 'rejected-by-user' };
  });
}

function toAnthropic(item: unknown): unknown {
  const fields = asObject(item);
  if (fields['type'] !== 'tool_result') return item;
  const run = asObject(fields['run']);
  const told = run['error'] ?? run['result'] ?? fields['content'];
  const text =
    typeof told === 'string' ? told : (asText(asObject(told)['output']) ?? asText(asObject(told)['message']));
  const content = text ?? (told === undefined || told === null ? [] : Array.isArray(told) ? told : [told]);
  const isError = run['status'] === 'error' || (asNumber(asObject(run['result'])['exitCode']) ?? 0) !== 0;
  return { type: 'tool_result', tool_use_id: fields['toolUseID'] ?? fields['tool_use_id'], is_error: isError, content };
}
