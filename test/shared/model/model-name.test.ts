import { describe, expect, it } from 'vitest';
import { modelNameForms } from '../../../src/shared/model/model-name.ts';
import { PriceList } from '../../../src/shared/model/price.ts';

const list = new PriceList(
  [
    'claude-opus-4-5',
    'claude-sonnet-4',
    'claude-3-5-sonnet',
    'gpt-5',
    'gpt-5-mini',
    'gpt-4o-2024-05-13',
    'gpt-4o',
    'kimi-k2-7-code',
    'gemini-2-5-pro',
  ].map(name => ({ names: [name], vendor: 'test', prices: [{ input: 1, output: 2 }] })),
);
const found = (model: string) => list.find(model)?.names[0];

describe('A model is found', () => {
  it.each([
    ['as it is', 'claude-opus-4-5', 'claude-opus-4-5'],
    ['with dots for dashes', 'claude-opus-4.5', 'claude-opus-4-5'],
    ['in capitals', 'Claude-Opus-4.5', 'claude-opus-4-5'],
    ['with the day of its release', 'claude-opus-4-5-20251101', 'claude-opus-4-5'],
    ['with that day as Vertex writes it', 'claude-opus-4-5@20251101', 'claude-opus-4-5'],
    ['with that day as OpenAI writes it', 'gpt-5-2025-08-07', 'gpt-5'],
    ['with the size of its context', 'claude-sonnet-4-20250514[1m]', 'claude-sonnet-4'],
    ['with thinking', 'claude-sonnet-4:thinking', 'claude-sonnet-4'],
    ['with its vendor', 'anthropic/claude-sonnet-4', 'claude-sonnet-4'],
    ['with its vendor and a colon', 'openai:gpt-4o', 'gpt-4o'],
    ['through OpenRouter', 'openrouter/anthropic/claude-opus-4.5', 'claude-opus-4-5'],
    ['through Bedrock', 'us.anthropic.claude-3-5-sonnet-20241022-v2:0', 'claude-3-5-sonnet'],
    ['through Bedrock without a region', 'anthropic.claude-opus-4-5-20251101-v1:0', 'claude-opus-4-5'],
    ['through Vertex', 'publishers/google/models/gemini-2.5-pro', 'gemini-2-5-pro'],
    ['as Gemini names it', 'models/gemini-2.5-pro', 'gemini-2-5-pro'],
    ['of Moonshot', 'moonshot-ai/kimi-k2.7-code', 'kimi-k2-7-code'],
  ])('%s', (_how, model, name) => {
    expect(found(model)).toBe(name);
  });

  it('by its own day before the name without one', () => {
    expect(found('gpt-4o-2024-05-13')).toBe('gpt-4o-2024-05-13');
    expect(found('gpt-4o-2024-11-20')).toBe('gpt-4o');
  });
});

it.each([
  ['a longer name', 'gpt-5-nano'],
  ['a shorter name', 'gpt'],
  ['a name that holds another', 'my-gpt-5'],
  ['the model of a local server', 'ollama/gpt-5'],
  ['a free variant', 'gpt-5:free'],
  ['nothing', ''],
  ['what Claude Code writes in a model’s place', '<synthetic>'],
  ['a member of every object', '__proto__'],
])('%s is not found', (_what, model) => {
  expect(found(model)).toBeUndefined();
});

it('forms go from the most exact to the least', () => {
  expect(modelNameForms(' openrouter/anthropic/Claude-Opus-4.5-20251101[1m] ')).toEqual([
    'openrouter/anthropic/claude-opus-4-5-20251101[1m]',
    'anthropic/claude-opus-4-5-20251101[1m]',
    'claude-opus-4-5-20251101[1m]',
    'claude-opus-4-5-20251101',
    'claude-opus-4-5',
  ]);
});
