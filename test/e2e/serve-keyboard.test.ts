// The whole way through the app without a mouse.

import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openWindow, patient, repository, serve, type Served, temporaryFolder } from './harness.ts';

const projects = join(repository, 'test/fixtures/claude-code/projects');

describe('the keyboard alone', { timeout: 60_000 }, () => {
  const folder = temporaryFolder();
  let browser: Browser;
  let served: Served;

  beforeAll(async () => {
    browser = await launchBrowser();
    served = await serve({ dataDir: join(folder.path, 'data'), sources: [`claude-code=${projects}`] });
  });
  afterAll(async () => {
    await browser.close();
    await served.stop();
    folder.remove();
  });

  const focused = (page: Page) =>
    page.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
    });
  /** Tabs on until what the selector means has the focus. */
  const tabTo = async (page: Page, selector: string) => {
    for (let step = 0; step < 60; step += 1) {
      await page.keyboard.press('Tab');
      if ((await page.locator(selector).and(page.locator(':focus')).count()) === 1) return;
    }
    throw new Error(`Tab never came to ${selector}; the last one was ${await focused(page)}`);
  };

  it('finds a session, reads it, goes to the graph and the raw records, and back', async () => {
    const window = await openWindow(browser, served.url);
    const { page } = window;
    await page.getByRole('treeitem', { level: 2 }).first().waitFor();

    await page.keyboard.press('/');
    await page.keyboard.type('supported by Chrome');
    await expect.poll(() => page.getByRole('treeitem', { level: 2 }).count(), patient).toBe(1);
    await tabTo(page, '[role="tree"]');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('tablist', { name: 'Views of the session' }).waitFor();

    await page.keyboard.press('2');
    await page.getByRole('feed').getByRole('article').first().waitFor();
    await tabTo(page, '[role="feed"]');
    await page.keyboard.press('Home');
    await expect.poll(() => focused(page), patient).toMatch(/^Prompt/);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const place = () =>
      page.evaluate(() => Number(document.activeElement?.closest('article')?.getAttribute('aria-posinset')));
    await expect.poll(place, patient).toBe(3);

    // Enter opens what has the focus; it is still there afterwards.
    const toggle = page.locator('article:focus button[aria-expanded]').first();
    const before = await toggle.getAttribute('aria-expanded');
    await page.keyboard.press('Enter');
    await expect.poll(() => toggle.getAttribute('aria-expanded'), patient).not.toBe(before);
    await page.keyboard.press('End');
    await expect
      .poll(async () => place(), patient)
      .toBe(Number(await page.getByRole('article').first().getAttribute('aria-setsize')));

    await page.keyboard.press('g');
    await page.locator('.graph-status').waitFor();
    await page.keyboard.press('3');
    await page.getByRole('grid', { name: 'Records in file order' }).waitFor();
    await tabTo(page, '[role="grid"]');
    await page.keyboard.press('Enter');
    await page.locator('.cm-content').waitFor();

    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await window.close();
  });
});
