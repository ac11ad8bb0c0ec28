// Messages of the APIs, whole ones; for streamed ones see messages-stream.test.ts.

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
} from '../../../builders/api-messages.ts';
import { countedResponses, eventsOf, joinSpans, turnPrompts } from '../../../builders/join-facts.ts';
import { linesOf, noHint } from '../../../builders/read-units.ts';
import { claimants, documentOf, parseWith } from '../../../builders/trace-files.ts';

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
