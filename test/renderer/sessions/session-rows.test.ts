import { describe, expect, it } from 'vitest';
import { groupRows, neighbour, type Row, rowOffsets } from '../../../src/renderer/features/sessions/session-rows.ts';
import { firstVisible, keepTop } from '../../../src/renderer/features/sessions/use-anchor.ts';
import { agentLook } from '../../../src/renderer/features/sessions/agents.ts';
import type { SessionId } from '../../../src/shared/model/ids.ts';
import { session } from '../fake-core.ts';

const a1 = session({ id: 'a1', project: 'a' });
const b1 = session({ id: 'b1', project: 'b' });
const a2 = session({ id: 'a2', project: 'a' });
const none = () => false;

const outline = (rows: readonly Row[]) => rows.map(row => (row.kind === 'group' ? row.project : `  ${row.session.id}`));

describe('groupRows', () => {
  it('puts sessions below their project, projects in the order of their newest session', () => {
    const rows = groupRows([b1, a1, a2], new Set(), none);
    expect(outline(rows)).toEqual(['b', '  b1', 'a', '  a1', '  a2']);
  });

  it('leaves out the sessions of a folded project, and still counts them', () => {
    const rows = groupRows([a1, b1, a2], new Set(['a']), one => one.id === 'a2');
    expect(outline(rows)).toEqual(['a', 'b', '  b1']);
    expect(rows[0]).toMatchObject({ count: 2, unread: 1, folded: true });
  });

  it('marks what is unread, and tells each row its place in the group', () => {
    const rows = groupRows([a1, a2], new Set(), one => one.id === 'a2');
    expect(rows.slice(1)).toMatchObject([
      { unread: false, position: 1, groupSize: 2 },
      { unread: true, position: 2, groupSize: 2 },
    ]);
  });
});

describe('neighbour', () => {
  const rows = groupRows([a1, b1, a2], new Set(), none);

  it('goes through the sessions as they are shown, over headings', () => {
    expect(neighbour(rows, 'a1' as SessionId, 1)).toBe('a2');
    expect(neighbour(rows, 'a2' as SessionId, 1)).toBe('b1');
    expect(neighbour(rows, 'b1' as SessionId, -1)).toBe('a2');
  });

  it('stops at both ends, and begins at the top', () => {
    expect(neighbour(rows, 'b1' as SessionId, 1)).toBeNull();
    expect(neighbour(rows, 'a1' as SessionId, -1)).toBeNull();
    expect(neighbour(rows, null, 1)).toBe('a1');
  });
});

describe('the place of rows', () => {
  it('adds up headings of 32 and sessions of 50 pixels', () => {
    const rows = groupRows([a1, a2, b1], new Set(), none);
    expect(rowOffsets(rows)).toEqual([0, 32, 82, 132, 164, 214]);
  });

  it('finds the first row that begins below an edge', () => {
    const offsets = [0, 32, 82, 132];
    expect([0, 1, 32, 33, 131, 999].map(top => firstVisible(offsets, top))).toEqual([0, 1, 1, 2, 3, 3]);
  });
});

describe('keepTop', () => {
  const layout = (sessions: Parameters<typeof groupRows>[0], folded: string[] = []) => {
    const rows = groupRows(sessions, new Set(folded), none);
    return { rows, offsets: rowOffsets(rows) };
  };
  const before = layout([a1, a2, b1]);

  it('moves with the rows that come and go above the first visible one', () => {
    const newer = session({ id: 'a0', project: 'a' });
    expect(keepTop(before, layout([newer, a1, a2, b1]), 82)).toBe(132);
    expect(keepTop(layout([newer, a1, a2, b1]), before, 132)).toBe(82);
    expect(keepTop(before, layout([newer, a1, a2, b1]), 60)).toBe(110);
  });

  it('stays when rows change below', () => {
    expect(keepTop(before, layout([a1, a2, b1, session({ id: 'c', project: 'c' })]), 32)).toBe(32);
  });

  it('shows the heading of a project that was folded under the eyes of the user', () => {
    expect(keepTop(before, layout([a1, a2, b1], ['a']), 82)).toBe(0);
    expect(keepTop(before, layout([a1, a2, b1], ['b']), 164)).toBe(132);
  });

  it('begins at the top when nothing is left', () => {
    expect(keepTop(before, layout([]), 132)).toBe(0);
  });
});

describe('agentLook', () => {
  it('knows the agents by name, and gives others letters and a hue that stay the same', () => {
    expect(agentLook('claude-code')).toMatchObject({ name: 'Claude Code', letters: 'CC' });
    expect(agentLook('my_own agent')).toEqual(agentLook('my_own agent'));
    expect(agentLook('my_own agent').letters).toBe('Mo');
    expect(agentLook('').letters).toBe('?');
    expect(agentLook('constructor').name).toBe('constructor');
  });
});
