// The application menu: the platform's own roles and accelerators, and Playhead's few commands.

import type { MenuItemConstructorOptions } from 'electron';

export interface MenuCommands {
  openFiles(): void;
  openFolder(): void;
  showDataFolder(): void;
  showAbout(): void;
}

export interface MenuSetup {
  readonly platform: NodeJS.Platform;
  readonly appName: string;
  /** Adds reload and the developer tools. An installed app has neither: a reload would only lose the place. */
  readonly development: boolean;
}

const separator: MenuItemConstructorOptions = { type: 'separator' };
const recentMenu: MenuItemConstructorOptions = { role: 'recentDocuments', submenu: [{ role: 'clearRecentDocuments' }] };
const speechMenu: MenuItemConstructorOptions = {
  label: 'Speech',
  submenu: [{ role: 'startSpeaking' }, { role: 'stopSpeaking' }],
};
const developerItems: readonly MenuItemConstructorOptions[] = [{ role: 'reload' }, { role: 'toggleDevTools' }];

export function menuTemplate(setup: MenuSetup, commands: MenuCommands): MenuItemConstructorOptions[] {
  const isMac = setup.platform === 'darwin';
  return [
    ...(isMac ? [appMenu(setup, commands)] : []),
    fileMenu(isMac, commands),
    editMenu(isMac),
    viewMenu(setup.development),
    { role: 'windowMenu' },
    helpMenu(isMac, setup.appName, commands),
  ];
}

function appMenu({ appName }: MenuSetup, commands: MenuCommands): MenuItemConstructorOptions {
  return {
    label: appName,
    submenu: [
      { label: `About ${appName}`, click: () => commands.showAbout() },
      separator,
      { role: 'services' },
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      { role: 'quit' },
    ],
  };
}

function fileMenu(isMac: boolean, commands: MenuCommands): MenuItemConstructorOptions {
  return {
    id: 'file',
    label: '&File',
    submenu: [
      { id: 'open', label: '&Open…', accelerator: 'CmdOrCtrl+O', click: () => commands.openFiles() },
      {
        id: 'open-folder',
        label: 'Open &Folder…',
        accelerator: 'CmdOrCtrl+Shift+O',
        click: () => commands.openFolder(),
      },
      ...(isMac ? [recentMenu] : []),
      separator,
      isMac ? { role: 'close' } : { role: 'quit' },
    ],
  };
}

function editMenu(isMac: boolean): MenuItemConstructorOptions {
  return {
    label: '&Edit',
    submenu: [
      { role: 'undo' },
      { role: 'redo' },
      separator,
      { role: 'cut' },
      { role: 'copy' },
      { role: 'paste' },
      { role: 'delete' },
      { role: 'selectAll' },
      ...(isMac ? [separator, speechMenu] : []),
    ],
  };
}

function viewMenu(development: boolean): MenuItemConstructorOptions {
  return {
    label: '&View',
    submenu: [
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      separator,
      { role: 'togglefullscreen' },
      ...(development ? [separator, ...developerItems] : []),
    ],
  };
}

function helpMenu(isMac: boolean, appName: string, commands: MenuCommands): MenuItemConstructorOptions {
  return {
    role: 'help',
    submenu: [
      { id: 'data-folder', label: 'Show &Data Folder', click: () => commands.showDataFolder() },
      ...(isMac ? [] : [separator, { id: 'about', label: `&About ${appName}`, click: () => commands.showAbout() }]),
    ],
  };
}
