// Messages of the APIs: small ones in the shape that the providers document; long ones are the properties' business.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apiMessages } from '../../../../src/main/core/parsers/messages.ts';
import { countedResponses, entriesOf, eventsOf, joinSpans, turnPrompts } from '../../../builders/join-facts.ts';
import { linesOf, noHint } from '../../../builders/read-units.ts';
import { claimants, documentOf, parseWith, recordTexts } from '../../../builders/trace-files.ts';

type Fields = Readonly<Record<string, unknown>>;

const parse = (value: unknown) => parseWith(apiMessages, documentOf(value));

const message: Fields = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-x',
  content: [
    { type: 'thinking', thinking: 'hm', signature: 's' },
    { type: 'text', text: 'Let me look.' },
    { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'SF' } },
  ],
  stop_reason: 'tool_use',
  usage: { input_tokens: 10, output_tokens: 5, cache_read_input_tokens: 90, cache_creation_input_tokens: 7 },
};

const question = [
  { role: 'user', content: 'weather in SF?' },
  { role: 'assistant', content: message['content'] },
  { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'fog', is_error: false }] },
];

const completion = (id: string, said: Fields, usage: Fields): Fields => ({
  id,
  object: 'chat.completion',
  created: 1_770_000_000,
  model: 'gpt-x',
  choices: [{ index: 0, message: { role: 'assistant', ...said }, finish_reason: 'stop' }],
  usage,
});

const response: Fields = {
  id: 'resp_1',
  object: 'response',
  created_at: 1_770_000_000,
  status: 'completed',
  model: 'gpt-x',
  output: [
    { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'thinking' }] },
    { type: 'message', role: 'assistant', id: 'm_1', content: [{ type: 'output_text', text: 'Fog.' }] },
    { type: 'function_call', id: 'fc_1', call_id: 'call_9', name: 'map', arguments: '{"zoom":2}' },
  ],
  usage: {
    input_tokens: 50,
    input_tokens_details: { cached_tokens: 30 },
    output_tokens: 20,
    output_tokens_details: { reasoning_tokens: 12 },
  },
};

const sse = (events: readonly Fields[], named = true): string =>
  events.map(event => `${named ? `event: ${String(event['type'])}\n` : ''}data: ${JSON.stringify(event)}\n\n`).join('');

const streamed: readonly Fields[] = [
  {
    type: 'message_start',
    message: {
      ...message,
      content: [],
      stop_reason: null,
      usage: { input_tokens: 10, output_tokens: 1, cache_read_input_tokens: 90 },
    },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'ping' },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Let me ' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'look — ✓' } },
  { type: 'content_block_stop', index: 0 },
  {
    type: 'content_block_start',
    index: 1,
    content_block: { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} },
  },
  { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"city": "S' } },
  { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: 'F"}' } },
  { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 28 } },
  { type: 'message_stop' },
];

/** What each entry shows. */
function shown(bytes: Uint8Array): readonly unknown[] {
  const unit = parseWith(apiMessages, bytes);
  const blocks = recordTexts(bytes, unit).map(text => {
    try {
      return apiMessages.content(JSON.parse(text));
    } catch {
      return apiMessages.content(text);
    }
  });
  return entriesOf(unit.facts).map(entry => [
    entry.result === true ? 'result' : entry.entry,
    blocks[entry.record ?? 0]?.[entry.block],
  ]);
}

describe('recognition', () => {
  it.each<[string, unknown, string]>([
    ['an Anthropic message', message, 'anthropic'],
    [
      'a request of Anthropic',
      { model: 'claude-x', max_tokens: 9, system: 'be kind', messages: question },
      'anthropic',
    ],
    ['a bare array of messages', question, 'anthropic'],
    ['a completion', completion('c', { content: 'hi' }, {}), 'openai'],
    ['a response', response, 'openai'],
    [
      'a request of OpenAI',
      { model: 'gpt-x', messages: [{ role: 'user', content: 'hi' }], tools: [{ type: 'function', function: {} }] },
      'openai',
    ],
    [
      'messages that could be anyone’s',
      [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: 'yes' },
      ],
      'messages',
    ],
    ['a pair', { request: { model: 'm', messages: question }, response: message }, 'anthropic'],
  ])('claims %s', (_name, value, agent) => {
    for (const bytes of [documentOf(value), documentOf(value, 2)]) {
      expect(claimants(bytes)).toEqual(['messages']);
      expect(
        apiMessages.recognise({ values: [], text: new TextDecoder().decode(bytes), complete: true }, noHint),
      ).toMatchObject({ agent, main: true });
    }
  });

  it.each<[string, string, string]>([
    ['events of Anthropic', sse(streamed), 'anthropic'],
    [
      'events behind the headers of a response',
      `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n${sse(streamed)}`,
      'anthropic',
    ],
    ['events, one JSON value a line', streamed.map(event => JSON.stringify(event)).join('\n'), 'anthropic'],
    ['chunks of OpenAI', sse([{ object: 'chat.completion.chunk', id: 'c', choices: [] }], false), 'openai'],
    [
      'results of a batch',
      new TextDecoder().decode(linesOf({ custom_id: 'a', result: { type: 'succeeded', message } })),
      'anthropic',
    ],
    [
      'requests, one a line',
      new TextDecoder().decode(linesOf({ messages: question }, { messages: question })),
      'anthropic',
    ],
  ])('claims %s', (_name, text, agent) => {
    expect(claimants(documentOf(text))).toEqual(['messages']);
    expect(
      apiMessages.recognise(
        {
          values: text.startsWith('{')
            ? text
                .split('\n')
                .filter(Boolean)
                .map(one => JSON.parse(one) as unknown)
            : [],
          text,
          complete: true,
        },
        noHint,
      ),
    ).toMatchObject({ agent });
  });

  it.each<[string, string]>([
    ['lines of messages, which many agents write in their own way', new TextDecoder().decode(linesOf(...question))],
    ['Cursor’s lines', new TextDecoder().decode(linesOf({ role: 'user', message: { content: [] } }))],
    ['a thread of Amp', JSON.stringify({ id: 'T-1', messages: question })],
    [
      'a logger’s lines',
      JSON.stringify({ timestamp: '2026-01-01', agent_name: 'a', model: 'm', messages: question, response: '' }),
    ],
    ['an error alone', JSON.stringify({ error: { message: 'no' } })],
    ['a configuration', JSON.stringify({ model: 'x', messages: [{ role: 'user' }] })],
    ['notes that speak of it', 'data: I saw a message_start event\n'],
  ])('leaves %s alone', (_name, text) => {
    expect(claimants(documentOf(text))).not.toContain('messages');
  });

  it('names the session by the answer where the file is one', () => {
    const { recognition } = {
      recognition: apiMessages.recognise({ values: [message], text: JSON.stringify(message), complete: true }, noHint),
    };
    expect(recognition).toEqual({ agent: 'anthropic', session: 'msg_1', main: true });
  });
});

describe('answers', () => {
  it('of Anthropic count caches beside the input, and are known again by their id', () => {
    const { facts } = parse(message);
    expect(joinSpans(facts).get('msg_1')).toMatchObject({
      span: 'llm',
      model: 'claude-x',
      status: 'ok',
      responseKey: 'message:msg_1',
      summary: 'Let me look.',
      usage: { input: 10, output: 5, cacheRead: 90, cacheCreation: 7 },
      attrs: { stopReason: 'tool_use' },
    });
    expect(joinSpans(facts).get('toolu_1')).toMatchObject({
      span: 'tool',
      name: 'weather',
      parent: 'msg_1',
      status: 'open',
    });
    expect(shown(documentOf(message))).toMatchObject([
      ['thinking', { text: 'hm' }],
      ['answer', { parts: [{ text: 'Let me look.' }] }],
      ['tool', { callId: 'toolu_1', input: { city: 'SF' } }],
    ]);
  });

  it('of OpenAI count cached tokens inside the input and reasoning inside the output', () => {
    const usage = {
      prompt_tokens: 50,
      completion_tokens: 20,
      prompt_tokens_details: { cached_tokens: 30 },
      completion_tokens_details: { reasoning_tokens: 12 },
    };
    for (const value of [completion('chatcmpl-1', { content: 'Fog.' }, usage), response]) {
      const { facts } = parse(value);
      expect(countedResponses(facts)).toMatchObject({
        count: 1,
        usage: { input: 20, output: 20, cacheRead: 30, reasoning: 12 },
      });
      expect([...joinSpans(facts).values()][0]).toMatchObject({
        startUs: 1_770_000_000_000_000,
        responseKey: `response:${String(value['id'])}`,
      });
    }
    expect(shown(documentOf(response))).toMatchObject([
      ['thinking', { text: 'thinking' }],
      ['answer', { parts: [{ text: 'Fog.' }] }],
      ['tool', { callId: 'call_9', name: 'map', input: { zoom: 2 } }],
    ]);
  });
});

describe('requests', () => {
  const request = { model: 'claude-x', system: [{ type: 'text', text: 'be kind' }], messages: question };

  it('are a conversation: instructions, turns, model calls without numbers, calls with their results', () => {
    const bytes = documentOf(request, 2);
    const { facts, records } = parseWith(apiMessages, bytes);
    expect(records.map(({ type }) => type)).toEqual([
      'request',
      'system',
      'message/user',
      'message/assistant',
      'message/user',
    ]);
    expect(shown(bytes)).toMatchObject([
      ['system', { parts: [{ text: 'be kind' }] }],
      ['prompt', { parts: [{ text: 'weather in SF?' }] }],
      ['thinking', { text: 'hm' }],
      ['answer', { parts: [{ text: 'Let me look.' }] }],
      ['tool', { callId: 'toolu_1' }],
      ['result', { callId: 'toolu_1', parts: [{ text: 'fog' }] }],
    ]);
    const spans = joinSpans(facts);
    expect(spans.get('toolu_1')).toMatchObject({ name: 'weather', status: 'ok' });
    expect(turnPrompts(facts)).toHaveLength(1);
    expect(countedResponses(facts)).toMatchObject({ count: 1, usage: { input: 0, output: 0 } });
    expect(facts.find(fact => fact.kind === 'session' && fact.title !== undefined)).toMatchObject({
      title: { text: 'weather in SF?' },
    });
  });

  it('that repeat the conversation tell what is new only, their answers counted once', () => {
    const last = { ...message, id: 'msg_2', content: [{ type: 'text', text: 'Fog.' }], stop_reason: 'end_turn' };
    const first = { request: { ...request, messages: question.slice(0, 1) }, response: message };
    const second = { request, response: last };
    const bytes = linesOf(first, second);
    expect(shown(bytes)).toMatchObject([
      ['system', {}],
      ['prompt', {}],
      ['thinking', {}],
      ['answer', { parts: [{ text: 'Let me look.' }] }],
      ['tool', {}],
      ['result', { parts: [{ text: 'fog' }] }],
      ['answer', { parts: [{ text: 'Fog.' }] }],
    ]);
    const { facts } = parseWith(apiMessages, bytes);
    expect(countedResponses(facts)).toMatchObject({ count: 2, usage: { input: 20, output: 10 } });
    expect([...joinSpans(facts).keys()]).toEqual(['toolu_1', 'msg_1', 'msg_2']);
  });

  it('that are other conversations are told in full', () => {
    const ask = (content: string) => ({ model: 'm', messages: [{ role: 'user', content }] });
    expect(
      turnPrompts(parse(new TextDecoder().decode(linesOf(ask('a'), ask('b'), ask('b')))).facts).map(
        ({ summary }) => summary,
      ),
    ).toEqual(['a', 'b']);
  });

  it('of OpenAI have results as messages of their own', () => {
    const call = { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"a":1}' } };
    const bytes = documentOf([
      { role: 'developer', content: 'be brief' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'what is this?' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        ],
      },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call_1', content: 'a cat' },
    ]);
    expect(shown(bytes)).toMatchObject([
      ['system', {}],
      ['prompt', { parts: [{ text: 'what is this?' }, { kind: 'image', mediaType: 'image/png', base64: 'AAAA' }] }],
      ['tool', { callId: 'call_1', input: { a: 1 } }],
      ['result', { callId: 'call_1', parts: [{ text: 'a cat' }] }],
    ]);
    expect(joinSpans(parseWith(apiMessages, bytes).facts).get('call_1')).toMatchObject({ name: 'look', status: 'ok' });
  });
});

describe('batches', () => {
  it('have an answer or an error a line', () => {
    const { facts, records } = parse(
      new TextDecoder().decode(
        linesOf(
          { custom_id: 'a', result: { type: 'succeeded', message } },
          {
            custom_id: 'b',
            result: {
              type: 'errored',
              error: { type: 'error', error: { type: 'invalid_request_error', message: 'too long' } },
            },
          },
          { custom_id: 'c', result: { type: 'expired' } },
          {
            id: 'batch_req_1',
            custom_id: 'd',
            response: {
              status_code: 200,
              body: completion('chatcmpl-7', { content: 'ok' }, { prompt_tokens: 1, completion_tokens: 2 }),
            },
            error: null,
          },
          { id: 'batch_req_2', custom_id: 'e', response: null, error: { code: 'server_error', message: 'sorry' } },
        ),
      ),
    );
    expect(records).toHaveLength(5);
    expect(countedResponses(facts)).toMatchObject({ count: 2, usage: { input: 11, output: 7 } });
    expect(joinSpans(facts).get('msg_1')?.attrs).toMatchObject({ customId: 'a' });
    expect(
      eventsOf(facts)
        .filter(({ event }) => event === 'error')
        .map(({ summary }) => summary),
    ).toEqual(['b: too long', 'c: expired', 'e: sorry']);
  });
});

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
