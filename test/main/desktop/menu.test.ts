import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { type MenuCommands, menuTemplate } from '../../../src/main/desktop/menu.ts';

const PLATFORMS = ['linux', 'win32', 'darwin'] as const;
const commands: MenuCommands = { openFiles() {}, openFolder() {}, showDataFolder() {}, showAbout() {} };

function items(platform: NodeJS.Platform, development = false): MenuItemConstructorOptions[] {
  const all = (list: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
    list.flatMap(item => [item, ...(Array.isArray(item.submenu) ? all(item.submenu) : [])]);
  return all(menuTemplate({ platform, appName: 'Playhead', development }, commands));
}

describe('the application menu', () => {
  it.each(PLATFORMS)('offers opening, editing, zooming, quitting and about on %s', platform => {
    const found = items(platform).map(item => item.role ?? item.id ?? item.label);
    expect(found).toEqual(
      expect.arrayContaining([
        'open',
        'open-folder',
        'copy',
        'selectAll',
        'zoomIn',
        'togglefullscreen',
        'windowMenu',
        'quit',
      ]),
    );
    expect(items(platform).filter(item => /About/.test(item.label ?? ''))).toHaveLength(1);
  });

  it.each(PLATFORMS)('uses each accelerator once on %s', platform => {
    const keys = items(platform).flatMap(item => item.accelerator ?? []);
    expect(keys).toEqual([...new Set(keys)]);
    expect(keys).toContain('CmdOrCtrl+O');
  });

  it('cannot reload an installed app, which would lose the place', () => {
    const roles = (development: boolean): unknown[] => items('linux', development).map(item => item.role);
    expect(roles(false)).not.toContain('reload');
    expect(roles(false)).not.toContain('toggleDevTools');
    expect(roles(true)).toContain('reload');
  });

  it('keeps what belongs to macOS there', () => {
    const roles = (platform: NodeJS.Platform): unknown[] => items(platform).map(item => item.role);
    for (const role of ['services', 'hideOthers', 'recentDocuments']) {
      expect(roles('darwin')).toContain(role);
      expect(roles('linux')).not.toContain(role);
    }
    expect(menuTemplate({ platform: 'darwin', appName: 'Playhead', development: false }, commands)[0]?.label).toBe(
      'Playhead',
    );
  });
});
