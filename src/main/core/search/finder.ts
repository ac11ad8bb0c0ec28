// Finds the words of a query in a text as the index would, and cuts the line around them that people are shown. Pure.

import type { SearchText } from '../../../shared/model/search-query.ts';
import { type Word, wordsOf } from '../../../shared/model/search-words.ts';

export interface Found {
  /** Which of the texts that are looked for. */
  readonly which: number;
  readonly start: number;
  readonly end: number;
}

export interface Snippet {
  readonly snippet: string;
  readonly ranges: [number, number][];
}

interface Sought {
  readonly words: readonly string[];
  readonly prefix: boolean;
}

const SNIPPET_CHARS = 200;
/** What stands before the first word found. */
const LEAD_CHARS = 50;
const MAX_FOUND = 2000;
/** Making words of a long output takes longer than everything else about a hit. */
const WHOLE_CHARS = 1000;
const MAX_WINDOWS = 24;

export class Finder {
  private readonly sought: readonly Sought[];
  /** The first words of the texts, as they are typed. */
  private readonly rough: RegExp;

  constructor(texts: readonly SearchText[]) {
    this.sought = texts.map(({ text, prefix }) => ({ words: wordsOf(text).map(word => word.folded), prefix }));
    const firsts = texts.flatMap(({ text }) =>
      wordsOf(text)
        .slice(0, 1)
        .map(({ start, end }) => text.slice(start, end)),
    );
    // Words are letters and digits: nothing to escape. Without any, nothing is near.
    this.rough = new RegExp(firsts.length > 0 ? firsts.join('|') : '(?!)', 'giu');
  }

  /** Every place where one of the texts stands, in order; at most some thousand. */
  find(words: readonly Word[]): Found[] {
    const found: Found[] = [];
    for (let at = 0; at < words.length && found.length < MAX_FOUND; at += 1) {
      for (const [which, sought] of this.sought.entries()) {
        const end = matchAt(words, at, sought);
        if (end !== undefined) found.push({ which, start: words[at]?.start ?? 0, end });
      }
    }
    return found;
  }

  /** True where each of the texts stands in one of these. */
  fits(...texts: readonly string[]): boolean {
    const missing = new Set(this.sought.keys());
    for (const text of texts) {
      if (missing.size === 0) break;
      const words = wordsOf(text);
      for (const which of missing) {
        const sought = this.sought[which];
        if (sought && words.some((_, at) => matchAt(words, at, sought) !== undefined)) missing.delete(which);
      }
    }
    return missing.size === 0;
  }

  /** One line around the place where most of the texts stand together; the first line where none does. */
  snippet(text: string): Snippet {
    const found = text.length > WHOLE_CHARS ? this.findNear(text) : this.find(wordsOf(text));
    const from = found.length === 0 ? 0 : Math.max(0, best(found) - LEAD_CHARS);
    const line = cutLine(text, from);
    return { snippet: line, ranges: joinRanges(this.find(wordsOf(line))) };
  }

  /** As `find` over the whole text, but only around the first places where one of the words seems to stand. */
  private findNear(text: string): Found[] {
    const near: Found[] = [];
    let end = 0;
    let windows = 0;
    for (const { index } of text.matchAll(this.rough)) {
      if (index < end) continue;
      // From a place where no word is cut.
      const start = Math.max(end, startNear(text, Math.max(0, index - LEAD_CHARS)));
      end = Math.min(text.length, index + SNIPPET_CHARS);
      const words = wordsOf(text.slice(start, end));
      for (const found of this.find(words))
        near.push({ which: found.which, start: found.start + start, end: found.end + start });
      windows += 1;
      if (windows >= MAX_WINDOWS && near.length > 0) break;
    }
    return near.length > 0 ? near : this.find(wordsOf(text));
  }
}

/** Where the match that begins at a word ends in the text. */
function matchAt(words: readonly Word[], at: number, { words: sought, prefix }: Sought): number | undefined {
  const last = sought.length - 1;
  for (let offset = 0; offset <= last; offset += 1) {
    const word = words[at + offset];
    const wanted = sought[offset];
    if (word === undefined || wanted === undefined) return undefined;
    const fits = offset === last && prefix ? word.folded.startsWith(wanted) : word.folded === wanted;
    if (!fits) return undefined;
  }
  return last < 0 ? undefined : words[at + last]?.end;
}

/** The place from which on most different texts stand within a snippet; the first of several. */
function best(found: readonly Found[]): number {
  let bestStart = found[0]?.start ?? 0;
  let most = 0;
  let first = 0;
  const counts = new Map<number, number>();
  for (const { which, end } of found) {
    counts.set(which, (counts.get(which) ?? 0) + 1);
    for (
      let oldest = found[first];
      oldest && end - oldest.start > SNIPPET_CHARS - LEAD_CHARS && oldest.end < end;
      oldest = found[first]
    ) {
      const left = (counts.get(oldest.which) ?? 1) - 1;
      if (left === 0) counts.delete(oldest.which);
      else counts.set(oldest.which, left);
      first += 1;
    }
    if (counts.size > most) {
      most = counts.size;
      bestStart = found[first]?.start ?? bestStart;
    }
  }
  return bestStart;
}

// oxlint-disable-next-line no-control-regex
const TERMINAL_CODES = /\x1b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)/g;
/** Controls and signs that cannot be seen, but for the joiners that scripts need. */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}]/gu;

/** About a snippet's length of the text from there, white space folded, begun and ended at a word where one is near. */
function cutLine(text: string, from: number): string {
  const start = startNear(text, from);
  const raw = text.slice(start, start + SNIPPET_CHARS * 3);
  const line = raw.replace(TERMINAL_CODES, '').replace(/\s+/g, ' ').replace(UNSEEN, '').trim().toWellFormed();
  const isCut = line.length > SNIPPET_CHARS || start + raw.length < text.length;
  const end = line.length > SNIPPET_CHARS ? endNear(line, SNIPPET_CHARS) : line.length;
  return `${start > 0 ? '…' : ''}${line.slice(0, end).trimEnd()}${isCut ? '…' : ''}`;
}

function startNear(text: string, from: number): number {
  if (from < 24) return 0;
  for (let at = from; at > from - 24 && at > 0; at -= 1) if (/\s/.test(text[at - 1] ?? '')) return at;
  return isLowSurrogate(text, from) ? from - 1 : from;
}

function endNear(line: string, to: number): number {
  const space = line.lastIndexOf(' ', to);
  if (space > to - 24) return space;
  return isLowSurrogate(line, to) ? to - 1 : to;
}

function isLowSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}

function joinRanges(found: readonly Found[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const { start, end } of found) {
    const last = ranges.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else ranges.push([start, end]);
  }
  return ranges;
}
