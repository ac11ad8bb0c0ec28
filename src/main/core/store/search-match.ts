// The MATCH expression of a search: SQLite's full-text syntax, with everything people typed inside quotes.
//
// Contract: no text gets out of its quotes, whatever it holds. Facets are words that no text can hold: they begin with
// a private-use character that texts and queries are cleaned of.

import { fold, spaceWords } from '../../../shared/model/search-words.ts';
import type { SearchText } from '../../../shared/model/search-query.ts';

const MARK = '\uE000';

/** What an entry is filtered by, as words of the facet column. */
export interface Facets {
  readonly sessionRow: number;
  readonly kind: string;
  readonly tool: string | null;
  readonly model: string | null;
  readonly failed: boolean;
}

/** Conditions on entries; all must hold. Of `tools`, `models`, `files` any one. */
export interface Match {
  readonly all: readonly SearchText[];
  readonly none: readonly SearchText[];
  readonly tools: readonly SearchText[];
  readonly models: readonly SearchText[];
  readonly files: readonly SearchText[];
  readonly notTools: readonly SearchText[];
  readonly notModels: readonly SearchText[];
  readonly notFiles: readonly SearchText[];
  readonly failed: boolean | null;
  /** Row ids; null: any. */
  readonly sessions: readonly number[] | null;
}

const KINDS = ['prompt', 'system', 'answer', 'thinking', 'tool', 'error', 'compaction', 'notice'] as const;

/** Text as the index takes it. */
export function indexable(text: string): string {
  return spaceWords(text.includes(MARK) ? text.replaceAll(MARK, ' ') : text);
}

export function facetWords({ sessionRow, kind, tool, model, failed }: Facets): string {
  const words = [`${MARK}k${kind}`, `${MARK}s${sessionRow}`];
  if (failed) words.push(`${MARK}e`);
  if (tool !== null) words.push(...toolWords(tool).map(word => `${MARK}t${word}`));
  if (model !== null) words.push(...partsOf(model).map(part => `${MARK}m${part}`));
  return words.join(' ');
}

/** Undefined where there is no condition that the full-text index knows: every entry fits. */
export function matchExpression(match: Match): string | undefined {
  const must = [
    ...match.all.map(plain),
    ...anyOf(match.tools.map(tool)),
    ...anyOf(match.models.map(model)),
    ...anyOf(match.files.map(file)),
    ...(match.failed === true ? [facet([`${MARK}e`], false)] : []),
    ...(match.sessions === null ? [] : [sessionExpression(match.sessions)]),
  ];
  const not = [
    ...match.none.map(plain),
    ...match.notTools.map(tool),
    ...match.notModels.map(model),
    ...match.notFiles.map(file),
    ...(match.failed === false ? [facet([`${MARK}e`], false)] : []),
  ];
  if (must.length === 0 && not.length === 0) return undefined;
  // NOT needs something to take away from: every entry has a kind.
  const base =
    must.length > 0 ? must.join(' AND ') : `(${KINDS.map(kind => facet([`${MARK}k${kind}`], false)).join(' OR ')})`;
  return not.length === 0 ? base : `(${base}) NOT (${not.join(' OR ')})`;
}

function plain({ text, prefix }: SearchText): string {
  return quote(indexable(text), prefix);
}

function file({ text }: SearchText): string {
  // The end of a path is rarely typed whole.
  return `path : ${quote(indexable(text), true)}`;
}

function tool({ text, prefix }: SearchText): string {
  return facet([`${MARK}t${joined(text)}`], prefix);
}

function model({ text, prefix }: SearchText): string {
  return facet(
    partsOf(text).map(part => `${MARK}m${part}`),
    prefix,
  );
}

/** Entries of these sessions; of none where there are none. */
export function sessionExpression(sessions: readonly number[]): string {
  const words = sessions.length === 0 ? ['none'] : sessions;
  return `facet : (${words.map(word => quote(`${MARK}s${word}`, false)).join(' OR ')})`;
}

function anyOf(expressions: readonly string[]): readonly string[] {
  return expressions.length > 1 ? [`(${expressions.join(' OR ')})`] : expressions;
}

function facet(words: readonly string[], prefix: boolean): string {
  return `facet : ${quote(words.join(' '), prefix)}`;
}

function quote(text: string, prefix: boolean): string {
  const safe = text.replaceAll('\0', ' ').replaceAll('"', '""');
  return prefix ? `"${safe}" *` : `"${safe}"`;
}

/** A tool by its name, and one of an MCP server by the server's and its own too: 'mcp__github__create_issue'. */
function toolWords(name: string): readonly string[] {
  const parts = name.split('__').map(joined);
  return [...new Set([joined(name), ...(parts.length > 1 ? parts : [])])].filter(word => word !== '');
}

function joined(text: string): string {
  return partsOf(text).join('');
}

function partsOf(text: string): readonly string[] {
  return fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter(part => part !== '');
}
