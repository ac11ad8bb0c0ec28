// The 'electron' module as the app's main process sees it, made of plain Node and a real Chromium.

export { app } from './app.mjs';
export { Menu } from './menu.mjs';
export { log as doubleLog } from './strict.mjs';
export { dialog, nativeTheme, protocol, screen, session, shell } from './system.mjs';
export { BrowserWindow } from './window.mjs';
