// Pictures of the app, light and dark, small and large: for people to look at. The folder is printed; what is checked
// is that the pages are there, fit their window and complain about nothing.

import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openWindow, repository, serve, type Served, sessionRow, temporaryFolder } from './harness.ts';

const projects = join(repository, 'test/fixtures/claude-code/projects');
const pictures = process.env['PLAYHEAD_PICTURES'] ?? join(tmpdir(), 'playhead-pictures');

describe('the looks of the app', { timeout: 90_000 }, () => {
  const folder = temporaryFolder();
  let browser: Browser;
  let served: Served;

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    browser = await launchBrowser();
    served = await serve({ dataDir: join(folder.path, 'data'), sources: [`claude-code=${projects}`] });
  });
  afterAll(async () => {
    await browser.close();
    await served.stop();
    folder.remove();
    console.log(`pictures of the app: ${pictures}`);
  });

  it.each([
    ['light', 1280, 800],
    ['dark', 1280, 800],
    ['light', 1920, 1080],
    ['dark', 1920, 1080],
  ] as const)('%s at %i x %i', async (colorScheme, width, height) => {
    const window = await openWindow(browser, await served.newAddress(), { colorScheme, viewport: { width, height } });
    const { page } = window;
    await sessionRow(page, /test-sub/).click();
    const take = async (name: string, ready: string) => {
      await page.locator(ready).first().waitFor();
      await page.evaluate(() => document.fonts.ready);
      await page.screenshot({ path: join(pictures, `${name}-${colorScheme}-${width}.png`), animations: 'disabled' });
      // Nothing reaches over the edge of the window.
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    };
    await page.keyboard.press('1');
    await take('graph', '.graph-status');
    await page.keyboard.press('2');
    await take('conversation', 'article .conversation-card, article .conversation-answer');
    await page.locator('article .conversation-card-head').last().click();
    await take('conversation-selected', 'article[aria-current="true"]');
    await page.keyboard.press('3');
    await take('raw', '[role="grid"] tbody tr');
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(ground === 'rgb(255, 255, 255)').toBe(colorScheme === 'light');
    await window.close();
  });
});
