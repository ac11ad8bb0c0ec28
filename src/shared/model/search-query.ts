// What people type to search, read into words and filters. Pure; never fails: what is no operator is a word.
//
//   words             all of them, in any order, each anywhere in one entry      "a phrase"   these words in a row
//   pref*             words that begin so                                        -word        entries without it
//   agent: project: model: tool: file:    of several with one name, any          is:error is:waiting
//   before: after:    2025-03-01, 2025-03, 2025, today, yesterday, 7d, 12h, 2w   cost:>1      the session's, in US dollars

import { hasWord } from './search-words.ts';

/** Words that stand in a row; `prefix`: the last one may go on. */
export interface SearchText {
  readonly text: string;
  readonly prefix: boolean;
}

export const textFields = ['agent', 'project', 'model', 'tool', 'file'] as const;
export type TextField = (typeof textFields)[number];
export const states = ['error', 'waiting'] as const;
export type SearchState = (typeof states)[number];

/** A calendar day, month or year in local time (its first instant counts), or so long ago. */
export type Moment =
  | { readonly kind: 'date'; readonly year: number; readonly month: number; readonly day: number }
  | { readonly kind: 'day-ago'; readonly days: number }
  | { readonly kind: 'ago'; readonly ms: number };

export type SearchFilter =
  | { readonly field: TextField; readonly not: boolean; readonly value: SearchText }
  | { readonly field: 'is'; readonly not: boolean; readonly state: SearchState }
  | { readonly field: 'before' | 'after'; readonly moment: Moment }
  | { readonly field: 'cost'; readonly compare: '<' | '<=' | '>' | '>='; readonly nanoUsd: number };

export interface SearchQuery {
  /** All of these. */
  readonly all: readonly SearchText[];
  /** None of these. */
  readonly none: readonly SearchText[];
  readonly filters: readonly SearchFilter[];
}

/** Each operator with an example, for people. */
export const searchOperators = [
  { example: '"exact words"', what: 'These words in a row' },
  { example: 'begin*', what: 'Words that begin so' },
  { example: '-word', what: 'Without this word' },
  { example: 'agent:codex', what: 'Sessions of this agent' },
  { example: 'project:name', what: 'Sessions of this project' },
  { example: 'model:sonnet', what: 'Said by or to this model' },
  { example: 'tool:Bash', what: 'Calls of this tool' },
  { example: 'file:src/main.ts', what: 'Calls that name this file' },
  { example: 'is:error', what: 'Failures' },
  { example: 'is:waiting', what: 'Sessions with a call that waits for its result' },
  { example: 'after:7d', what: 'Since a date or for so long: 2025-03-01, 2025-03, today, 7d, 12h' },
  { example: 'before:2025-03-01', what: 'Earlier than that' },
  { example: 'cost:>1', what: 'Sessions that cost more than this, in US dollars' },
] as const;

/** More words than this are not looked for: somebody pasted a page. */
const MAX_TERMS = 48;

/** `typing`: the last word may not be whole yet, so it also finds what begins so; an operator without its value waits. */
export function parseSearchQuery(text: string, typing = false): SearchQuery {
  const query = { all: [] as SearchText[], none: [] as SearchText[], filters: [] as SearchFilter[] };
  for (const token of tokensOf(text)) {
    const unfinished = typing && token.end === text.length && !token.closed;
    const read = token.operator === undefined ? undefined : readFilter(token, unfinished);
    if (read === 'unfinished') continue;
    if (read) query.filters.push(read);
    else addWords(token, unfinished, query);
  }
  return {
    all: query.all.slice(0, MAX_TERMS),
    none: query.none.slice(0, MAX_TERMS),
    filters: query.filters.slice(0, MAX_TERMS),
  };
}

/** True where the query asks for nothing. */
export function isEmptyQuery({ all, none, filters }: SearchQuery): boolean {
  return all.length + none.length + filters.length === 0;
}

/** The instant that a moment means, in milliseconds since 1970. */
export function momentMs(moment: Moment, nowMs: number): number {
  switch (moment.kind) {
    case 'date':
      return new Date(moment.year, moment.month - 1, moment.day).getTime();
    case 'day-ago': {
      const now = new Date(nowMs);
      return new Date(now.getFullYear(), now.getMonth(), now.getDate() - moment.days).getTime();
    }
    case 'ago':
      return nowMs - moment.ms;
    default:
      return moment satisfies never;
  }
}

interface Token {
  readonly not: boolean;
  /** Lower case, without the colon. */
  readonly operator: string | undefined;
  /** Without quotes and the star. */
  readonly value: string;
  readonly prefix: boolean;
  /** As it stands, without the minus: for what is no operator after all. */
  readonly whole: string;
  readonly end: number;
  /** A quote or a star ended it. */
  readonly closed: boolean;
}

const START = /\s*(-(?=[^\s-]))?(?:([A-Za-z]+):)?/y;
const BARE = /[^\s]*/y;

function* tokensOf(text: string): Generator<Token> {
  let at = 0;
  while (at < text.length) {
    START.lastIndex = at;
    const [head = '', minus, operator] = START.exec(text) ?? [];
    const from = at + head.length;
    if (from >= text.length && operator === undefined) return;
    const wholeFrom = from - (operator === undefined ? 0 : operator.length + 1);
    const value = readValue(text, from);
    at = value.end;
    yield {
      not: minus !== undefined,
      operator: operator?.toLowerCase(),
      value: value.text,
      prefix: value.prefix,
      whole: text.slice(wholeFrom, value.end),
      end: value.end,
      closed: value.closed,
    };
  }
}

/** A quoted text or a run without spaces, from this place on. */
function readValue(text: string, from: number): { text: string; end: number; prefix: boolean; closed: boolean } {
  if (text[from] === '"') {
    const close = text.indexOf('"', from + 1);
    if (close < 0) return { text: text.slice(from + 1), end: text.length, prefix: false, closed: false };
    const prefix = text[close + 1] === '*';
    return { text: text.slice(from + 1, close), end: close + (prefix ? 2 : 1), prefix, closed: true };
  }
  BARE.lastIndex = from;
  const [run = ''] = BARE.exec(text) ?? [];
  const bare = run.replace(/\*+$/, '');
  const prefix = bare.length < run.length && bare !== '';
  return { text: bare, end: from + run.length, prefix, closed: prefix };
}

/** What begins with one or two letters is nearly everything: such words are whole until a third letter comes. */
const TYPED = /[\p{L}\p{N}]\p{M}*[\p{L}\p{N}]\p{M}*[\p{L}\p{N}]\p{M}*$/u;

function addWords(token: Token, unfinished: boolean, query: { all: SearchText[]; none: SearchText[] }): void {
  const text = token.operator === undefined ? token.value : token.whole;
  // 'unknown:"two words"' is looked for as the words in a row, as it stands.
  if (!hasWord(text)) return;
  const ends = TYPED.test(text);
  (token.not ? query.none : query.all).push({ text, prefix: token.prefix || (unfinished && ends && !token.not) });
}

/** Undefined: no operator of ours, or a value that it cannot take. */
function readFilter(token: Token, unfinished: boolean): SearchFilter | 'unfinished' | undefined {
  const { operator, not, value } = token;
  const known = read(operator ?? '', value, not, token.prefix || unfinished);
  if (known !== undefined && known !== 'known') return known;
  // While somebody types 'is:err' or 'before:2025-', it is not a word yet.
  return known === 'known' && unfinished ? 'unfinished' : undefined;
}

/** 'known': the operator is one of ours, the value does not fit. */
function read(operator: string, value: string, not: boolean, prefix: boolean): SearchFilter | 'known' | undefined {
  switch (operator) {
    case 'agent':
    case 'project':
    case 'model':
    case 'tool':
    case 'file':
      return hasWord(value) ? { field: operator, not, value: { text: value, prefix } } : 'known';
    case 'is': {
      const state = states.find(name => name === value.toLowerCase());
      return state === undefined ? 'known' : { field: 'is', not, state };
    }
    case 'before':
    case 'after': {
      const moment = readMoment(value);
      if (!moment) return 'known';
      return { field: (operator === 'before') === not ? 'after' : 'before', moment };
    }
    case 'cost':
      return readCost(value, not) ?? 'known';
    default:
      return undefined;
  }
}

const UNITS_MS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 604_800_000 };

function readMoment(value: string): Moment | undefined {
  const text = value.toLowerCase();
  if (text === 'today') return { kind: 'day-ago', days: 0 };
  if (text === 'yesterday') return { kind: 'day-ago', days: 1 };
  const [, amount, unit = ''] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  if (amount !== undefined) return { kind: 'ago', ms: Number(amount) * (UNITS_MS[unit] ?? 0) };
  const [, year, month = '1', day = '1'] = /^((?:19|20)\d\d)(?:[-/](\d\d?)(?:[-/](\d\d?))?)?$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  const date = { kind: 'date', year: Number(year), month: Number(month), day: Number(day) } as const;
  const real = new Date(date.year, date.month - 1, date.day);
  return real.getMonth() === date.month - 1 && real.getDate() === date.day ? date : undefined;
}

const OPPOSITES = { '<': '>=', '<=': '>', '>': '<=', '>=': '<' } as const;

function readCost(value: string, not: boolean): SearchFilter | undefined {
  const [, sign = '>=', amount] = /^(<=?|>=?)?\$?(\d{1,9}(?:\.\d{1,9})?|\.\d{1,9})$/.exec(value) ?? [];
  if (amount === undefined) return undefined;
  const compare = sign as keyof typeof OPPOSITES;
  return { field: 'cost', compare: not ? OPPOSITES[compare] : compare, nanoUsd: Math.round(Number(amount) * 1e9) };
}
