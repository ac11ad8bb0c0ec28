// What a start asks for, read from a command line: our own flags, files, and whatever Chromium adds, which is passed over.

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';

/** A start's wishes with absolute paths; also what a second start hands to the first. */
export const launchSchema = z.object({
  project: z.string().optional(),
  sessionId: z.string().optional(),
  files: z.array(z.string()),
});
export type LaunchRequest = z.infer<typeof launchSchema>;

export interface Launch {
  readonly request: LaunchRequest;
  /** Undefined: the default place. */
  readonly dataDir: string | undefined;
  readonly sources: 'default' | readonly { readonly format: string; readonly path: string }[];
}

/** `args` are the process's arguments without the program and without the application's folder. Relative paths start at `cwd`. */
export function readLaunch(args: readonly string[], cwd: string): Launch {
  const { values, positionals } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    options: {
      path: { type: 'string' },
      session: { type: 'string' },
      'data-dir': { type: 'string' },
      source: { type: 'string', multiple: true },
    },
  });
  const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
  const path = (value: unknown): string | undefined =>
    text(value) === undefined ? undefined : resolve(cwd, String(value));
  const project = path(values.path);
  const sessionId = text(values.session);
  return {
    request: {
      ...(project === undefined ? {} : { project }),
      ...(sessionId === undefined ? {} : { sessionId }),
      files: positionals.map(file => resolve(cwd, file)),
    },
    dataDir: path(values['data-dir']),
    sources: readSources(values.source, cwd),
  };
}

function readSources(values: unknown, cwd: string): Launch['sources'] {
  const named = Array.isArray(values) ? values.filter(value => typeof value === 'string') : [];
  if (named.length === 0) return 'default';
  return named.map(value => {
    const at = value.indexOf('=');
    return at < 1
      ? { format: 'auto', path: resolve(cwd, value) }
      : { format: value.slice(0, at), path: resolve(cwd, value.slice(at + 1)) };
  });
}
