// Streamed answers, and damage to messages of any kind.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apiMessages } from '../../../../src/main/core/parsers/messages.ts';
import {
  completion,
  message,
  parse,
  question,
  response,
  shown,
  sse,
  streamed,
  type Fields,
} from '../../../builders/api-messages.ts';
import { countedResponses, eventsOf, joinSpans } from '../../../builders/join-facts.ts';
import { linesOf, noHint } from '../../../builders/read-units.ts';
import { documentOf, parseWith, recordTexts } from '../../../builders/trace-files.ts';

describe('streamed answers', () => {
  it.each([
    ['events', sse(streamed)],
    ['events without names', sse(streamed, false)],
    ['JSON Lines', `${streamed.map(event => JSON.stringify(event)).join('\n')}\n`],
    [
      'events with headers, comments and CRLF',
      `HTTP/2 200\r\nx: y\r\n\r\n: hello\r\n${sse(streamed).replaceAll('\n', '\r\n')}`,
    ],
  ])('of %s are put together, one record each', (_name, text) => {
    const bytes = documentOf(text);
    const unit = parseWith(apiMessages, bytes);
    expect(unit.records.map(({ type }) => type)).toEqual(['message']);
    expect(joinSpans(unit.facts).get('msg_1')).toMatchObject({
      status: 'ok',
      usage: { input: 10, output: 28, cacheRead: 90 },
      attrs: { stopReason: 'tool_use' },
    });
    expect(shown(bytes)).toMatchObject([
      ['answer', { parts: [{ text: 'Let me look — ✓' }] }],
      ['tool', { callId: 'toolu_1', input: { city: 'SF' } }],
    ]);
    const [record] = recordTexts(bytes, unit);
    expect(
      record?.startsWith(text.includes('event: ') ? 'event: message_start' : text.startsWith('data') ? 'data: ' : '{'),
    ).toBe(true);
    expect(record?.trimEnd().endsWith('{"type":"message_stop"}')).toBe(true);
  });

  it('that were cut off are told as far as they came', () => {
    const { facts } = parse(sse(streamed.slice(0, 5)));
    expect(joinSpans(facts).get('msg_1')).toMatchObject({
      status: 'aborted',
      usage: { output: 1 },
      summary: 'Let me look — ✓',
    });
  });

  it('that fail in the middle end with the error', () => {
    const { facts } = parse(
      sse([...streamed.slice(0, 4), { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }]),
    );
    expect(joinSpans(facts).get('msg_1')?.status).toBe('error');
    expect(eventsOf(facts)).toMatchObject([{ event: 'error', summary: 'Overloaded' }]);
  });

  it('follow one another in one file', () => {
    const other = [
      { ...streamed[0], message: { ...(streamed[0]?.['message'] as Fields), id: 'msg_2' } },
      ...streamed.slice(1),
    ];
    const { facts, records } = parse(sse([...streamed, ...other]));
    expect(countedResponses(facts)).toMatchObject({ count: 2, usage: { output: 56 } });
    expect(records.map(({ at }) => at.line)).toEqual([1, 1 + streamed.length * 3]);
  });

  it('of OpenAI come in chunks of one id', () => {
    const chunk = (choices: readonly Fields[], more: Fields = {}) => ({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1_770_000_000,
      model: 'gpt-x',
      choices,
      ...more,
    });
    const call = (index: number, fn: Fields, id?: string) =>
      chunk([{ index: 0, delta: { tool_calls: [{ index, id, function: fn }] } }]);
    const text = `${sse(
      [
        chunk([{ index: 0, delta: { role: 'assistant', content: 'Fo' } }]),
        chunk([{ index: 0, delta: { content: 'g.' } }]),
        call(0, { name: 'map', arguments: '{"z' }, 'call_1'),
        call(0, { arguments: 'oom":2}' }),
        chunk([{ index: 0, delta: {}, finish_reason: 'tool_calls' }]),
        chunk([], { usage: { prompt_tokens: 9, completion_tokens: 4 } }),
      ],
      false,
    )}data: [DONE]\n\n`;
    const { facts } = parse(text);
    expect(countedResponses(facts)).toMatchObject({ count: 1, usage: { input: 9, output: 4 } });
    expect(joinSpans(facts).get('chatcmpl-1')).toMatchObject({ status: 'ok', attrs: { stopReason: 'tool_calls' } });
    expect(shown(documentOf(text))).toMatchObject([
      ['answer', { parts: [{ text: 'Fog.' }] }],
      ['tool', { callId: 'call_1', name: 'map', input: { zoom: 2 } }],
    ]);
  });

  it('of the Responses API are what the last event says, or the items that came before a cut', () => {
    const [, said] = response['output'] as readonly Fields[];
    const begun = {
      type: 'response.created',
      response: { ...response, status: 'in_progress', output: [], usage: null },
    };
    const item = { type: 'response.output_item.done', item: said };
    const whole = sse([begun, item, { type: 'response.completed', response }]);
    expect(countedResponses(parse(whole).facts).usage).toMatchObject({ input: 20, output: 20 });
    expect(shown(documentOf(sse([begun, item])))).toMatchObject([['answer', { parts: [{ text: 'Fog.' }] }]]);
  });
});

describe('damage', () => {
  const texts = [
    JSON.stringify({ request: { model: 'm', system: 's', messages: question }, response: message }),
    sse(streamed),
    new TextDecoder().decode(linesOf({ custom_id: 'a', result: { type: 'succeeded', message } })),
    JSON.stringify([response, completion('c', { content: 'x' }, {})]),
  ];
  const recognition = { agent: 'x', session: 's', main: true } as const;

  it('of any kind never throws, and facts point at records', () => {
    const odd = fc.constantFrom(
      'null',
      '[]',
      '{}',
      '""',
      '-1',
      '"__proto__"',
      '[[[[]]]]',
      '{"type":"text"}',
      '"\\ud800"',
      '}',
      '\n',
      'data:',
    );
    expect.hasAssertions();
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(30),
        odd,
        fc.boolean(),
        (text, at, length, piece, isCut) => {
          const from = Math.floor(at * text.length);
          const bytes = documentOf(
            isCut ? text.slice(0, from) : text.slice(0, from) + piece + text.slice(from + length),
          );
          const unit = apiMessages.parseDocument(bytes, noHint, recognition);
          expect(unit.records.length).toBeGreaterThan(0);
          for (const fact of unit.facts) expect(unit.records[fact.record ?? 0]).toBeDefined();
          for (const record of recordTexts(bytes, unit)) expect(Array.isArray(apiMessages.content(record))).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('by values of any type in any place never throws', () => {
    expect.hasAssertions();
    fc.assert(
      fc.property(
        fc.constantFrom(
          'content',
          'usage',
          'role',
          'model',
          'tool_calls',
          'choices',
          'output',
          'id',
          'messages',
          'system',
          'delta',
          'error',
          'response',
        ),
        fc.jsonValue(),
        (field, value) => {
          for (const base of [
            message,
            response,
            completion('c', { content: 'x' }, {}),
            { model: 'm', messages: question },
            { custom_id: 'a', result: { type: 'x' } },
          ]) {
            const changed = { ...base, [field]: value };
            const unit = apiMessages.parseDocument(
              documentOf([changed, { messages: [{ role: 'user', content: changed }] }]),
              noHint,
              recognition,
            );
            expect(Array.isArray(apiMessages.content(changed))).toBe(true);
            expect(unit.records.length).toBeGreaterThan(0);
          }
          const events = streamed.map(event => (field in event ? { ...event, [field]: value } : event));
          expect(
            apiMessages.parseDocument(documentOf(sse(events)), noHint, recognition).records.length,
          ).toBeGreaterThan(0);
        },
      ),
      { numRuns: 200 },
    );
  });
});
