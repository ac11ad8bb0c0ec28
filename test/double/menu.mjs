// Menu and MenuItem: the tree and its clicks. What a role does is the system's; that the role exists is checked here.

import { app } from './app.mjs';

const ROLES = new Set(
  (
    'undo redo cut copy paste pasteAndMatchStyle delete selectAll reload forceReload toggleDevTools resetZoom zoomIn ' +
    'zoomOut toggleSpellChecker togglefullscreen window minimize close help about services hide hideOthers unhide quit ' +
    'showSubstitutions startSpeaking stopSpeaking zoom front appMenu fileMenu editMenu viewMenu shareMenu ' +
    'recentDocuments toggleTabBar selectNextTab selectPreviousTab mergeAllWindows clearRecentDocuments windowMenu'
  ).split(' '),
);

let applicationMenu = null;

class MenuItem {
  constructor(options) {
    const { role, label, type } = options;
    if (role !== undefined && !ROLES.has(role)) throw new Error(`Unknown menu role: ${role}`);
    if (role === undefined && label === undefined && type !== 'separator') throw new Error('A menu item needs a label');
    Object.assign(this, { enabled: true, visible: true, type: 'normal', label: label ?? '', role, ...options });
    this.submenu = Array.isArray(options.submenu) ? Menu.buildFromTemplate(options.submenu) : null;
    this.click = () => (role === 'quit' ? app.quit() : options.click?.(this, undefined, {}));
  }
}

export class Menu {
  items = [];

  static buildFromTemplate(template) {
    const menu = new Menu();
    menu.items = template.map(options => new MenuItem(options));
    return menu;
  }

  static setApplicationMenu(menu) {
    applicationMenu = menu;
  }

  static getApplicationMenu() {
    return applicationMenu;
  }

  getMenuItemById(id) {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id);
      if (found) return found;
    }
    return null;
  }
}
