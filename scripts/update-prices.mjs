// Makes resources/prices.json anew from two packages of the npm registry, both under the MIT licence. Run by hand:
//
//   node scripts/update-prices.mjs [--genai-prices VERSION] [--pi-ai VERSION] [--to FILE]
//
// With --to ~/.local/share/playhead/price-list.json (or price-list.json in another data folder) a Playhead that is
// installed already takes the newer prices.
//
// @pydantic/genai-prices knows prices with the days from which they held, of cache writes for an hour and of long
// prompts; @earendil-works/pi-ai (from models.dev) is published more often and fills in the models that the other lacks.
// Where both know a model the first counts; what they disagree on is printed, for whoever runs this to look at.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { canonicalModelName, modelNameForms } from '../src/shared/model/model-name.ts';

const { values: flags } = parseArgs({
  options: {
    'genai-prices': { type: 'string', default: 'latest' },
    'pi-ai': { type: 'string', default: 'latest' },
    to: {
      type: 'string',
      default: join(dirname(fileURLToPath(import.meta.url)), '..', 'resources', 'prices.json'),
    },
  },
});

/** Vendors in genai-prices, and which of the models that they list are their own. */
const GENAI = [
  { id: 'anthropic', own: /^claude-/ },
  { id: 'openai', own: /^(?:gpt-|o\d|codex-|chatgpt-)/ },
  { id: 'google', own: /^gemini-/ },
  { id: 'x-ai', own: /^grok-/ },
  { id: 'deepseek', own: /^deepseek-/ },
  { id: 'mistral', own: /^(?:mistral|codestral|devstral|magistral|ministral|pixtral)/ },
  { id: 'moonshotai', own: /^kimi-/ },
  { id: 'zai', own: /^glm-/i },
  { id: 'minimax', own: /^minimax-/i },
];
/** Vendors in pi-ai, under the names that genai-prices has for them. */
const PI = {
  anthropic: 'anthropic',
  openai: 'openai',
  google: 'google',
  xai: 'x-ai',
  deepseek: 'deepseek',
  mistral: 'mistral',
  moonshotai: 'moonshotai',
  'kimi-coding': 'moonshotai',
  zai: 'zai',
  minimax: 'minimax',
  xiaomi: 'xiaomi',
};
/** Vendors that neither lists in full: what OpenRouter takes for their models is the least that anybody does. */
const OPENROUTER = { 'qwen/': 'qwen', 'z-ai/': 'zai' };

/** Made for sounds and pictures, or to compare texts. */
const NO_CHAT =
  /audio|realtime|transcribe|-tts|image|embed|\.ft-|whisper|moderation|-live|robotics|voice|voxtral|omni|ocr|:free$|^ft:/i;

/**
 * Neither package knows these. Times the tokens' price in fast mode: https://platform.claude.com/docs/en/build-with-claude/fast-mode,
 * https://openai.com/api-fast-mode/ (both read in November 2026).
 */
const FAST = {
  'claude-opus-4-6': 6,
  'claude-opus-4-7': 6,
  'claude-opus-4-8': 2,
  'claude-opus-5': 2,
  'gpt-5': 2,
  'gpt-5.1': 2,
  'gpt-5.2': 2,
  'gpt-5.3-codex': 2,
  'gpt-5.4': 2,
  'gpt-5.4-mini': 2,
  'gpt-5.5': 2.5,
  'gpt-5.6-sol': 2,
  'gpt-5.6-terra': 2,
  'gpt-5.6-luna': 2,
};
/** Claude from Opus 4.6 on, where it must run in the United States: https://platform.claude.com/docs/en/about-claude/pricing */
const US = { factor: 1.1, models: /^claude-(?:(?:opus|sonnet)-4-[6-9]|[a-z]+-[5-9])/ };
/** The same page: cache writes for an hour cost twice the input, those for 5 minutes 1.25 times, web searches $10 a thousand. */
const ANTHROPIC_HOUR = 2;
const ANTHROPIC_SEARCHES = 10;

const CONTEXT_LIMITS = [100_000, 128_000, 200_000, 256_000, 272_000, 512_000];

const folder = mkdtempSync(join(tmpdir(), 'playhead-prices-'));
try {
  const genai = fetchPackage('@pydantic/genai-prices', flags['genai-prices']);
  const pi = fetchPackage('@earendil-works/pi-ai', flags['pi-ai']);
  const { findProvider } = await import(pathToFileURL(join(genai.folder, 'dist/index.js')).href);
  const models = [...fromGenai(findProvider), ...fromPi(pi.folder), ...fromOpenRouter(findProvider)];
  const kept = withoutRepeats(models).sort((a, b) => order(a.vendor, b.vendor) || order(a.names[0], b.names[0]));
  writeFileSync(flags.to, render([genai, pi], kept));
  console.log(`${kept.length} models in ${flags.to}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function fetchPackage(name, version) {
  const npm = (...args) =>
    execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [packed] = JSON.parse(npm('pack', '--json', `${name}@${version}`));
  const into = join(folder, packed.name.replace('/', '-'));
  mkdirSync(into);
  execFileSync('tar', ['xzf', join(folder, packed.filename), '-C', into, '--strip-components=1']);
  const { license, author } = JSON.parse(readFileSync(join(into, 'package.json'), 'utf8'));
  if (license !== 'MIT') throw new Error(`${name} is under ${license}, no more under MIT`);
  const licenceFile = join(into, 'LICENSE');
  const copyright = existsSync(licenceFile)
    ? readFileSync(licenceFile, 'utf8').match(/^Copyright.*$/m)[0]
    : `Copyright (c) ${author.name ?? author}`;
  const published = JSON.parse(npm('view', name, 'time', '--json'))[packed.version].slice(0, 10);
  return { folder: into, source: { package: name, version: packed.version, published, licence: license, copyright } };
}

function fromGenai(findProvider) {
  return GENAI.flatMap(({ id, own }) =>
    findProvider({ providerId: id })
      .models.filter(model => own.test(model.id) && !NO_CHAT.test(model.id))
      .map(model => ({ names: namesOf(model), vendor: id, from: 'genai-prices', prices: genaiPrices(model, id) }))
      .filter(model => model.prices.length > 0),
  );
}

function fromOpenRouter(findProvider) {
  const { models } = findProvider({ providerId: 'openrouter' });
  return models.flatMap(model => {
    const prefix = Object.keys(OPENROUTER).find(start => model.id.startsWith(start));
    if (prefix === undefined || NO_CHAT.test(model.id)) return [];
    const names = namesOf(model).map(name => name.replace(prefix, ''));
    const prices = genaiPrices(model, 'openrouter').map(price => ({ ...price, atLeast: true }));
    return prices.length === 0 ? [] : [{ names, vendor: OPENROUTER[prefix], from: 'genai-prices, OpenRouter', prices }];
  });
}

/** Names that are compared as a whole: its id, names that are equal to it, and beginnings without what follows. */
function namesOf(model) {
  const names = [model.id];
  const visit = match => {
    for (const part of match.or ?? match.and ?? []) visit(part);
    const name = match.equals ?? match.starts_with?.replace(/[-@.:]$/, '');
    // A beginning that ends inside a date is no name.
    if (name !== undefined && !/-20\d\d$/.test(name) && !NO_CHAT.test(name)) names.push(name);
  };
  visit(model.match);
  return [...new Set(names.map(name => canonicalModelName(name.replace(/^x-ai\//, ''))))];
}

function genaiPrices(model, vendor) {
  const dated = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }];
  const byHour = dated.some(({ constraint }) => constraint?.type === 'time_of_date');
  const prices = dated
    .filter(({ constraint }) => constraint?.type !== 'time_of_date')
    .filter(({ prices }) => prices.input_mtok !== undefined && prices.output_mtok !== undefined)
    .map(({ constraint, prices }) => ({
      ...(constraint ? { from: constraint.start_date } : {}),
      ...rates(key => amount(prices[key]?.base ?? prices[key]), vendor),
      ...longRates(prices, vendor),
      ...(prices.web_searches_kcount === undefined ? {} : { webSearches: amount(prices.web_searches_kcount) }),
      ...modifiers(model.id),
      ...(byHour ? { atLeast: true } : {}),
    }));
  return prices;
}

function rates(value, vendor) {
  const input = value('input_mtok');
  const hour = value('cache_write_1h_mtok') ?? (vendor === 'anthropic' ? amount(input * ANTHROPIC_HOUR) : undefined);
  return withoutGaps({
    input,
    output: value('output_mtok'),
    cacheRead: value('cache_read_mtok'),
    cacheWrite: value('cache_write_mtok'),
    cacheWrite1h: value('cache_write_mtok') === undefined ? undefined : hour,
  });
}

function longRates(prices, vendor) {
  const tiers = prices.input_mtok.tiers ?? [];
  if (tiers.length === 0) return {};
  return {
    long: tiers.map(({ start }) => ({
      over: limit(start),
      ...rates(key => amount(prices[key]?.tiers?.find(tier => tier.start === start)?.price ?? prices[key]), vendor),
    })),
  };
}

/** 'from 200,000 on' and 'above 200,000' are told apart by nobody: one token in 200,000. */
function limit(start) {
  const over = Math.ceil(start / 1000) * 1000;
  if (!CONTEXT_LIMITS.includes(over)) throw new Error(`a price for prompts over ${over}: add it to contextLimits`);
  return over;
}

function modifiers(id) {
  const fast = FAST[id] === undefined ? {} : { fast: FAST[id] };
  return US.models.test(canonicalModelName(id)) ? { ...fast, us: US.factor } : fast;
}

function fromPi(packageFolder) {
  return Object.entries(PI).flatMap(([file, vendor]) => {
    const catalog = JSON.parse(readFileSync(join(packageFolder, `dist/providers/data/${file}.json`), 'utf8'));
    return Object.values(catalog)
      .flatMap(api => Object.values(api))
      .filter(model => model.type === 'chat' && !NO_CHAT.test(model.id) && model.cost.input > 0)
      .map(model => ({
        names: [canonicalModelName(model.id)],
        vendor,
        from: 'pi-ai',
        prices: [piPrice(model, vendor)],
      }));
  });
}

function piPrice(model, vendor) {
  const value = cost => key =>
    // 0 stands for 'no price of its own'.
    ({
      input_mtok: amount(cost.input),
      output_mtok: amount(cost.output),
      cache_read_mtok: amount(cost.cacheRead) || undefined,
      cache_write_mtok: amount(cost.cacheWrite) || undefined,
    })[key];
  const tiers = model.cost.tiers ?? [];
  return {
    ...rates(value(model.cost), vendor),
    ...(tiers.length === 0
      ? {}
      : { long: tiers.map(tier => ({ over: limit(tier.inputTokensAbove), ...rates(value(tier), vendor) })) }),
    ...(vendor === 'anthropic' ? { webSearches: ANTHROPIC_SEARCHES } : {}),
    ...modifiers(model.id),
  };
}

/** Of two that share a name the first has it; who only adds a date to a known name says nothing new. */
function withoutRepeats(models) {
  const owner = new Map();
  const kept = [];
  for (const model of models) {
    const known = modelNameForms(model.names[0])
      .map(form => owner.get(form))
      .find(Boolean);
    const isRepeat = known !== undefined && known.from !== model.from;
    if (isRepeat) compare(known, model);
    const names = isRepeat ? [] : model.names.filter(name => !owner.has(name));
    if (names.length === 0) continue;
    const own = { ...model, names };
    for (const name of names) owner.set(name, own);
    kept.push(own);
  }
  return kept;
}

function compare(known, other) {
  const said = ({ prices }) => {
    const { input, output, cacheRead = input } = prices.at(-1);
    return `${input}/${output}/${cacheRead}`;
  };
  if (said(known) !== said(other) && other.from === 'pi-ai')
    console.log(`${other.names[0]}: ${said(known)} by ${known.from}, ${said(other)} by ${other.from}`);
}

function amount(value) {
  const usd = value?.base ?? value;
  return usd === undefined ? undefined : Math.round(usd * 1e6) / 1e6;
}

function withoutGaps(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

function order(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** One model a line, so that a change can be read. */
function render(packages, models) {
  const about =
    "What model responses cost by their vendors' public lists, in US dollars per million tokens. Made by scripts/update-prices.mjs; the licences are in prices.LICENCE.txt.";
  const newest = packages
    .map(({ source }) => source.published)
    .sort()
    .at(-1);
  const lines = models.map(model => `    ${JSON.stringify(model)}`).join(',\n');
  const sources = packages.map(({ source }) => `    ${JSON.stringify(source)}`).join(',\n');
  return `{\n  "about": ${JSON.stringify(about)},\n  "asOf": "${newest}",\n  "sources": [\n${sources}\n  ],\n  "models": [\n${lines}\n  ]\n}\n`;
}
