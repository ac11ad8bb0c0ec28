// The command line's words, the same for every way to start.

import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PlayheadError } from '../shared/base/errors.ts';
import { dayOfDate, isTimeZone } from '../shared/base/time-zone.ts';
import { type UsageGroup, usageGroups } from '../shared/contract/usage.ts';
import { type OpenRequest, sourceFormatIds } from './compose.ts';
import type { NamedSource } from './core/sources/source-service.ts';
import { defaultDataDir, homeDir } from './data-dir.ts';

export interface Arguments {
  readonly words: readonly string[];
  /** The flags that were given. */
  readonly given: readonly FlagName[];
  readonly dataDir: string;
  readonly sources: 'default' | readonly NamedSource[];
  readonly json: boolean;
  readonly help: boolean;
  readonly port: number;
  readonly open: boolean;
  readonly project: string | undefined;
  readonly sessionId: string | undefined;
  readonly by: UsageGroup;
  /** Dates as 2026-03-29. */
  readonly since: string | null;
  readonly until: string | null;
  readonly timezone: string | null;
  readonly limit: number;
}

export const flags = {
  'data-dir': { type: 'string' },
  source: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  port: { type: 'string' },
  'no-open': { type: 'boolean' },
  path: { type: 'string' },
  session: { type: 'string' },
  by: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  timezone: { type: 'string' },
  limit: { type: 'string' },
} as const;
export type FlagName = keyof typeof flags;

/** Relative paths start at `cwd`, those with '~' at home. Fails with 'bad-input' for flags that are not known or do not fit. */
export function readArguments(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Arguments {
  const { values, positionals } = parse(args);
  const path = (flag: FlagName, text: string) => readPath(flag, text, cwd, env);
  return {
    words: positionals,
    given: Object.keys(values) as FlagName[],
    dataDir:
      values['data-dir'] === undefined ? defaultDataDir(env, process.platform) : path('data-dir', values['data-dir']),
    sources: values.source === undefined ? 'default' : values.source.map(text => readSource(text, cwd, env)),
    json: values.json ?? false,
    help: values.help ?? false,
    port: readPort(values.port ?? '0'),
    open: !(values['no-open'] ?? false),
    project: values.path === undefined ? undefined : path('path', values.path),
    sessionId: values.session,
    by: readGroup(values.by ?? 'day'),
    since: readDate('since', values.since),
    until: readDate('until', values.until),
    timezone: readTimeZone(values.timezone),
    limit: readLimit(values.limit ?? '50'),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: flags });
  } catch (cause) {
    // The first sentence says what is wrong; the rest is advice on quoting.
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new PlayheadError('bad-input', `${message.split(/\.\s/)[0]?.replace(/\.$/, '')}.`, { cause });
  }
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535))
    throw new PlayheadError('bad-input', `--port takes a number from 0 to 65535, not ${JSON.stringify(text)}.`);
  return port;
}

function readLimit(text: string): number {
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit < 1) throw new PlayheadError('bad-input', `--limit takes a number from 1, not ${JSON.stringify(text)}.`);
  return limit;
}

function readGroup(text: string): UsageGroup {
  const group = usageGroups.find(known => known === text);
  if (group === undefined)
    throw new PlayheadError('bad-input', `--by takes ${usageGroups.join(', ')}, not ${JSON.stringify(text)}.`);
  return group;
}

/** 2026-03-29 or 20260329, as 2026-03-29. */
function readDate(flag: FlagName, text: string | undefined): string | null {
  if (text === undefined) return null;
  const date = text.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3');
  if (dayOfDate(date) === undefined)
    throw new PlayheadError('bad-input', `--${flag} takes a date such as 2026-03-29, not ${JSON.stringify(text)}.`);
  return date;
}

function readTimeZone(text: string | undefined): string | null {
  if (text !== undefined && !isTimeZone(text))
    throw new PlayheadError(
      'bad-input',
      `--timezone takes a name such as Europe/Berlin or UTC, not ${JSON.stringify(text)}.`,
    );
  return text ?? null;
}

function readPath(flag: FlagName, text: string, cwd: string, env: NodeJS.ProcessEnv): string {
  if (text === '') throw new PlayheadError('bad-input', `--${flag} takes a path.`);
  return fromHome(text, env) ?? resolve(cwd, text);
}

function readSource(text: string, cwd: string, env: NodeJS.ProcessEnv): NamedSource {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1)
    throw new PlayheadError('bad-input', `--source takes FORMAT=PATH, not ${JSON.stringify(text)}.`);
  const format = text.slice(0, at);
  if (!sourceFormatIds.includes(format))
    throw new PlayheadError(
      'bad-input',
      `There is no format ${JSON.stringify(format)}; there are ${sourceFormatIds.join(', ')}.`,
    );
  return { format, path: readPath('source', text.slice(at + 1), cwd, env) };
}

/** A shell leaves the '~' of FORMAT=~/logs to us. */
function fromHome(path: string, env: NodeJS.ProcessEnv): string | undefined {
  if (path !== '~' && !path.startsWith('~/')) return undefined;
  return join(homeDir(env), path.slice(1));
}

export function requestOf(args: Arguments, files: readonly string[], cwd: string): OpenRequest {
  return {
    ...(args.project === undefined ? {} : { project: args.project }),
    ...(args.sessionId === undefined ? {} : { sessionId: args.sessionId }),
    files: files.map(file => resolve(cwd, file)),
  };
}
