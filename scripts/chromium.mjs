// Where a Chromium is, for the end-to-end tests and for rendering the icons.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const macApps = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * CHROMIUM_PATH, else one that is installed, else the one that Playwright downloaded; undefined where there is none.
 * CHROMIUM_PATH is taken at its word: when it leads nowhere, so does this.
 */
export async function findChromium(env = process.env) {
  if (env.CHROMIUM_PATH) return existsSync(env.CHROMIUM_PATH) ? env.CHROMIUM_PATH : undefined;
  const folders = (env.PATH ?? '').split(delimiter).filter(folder => folder !== '');
  const installed = names.flatMap(name => folders.map(folder => join(folder, name)));
  const found = [...installed, ...(process.platform === 'darwin' ? macApps : [])].find(path => existsSync(path));
  if (found !== undefined) return found;
  const { chromium } = await import('playwright-core');
  const downloaded = chromium.executablePath();
  return existsSync(downloaded) ? downloaded : undefined;
}
