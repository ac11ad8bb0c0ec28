// The command line's words, the same for every way to start.

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PlayheadError } from '../shared/base/errors.ts';
import type { OpenRequest } from './compose.ts';
import type { NamedSource } from './core/sources/source-service.ts';
import { defaultDataDir } from './data-dir.ts';

export interface Arguments {
  readonly words: readonly string[];
  readonly dataDir: string;
  readonly sources: 'default' | readonly NamedSource[];
  readonly json: boolean;
  readonly help: boolean;
  readonly port: number;
  readonly open: boolean;
  readonly project: string | undefined;
  readonly sessionId: string | undefined;
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
} as const;

/** Relative paths start at `cwd`. Fails with 'bad-input' for flags that are not known or do not fit. */
export function readArguments(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Arguments {
  const { values, positionals } = parse(args);
  const port = Number(values.port ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new PlayheadError('bad-input', `--port takes a number from 0 to 65535, not ${values.port}.`);
  return {
    words: positionals,
    dataDir:
      values['data-dir'] === undefined ? defaultDataDir(env, process.platform) : resolve(cwd, values['data-dir']),
    sources: values.source === undefined ? 'default' : values.source.map(text => readSource(text, cwd)),
    json: values.json ?? false,
    help: values.help ?? false,
    port,
    open: !(values['no-open'] ?? false),
    project: values.path === undefined ? undefined : resolve(cwd, values.path),
    sessionId: values.session,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: flags });
  } catch (cause) {
    throw new PlayheadError('bad-input', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function readSource(text: string, cwd: string): NamedSource {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1)
    throw new PlayheadError('bad-input', `--source takes FORMAT=PATH, not ${JSON.stringify(text)}.`);
  return { format: text.slice(0, at), path: resolve(cwd, text.slice(at + 1)) };
}

export function requestOf(args: Arguments, files: readonly string[], cwd: string): OpenRequest {
  return {
    ...(args.project === undefined ? {} : { project: args.project }),
    ...(args.sessionId === undefined ? {} : { sessionId: args.sessionId }),
    files: files.map(file => resolve(cwd, file)),
  };
}
