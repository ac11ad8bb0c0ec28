// Finds the big corpus of recorded logs. It is not part of the repository: tests that read it are skipped without it.

import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FileHint } from '../../src/main/core/parsers/parser.ts';

const repositoryDir = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The small real files that come with the repository. */
export const fixturesDir = join(repositoryDir, 'test/fixtures');

/** Absolute path of the corpus (PLAYHEAD_CORPUS, else ../shared/data beside the repository); undefined where it is absent. */
export const corpusDir: string | undefined = findCorpus();

/** For the name of a skipped suite: says in one line why it did not run. */
export const corpusNote =
  corpusDir === undefined ? ' (skipped: no corpus; set PLAYHEAD_CORPUS to the folder that holds it)' : '';

function findCorpus(): string | undefined {
  const dir = process.env['PLAYHEAD_CORPUS'] ?? join(repositoryDir, '../shared/data');
  return existsSync(dir) ? resolve(dir) : undefined;
}

/** Every file below a folder whose path relative to it passes, sorted; relative, with '/'. */
export function listFiles(dir: string, wanted: (relPath: string) => boolean = () => true): readonly string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter(wanted)
    .sort();
}

/** What a source whose folder is `dir` would tell a parser about one of its files. */
export function hintFor(dir: string, relPath: string): FileHint {
  const path = join(dir, relPath);
  return {
    relPath,
    modifiedUs: statSync(path).mtimeMs * 1000,
    siblings: readdirSync(dirname(path)).sort(),
  };
}
