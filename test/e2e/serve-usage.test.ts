// Usage and costs in a browser, over real recordings.

import { mkdirSync } from 'node:fs';
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
  sessionRow,
  settled,
  temporaryFolder,
  type Window,
} from './harness.ts';

const projects = join(repository, 'test/fixtures/claude-code/projects');
const pictures = process.env['PLAYHEAD_PICTURES'] ?? join(tmpdir(), 'playhead-pictures');

describe('usage in a browser', { timeout: 90_000 }, () => {
  const folder = temporaryFolder();
  const live = join(folder.path, 'live');
  let browser: Browser;
  let served: Served;
  let window: Window;
  let page: Page;

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    mkdirSync(join(live, 'projects/live'), { recursive: true });
    browser = await launchBrowser();
    served = await serve({
      dataDir: join(folder.path, 'data'),
      sources: [`claude-code=${projects}`, `claude-code=${live}`],
    });
  });
  afterAll(async () => {
    await browser.close();
    await served.stop();
    folder.remove();
  });
  beforeEach(async () => {
    window = await openWindow(browser, await served.newAddress());
    page = window.page;
    await sessionRow(page, /test-sub/).waitFor();
  });
  afterEach(() => window.close());

  const figure = (name: string) => page.locator('.usage-figures > div', { hasText: name }).locator('dd').first();
  const table = () => page.getByRole('region', { name: 'Sessions' }).last();

  it('is reached by a key, leads by keys alone to the sessions of a month, and back', async () => {
    await page.keyboard.press('u');
    await page.getByRole('heading', { name: 'Usage' }).waitFor();
    await page.getByRole('button', { name: 'All', exact: true }).click();
    const bars = page.getByRole('group', { name: /API value by month/ }).getByRole('button');
    await bars.first().waitFor();
    const all = await settled(() => figure('Responses').textContent());
    const label = await bars.evaluateAll(
      list => list.map(bar => bar.getAttribute('aria-label') ?? '').find(text => !text.endsWith('nothing')) ?? '',
    );
    await bars.last().focus();
    await page.keyboard.press('Home');
    for (let at = 0; at < 60; at += 1) {
      const focused = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
      if (focused === label) break;
      await page.keyboard.press('ArrowRight');
    }
    await page.keyboard.press('Enter');
    const responses = /(\d+) responses?$/.exec(label)?.[1];
    await expect.poll(() => figure('Responses').textContent(), patient).toBe(responses);
    const first = table().getByRole('row').nth(1).getByRole('button');
    const title = (await first.locator('.truncate').textContent()) ?? '';
    await first.press('Enter');
    await expect.poll(() => page.locator('.session-header-title').textContent(), patient).toBe(title);
    await page.goBack();
    await expect.poll(() => figure('Responses').textContent(), patient).toBe(responses);
    await page.goBack();
    await expect.poll(() => figure('Responses').textContent(), patient).toBe(all);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('heading', { name: 'Usage' }).count(), patient).toBe(0);
  });

  it('agrees with the list, the header and the inspector', async () => {
    await sessionRow(page, /test-sub/).click();
    const header = page.locator('.session-header-cost');
    await header.waitFor();
    const cost = (await header.textContent()) ?? '';
    expect(cost).toMatch(/^(≥ )?\$\d+\.\d+$/);
    expect(await sessionRow(page, /test-sub/).getAttribute('aria-label')).toContain(`API value ${cost}`);
    await expect.poll(() => page.locator('.inspector-usage-cost dd').textContent(), patient).toBe(cost);
    await header.hover();
    await page.getByRole('tooltip', { name: /list prices.*Computed from tokens/ }).waitFor();
  });

  it('grows while an agent works', async () => {
    await page.keyboard.press('u');
    await page.getByRole('button', { name: 'All', exact: true }).click();
    const before = Number(await settled(() => figure('Responses').textContent()));
    const log = new ClaudeLog(join(live, 'projects/live/5f0e7d8a-0b1c-4d2e-8f3a-4b5c6d7e8f90.jsonl'));
    log.prompt('Count the costs.');
    log.answer('One.');
    log.answer('Two.');
    await expect.poll(() => figure('Responses').textContent(), patient).toBe(String(before + 2));
  });

  it.each([
    ['light', 1280, 800],
    ['dark', 1280, 800],
    ['light', 1920, 1080],
    ['dark', 1920, 1080],
  ] as const)('fits the window: %s at %i x %i', async (colorScheme, width, height) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height });
    await page.keyboard.press('u');
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await page.getByRole('group', { name: /API value by month/ }).waitFor();
    await page.screenshot({ path: join(pictures, `usage-${colorScheme}-${width}.png`), animations: 'disabled' });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    const centre = page.locator('.usage');
    expect(await centre.evaluate(element => element.scrollWidth - element.clientWidth)).toBe(0);
  });
});
