// From a parsed query to the conditions that the index, the store and a text are asked for. Pure.

import {
  isEmptyQuery,
  momentMs,
  type SearchFilter,
  type SearchQuery,
  type SearchText,
  type TextField,
} from '../../../shared/model/search-query.ts';
import type { IndexQuestion, SessionFilter } from '../store/index.ts';

/** A call without a result in a session older than this was cut off: nobody waits. */
const WAITING_MS = 24 * 3_600_000;

export interface Question {
  /** Nothing is asked for. */
  readonly isEmpty: boolean;
  /** On entries; sessions left out. */
  readonly index: IndexQuestion;
  /** On whole sessions; undefined where any will do. */
  readonly sessions: SessionFilter | undefined;
  /** On what a session cost; one whose cost is not known fits none. */
  readonly costs: readonly CostFilter[];
}

export type CostFilter = Extract<SearchFilter, { field: 'cost' }>;

export function questionOf(query: SearchQuery, nowMs: number): Question {
  const texts = (field: TextField, not: boolean): SearchText[] =>
    query.filters.flatMap(filter => (filter.field === field && filter.not === not ? [filter.value] : []));
  const is = (state: 'error' | 'waiting') =>
    query.filters.find(filter => filter.field === 'is' && filter.state === state);
  const moments = (field: 'after' | 'before') =>
    query.filters.flatMap(filter => (filter.field === field ? [momentMs(filter.moment, nowMs)] : []));
  const error = is('error');
  const waiting = is('waiting');
  const waitingSinceUs = (nowMs - WAITING_MS) * 1000;
  const sessions: SessionFilter = {
    agents: texts('agent', false),
    projects: texts('project', false),
    notAgents: texts('agent', true),
    notProjects: texts('project', true),
    waitingSinceUs: waiting?.field === 'is' && !waiting.not ? waitingSinceUs : null,
    notWaitingSinceUs: waiting?.field === 'is' && waiting.not ? waitingSinceUs : null,
  };
  const after = moments('after');
  const before = moments('before');
  return {
    isEmpty: isEmptyQuery(query),
    index: {
      all: query.all,
      none: query.none,
      tools: texts('tool', false),
      models: texts('model', false),
      files: texts('file', false),
      notTools: texts('tool', true),
      notModels: texts('model', true),
      notFiles: texts('file', true),
      failed: error?.field === 'is' ? !error.not : null,
      sessions: null,
      fromMs: after.length > 0 ? Math.max(...after) : null,
      beforeMs: before.length > 0 ? Math.min(...before) : null,
      below: null,
    },
    sessions: isAny(sessions) ? undefined : sessions,
    costs: query.filters.filter(filter => filter.field === 'cost'),
  };
}

/** Nano-dollars against what was asked for. */
export function isCost({ compare, nanoUsd }: CostFilter, cost: number): boolean {
  switch (compare) {
    case '<':
      return cost < nanoUsd;
    case '<=':
      return cost <= nanoUsd;
    case '>':
      return cost > nanoUsd;
    case '>=':
      return cost >= nanoUsd;
    default:
      return compare satisfies never;
  }
}

function isAny(filter: SessionFilter): boolean {
  return Object.values(filter).every(value => value === null || (Array.isArray(value) && value.length === 0));
}

export function isInTime({ fromMs, beforeMs }: IndexQuestion, atUs: number): boolean {
  return (fromMs === null || atUs >= fromMs * 1000) && (beforeMs === null || atUs < beforeMs * 1000);
}
