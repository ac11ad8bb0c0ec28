// Search in a browser: over recorded sessions, and over one that is being written.

import { cpSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ClaudeLog } from './claude-log.ts';
import {
  launchBrowser,
  openWindow,
  patient,
  repository,
  serve,
  type Served,
  temporaryFolder,
  type Window,
} from './harness.ts';

const pictures = process.env['PLAYHEAD_PICTURES'] ?? join(tmpdir(), 'playhead-pictures');

describe('searching in a browser', { timeout: 60_000 }, () => {
  const folder = temporaryFolder();
  const projects = join(folder.path, 'projects');
  let browser: Browser;
  let served: Served;
  let log: ClaudeLog;
  let window: Window;
  let page: Page;

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    cpSync(join(repository, 'test/fixtures/claude-code/projects'), projects, { recursive: true });
    log = new ClaudeLog(join(projects, 'shop/22222222-2222-4222-8222-222222222222.jsonl'));
    log.prompt('Count the birds of the reeds');
    for (let step = 1; step <= 60; step += 1) {
      log.toolCall(`toolu_${step}`, 'Bash', { command: `count-birds --reed ${step}` });
      log.toolResult(
        `toolu_${step}`,
        step === 30 ? 'one bittern, hiding <b>well</b>' : `reed ${step}: nobody`,
        step === 7,
      );
    }
    log.answer('There is one.');
    browser = await launchBrowser();
    served = await serve({ dataDir: join(folder.path, 'data'), sources: [`claude-code=${projects}`] });
  });
  afterAll(async () => {
    await browser.close();
    await served.stop();
    folder.remove();
  });
  beforeEach(async () => {
    window = await openWindow(browser, await served.newAddress());
    page = window.page;
    await page.getByRole('treeitem', { level: 2 }).first().waitFor();
  });
  afterEach(() => window.close());

  const field = () => page.getByRole('combobox', { name: 'Search' });
  const places = () => page.getByRole('option');
  const search = async (text: string) => {
    await page.keyboard.press('Control+k');
    await field().fill(text);
  };

  it('finds a word in the output of one of sixty calls, leads to it, and back to what was found', async () => {
    await search('bittern');
    await expect.poll(() => places().count(), patient).toBe(1);
    expect(await places().locator('mark').allTextContents()).toEqual(['bittern']);
    expect(await places().textContent()).toContain('<b>well</b>');

    await page.keyboard.press('Enter');
    await field().waitFor({ state: 'detached' });
    const entry = page.locator('article[aria-current="true"]').first();
    await entry.waitFor();
    await expect.poll(() => entry.textContent(), patient).toContain('--reed 30');
    const isInView = () =>
      entry.evaluate(element => {
        const { top, bottom } = element.getBoundingClientRect();
        return top >= 0 && bottom <= innerHeight;
      });
    await expect.poll(isInView, patient).toBe(true);
    expect(page.url()).toContain('/conversation?');

    await page.goBack();
    await expect.poll(() => field().inputValue(), patient).toBe('bittern');
    await expect.poll(() => places().count(), patient).toBe(1);
    await page.keyboard.press('Escape');
    await field().waitFor({ state: 'detached' });
  });

  it('answers as one types, with operators', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('count-bir', { delay: 30 });
    const count = () => page.locator('.search-count').textContent();
    await expect.poll(count, patient).toBe('60 places');
    await page.keyboard.type('ds is:err', { delay: 30 });
    await expect.poll(count, patient).toBe('60 places');
    await page.keyboard.type('or', { delay: 30 });
    await expect.poll(count, patient).toBe('1 place');
    await field().fill('count-birds tool:Read');
    await page.getByText('Nothing was found').waitFor();
  });

  it('shows more of a session when asked', async () => {
    await search('count-birds');
    await page.getByText('More places in this session').click();
    await expect.poll(() => places().count(), patient).toBe(60);
    await page.keyboard.press('PageDown');
    await page.keyboard.press('PageDown');
    const active = page.locator('[role="option"][aria-selected="true"]');
    expect(await active.getAttribute('id')).toBe(await places().nth(16).getAttribute('id'));
    await expect
      .poll(() => active.evaluate(element => element.getBoundingClientRect().bottom < innerHeight), patient)
      .toBe(true);
  });

  it('finds what an agent writes within moments', async () => {
    await search('whimbrel');
    await page.getByText('Nothing was found').waitFor();
    log.prompt('And a whimbrel?');
    const found = async () => {
      await field().fill('whimbrel ');
      await page.waitForTimeout(150);
      await field().fill('whimbrel');
      await page.waitForTimeout(150);
      return places().count();
    };
    await expect.poll(found, patient).toBe(1);
  });

  it.each([
    ['light', 1280, 800],
    ['dark', 1280, 800],
    ['light', 1920, 1080],
    ['dark', 1920, 1080],
  ] as const)('looks as the rest does: %s at %i x %i', async (colorScheme, width, height) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    await page.keyboard.press('Control+k');
    await page.getByRole('list', { name: 'What can be typed' }).waitFor();
    const take = (name: string) =>
      page.screenshot({ path: join(pictures, `search-${name}-${colorScheme}-${width}.png`), animations: 'disabled' });
    await take('hints');
    await field().fill('error');
    await places().first().waitFor();
    await page.getByText(/ places$/).waitFor();
    await take('places');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  });
});
