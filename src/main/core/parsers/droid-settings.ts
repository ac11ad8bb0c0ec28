// `<id>.settings.json` beside a Droid session: its model, and all the tokens that it used so far.
//
// Contract: never throws. The total is no response's own: it stands on a span of its own, and each later one replaces
// it. What subagents used is in their own sessions (`inclusiveTokenUsage` holds it once more and is left out).

import { asCount, asNumber, asObject, asText, isObject } from '../../../shared/base/json.ts';
import { isoToUs } from '../../../shared/base/time.ts';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { ContentBlock } from '../../../shared/model/content.ts';
import { totalTokens, type Usage } from '../../../shared/model/usage.ts';
import { headValues } from './json-head.ts';
import type { Fields } from './message-pieces.ts';
import { oneLine, type DocumentParser, type Fact, type FileHint, type ParsedUnit } from './parser.ts';
import { attributes, given, saySession, sayPlainSpan } from './saying.ts';

export const droidSettings: DocumentParser = {
  id: 'droid-settings',
  version: 1,
  label: 'Droid session settings',
  unit: 'document',
  recognise(sample, hint) {
    const session = sessionOf(hint);
    if (session === undefined) return undefined;
    const [head] = headValues(sample);
    if (head === undefined) return sample.complete ? undefined : 'more';
    const names = ['tokenUsage', 'assistantActiveTimeMs', 'providerLock', 'autonomyMode'];
    return isObject(head) && names.some(name => name in head) ? { agent: 'droid', session, main: false } : undefined;
  },
  begin: () => ({}),
  parseDocument,
  content,
};

/** The session is told by the name only; the agent's own settings have none before `settings`. */
function sessionOf(hint: FileHint): string | undefined {
  return /(?:^|\/)([^/]+)\.settings\.json$/.exec(hint.relPath)?.[1];
}

function parseDocument(bytes: Uint8Array, hint: FileHint): ParsedUnit {
  const at = { line: 1, offset: 0, length: bytes.length };
  const value = parseJson(new TextDecoder().decode(bytes));
  if (!isObject(value)) {
    const rejected = 'not a whole JSON object';
    return { records: [{ at, type: 'settings', known: true, timeUs: null, rejected }], facts: [] };
  }
  const facts: Fact[] = [];
  const beganUs = isoToUs(value['providerLockTimestamp']);
  // The file tells no time of its last change but the file's own.
  const timeUs = hint.modifiedUs ?? beganUs;
  const saying = { facts, at, timeUs, thread: ROOT_SPAN };
  const model = asText(value['model'])?.replace(/^custom:/, '');
  const session = sessionOf(hint);
  if (model !== undefined) saySession(saying, { session, model });
  const usage = usageOf(value['tokenUsage']);
  if (usage !== undefined && totalTokens(usage) > 0)
    sayPlainSpan(saying, {
      session,
      key: 'usage:session',
      span: 'phase',
      name: 'Tokens of the session',
      parent: ROOT_SPAN,
      startUs: timeUs,
      endUs: timeUs,
      status: 'ok',
      model,
      usage,
      usageProvenance: 'reported',
      summary: 'Droid tells the tokens of all responses together',
      attrs: attributes({
        provider: asText(value['providerLock']),
        reasoningEffort: asText(value['reasoningEffort']),
        activeMs: asNumber(value['assistantActiveTimeMs']),
      }),
      role: 'usage',
    });
  return { records: [given({ at, type: 'settings', known: true, timeUs: timeUs ?? null, session })], facts };
}

/** Input is apart from what a cache held. Thinking is taken as a part of the output: no document tells. */
function usageOf(value: unknown): Usage | undefined {
  if (!isObject(value)) return undefined;
  const output = asCount(value['outputTokens']);
  return {
    input: asCount(value['inputTokens']),
    output,
    cacheRead: asCount(value['cacheReadTokens']),
    cacheCreation: asCount(value['cacheCreationTokens']),
    cacheCreation1h: 0,
    reasoning: Math.min(asCount(value['thinkingTokens']), output),
  };
}

function content(value: unknown): readonly ContentBlock[] {
  const fields: Fields = asObject(value);
  const usage = usageOf(fields['tokenUsage']);
  if (usage === undefined) return [];
  const { input, output, cacheRead, cacheCreation } = usage;
  const counts = `input ${input}, output ${output}, cache read ${cacheRead}, cache written ${cacheCreation}`;
  return [{ kind: 'notice', title: 'Session settings', text: oneLine(`${asText(fields['model']) ?? ''} ${counts}`) }];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined; // half written
  }
}
