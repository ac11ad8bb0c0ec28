// A browser whose server is killed and started again on the same port.

import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClaudeLog } from './claude-log.ts';
import { launchBrowser, openWindow, patient, serve, type Served, sessionRow, temporaryFolder } from './harness.ts';

describe('a server that is killed', { timeout: 60_000 }, () => {
  const folder = temporaryFolder();
  const log = new ClaudeLog(join(folder.path, 'projects/shop/33333333-3333-4333-8333-333333333333.jsonl'));
  let browser: Browser;
  let served: Served;

  const start = (port = 0) =>
    serve({ dataDir: join(folder.path, 'data'), sources: [`claude-code=${join(folder.path, 'projects')}`], port });

  beforeAll(async () => {
    log.prompt('Count the orders');
    log.answer('There are 41 orders.');
    browser = await launchBrowser();
    served = await start();
  });
  afterAll(async () => {
    await browser.close();
    await served.stop();
    folder.remove();
  });

  it('is found again by the open page, which then shows what was written meanwhile', async () => {
    const window = await openWindow(browser, served.url);
    const { page } = window;
    await sessionRow(page, /Count the orders/).click();
    await page.keyboard.press('2');
    await page.getByText('There are 41 orders.').first().click();
    await page.evaluate(() => Object.assign(globalThis, { sameDocument: true }));
    const address = page.url();

    await served.kill();
    await page.getByText('Connection lost.').waitFor();
    // What was on the screen stays there while nobody answers.
    await page.getByRole('article').getByText('There are 41 orders.').waitFor();
    log.answer('No, 42 orders.');

    served = await start(served.port);
    await page.getByText('No, 42 orders.').first().waitFor({ timeout: patient.timeout });
    await page.getByText('Connection lost.').waitFor({ state: 'detached' });
    log.answer('And one was cancelled.');
    await page.getByText('And one was cancelled.').first().waitFor();

    expect(page.url()).toBe(address);
    expect(await page.evaluate(() => 'sameDocument' in globalThis)).toBe(true);
    expect(await page.getByRole('article').count()).toBe(4);
    // The attempts that found nobody are the only complaints.
    expect(window.problems.splice(0).filter(problem => !/WebSocket connection to .* failed/.test(problem))).toEqual([]);
    await window.close();
  });

  it('lets the page in again after a reload, and a second page with an address of its own only', async () => {
    const window = await openWindow(browser, await served.newAddress());
    await window.page.reload();
    await sessionRow(window.page, /Count the orders/).waitFor();
    await window.close();

    const used = await browser.newContext();
    const page = await used.newPage();
    await page.goto(served.url);
    await page.goto(`http://127.0.0.1:${served.port}/`);
    const stranger = await browser.newContext();
    const other = await stranger.newPage();
    await other.goto(served.url);
    await other.getByText('Playhead does not answer at this address.').waitFor();
    expect(await other.getByRole('treeitem').count()).toBe(0);
    await used.close();
    await stranger.close();
  });
});
