import { describe, expect, it } from 'vitest';
import { parseChanges, parsePatch, parseUnified, patchIn } from '../../../../src/main/core/parsers/codex-patch.ts';

describe('an apply_patch text', () => {
  it('gives the diff of each file, with the lines that it adds and takes away', () => {
    const patch = [
      '*** Begin Patch',
      '*** Update File: src/a.ts',
      '@@ class A {',
      ' keep',
      '-old',
      '+new',
      '+more',
      '@@',
      ' end',
      '-gone',
      '*** Add File: b.ts',
      '+one',
      '+',
      '*** Delete File: c.ts',
      '*** Update File: d.ts',
      '*** Move to: e.ts',
      '@@',
      '-x',
      '+y',
      '*** End Patch',
    ].join('\n');
    expect(parsePatch(patchIn(`apply_patch <<'EOF'\n${patch}\nEOF`) ?? '')).toEqual([
      {
        path: 'src/a.ts',
        change: 'update',
        hunks: [
          { oldStart: 0, oldLines: 2, newStart: 0, newLines: 3, lines: [' keep', '-old', '+new', '+more'] },
          { oldStart: 0, oldLines: 2, newStart: 0, newLines: 1, lines: [' end', '-gone'] },
        ],
      },
      {
        path: 'b.ts',
        change: 'create',
        hunks: [{ oldStart: 0, oldLines: 0, newStart: 1, newLines: 2, lines: ['+one', '+'] }],
      },
      { path: 'c.ts', change: 'delete', hunks: [] },
      {
        path: 'e.ts',
        change: 'rename',
        hunks: [{ oldStart: 0, oldLines: 1, newStart: 0, newLines: 1, lines: ['-x', '+y'] }],
      },
    ]);
  });

  it('that was cut off gives what is there', () => {
    expect(parsePatch(patchIn('*** Begin Patch\n*** Add File: a\n+x') ?? '')).toMatchObject([
      { path: 'a', hunks: [{ lines: ['+x'] }] },
    ]);
    expect(patchIn('echo hello')).toBeUndefined();
  });
});

describe('changes that were applied', () => {
  it('are diffs of the kind that each file’s change has', () => {
    expect(
      parseChanges({
        '/new': { type: 'add', content: 'a\nb\n' },
        '/gone': { type: 'delete', content: 'a' },
        '/old': { type: 'update', unified_diff: '@@ -3,2 +3 @@\n a\n-b\n', move_path: '/moved' },
        '/early': { update: { unified_diff: '@@ -1 +1 @@\n-a\n+b\n' } },
      }),
    ).toEqual([
      {
        path: '/new',
        change: 'create',
        hunks: [{ oldStart: 0, oldLines: 0, newStart: 1, newLines: 2, lines: ['+a', '+b'] }],
      },
      {
        path: '/gone',
        change: 'delete',
        hunks: [{ oldStart: 1, oldLines: 1, newStart: 0, newLines: 0, lines: ['-a'] }],
      },
      {
        path: '/moved',
        change: 'rename',
        hunks: [{ oldStart: 3, oldLines: 2, newStart: 3, newLines: 1, lines: [' a', '-b'] }],
      },
      {
        path: '/early',
        change: 'update',
        hunks: [{ oldStart: 1, oldLines: 1, newStart: 1, newLines: 1, lines: ['-a', '+b'] }],
      },
    ]);
  });

  it('leave out what stands around hunks and the mark of a missing last newline', () => {
    expect(parseUnified('--- a\n+++ b\n@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file')).toMatchObject([
      { lines: ['-a', '+b'] },
    ]);
    expect(parseUnified('[trimmed]')).toEqual([]);
  });
});
