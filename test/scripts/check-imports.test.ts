import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const repository = resolve(import.meta.dirname, '../..');
const planted = join(repository, 'test/fixtures/import-rules');

function check(...args: string[]): {
  readonly status: number | null;
  readonly found: string[];
  readonly output: string;
} {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/check-imports.mjs', ...args], {
    cwd: repository,
    encoding: 'utf8',
  });
  const found = stdout.split('\n').flatMap(line => /^\S+:\d+ {2}\[[^\]]+\]/.exec(line)?.[0].replace(/ +/, ' ') ?? []);
  return { status, found: found.toSorted(), output: stdout + stderr };
}

/** Every mark of the planted tree as `file:line [rule]`. */
function marks(): string[] {
  return readdirSync(join(planted, 'src'), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') || name.endsWith('.tsx'))
    .flatMap(name => {
      const file = `src/${name.split(sep).join('/')}`;
      const lines = readFileSync(join(planted, file), 'utf8').split('\n');
      return lines.flatMap((line, index) => {
        const rule = /planted: (.*?)(?: \*\/|$)/.exec(line)?.[1];
        return rule === undefined ? [] : [`${file}:${index + 1} [${rule}]`];
      });
    })
    .toSorted();
}

describe('the import rules', () => {
  it('hold in src', () => {
    const { status, output } = check();
    expect(output).toMatch(/^imports: \d+ files, \d+ imports, 0 violations\n$/);
    expect(status).toBe(0);
  });

  it('find every planted violation at its line, and nothing else', () => {
    const { status, found } = check('--root', planted);
    expect(found).toEqual(marks());
    expect(status).toBe(1);
  });

  it('each have a planted violation', () => {
    const rules =
      readFileSync(join(repository, 'scripts/import-rules.mjs'), 'utf8').split('export const rows')[1] ?? '';
    const names = [...rules.matchAll(/^ {2}\[\s*'([^']+)',\s*[[A-Z]/gm)].map(([, name]) => name);
    const marked = marks().map(mark => /\[(.*)\]$/.exec(mark)?.[1]);
    expect(names.length).toBeGreaterThan(24);
    expect(names.filter(name => !marked.includes(name))).toEqual([]);
  });
});
