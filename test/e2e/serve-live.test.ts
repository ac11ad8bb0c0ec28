// A browser that looks at a session while its agent writes.

import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ClaudeLog } from './claude-log.ts';
import {
  launchBrowser,
  openWindow,
  patient,
  serve,
  type Served,
  sessionRow,
  settled,
  temporaryFolder,
  type Window,
} from './harness.ts';

describe('a session that is being written', { timeout: 60_000 }, () => {
  const folder = temporaryFolder();
  let browser: Browser;
  let served: Served;
  let log: ClaudeLog;
  let window: Window;
  let page: Page;
  let count = 0;

  beforeAll(async () => {
    browser = await launchBrowser();
    served = await serve({
      dataDir: join(folder.path, 'data'),
      sources: [`claude-code=${join(folder.path, 'projects')}`],
    });
  });
  afterAll(async () => {
    await browser.close();
    await served.stop();
    folder.remove();
  });
  beforeEach(async () => {
    const id = `11111111-1111-4111-8111-${String((count += 1)).padStart(12, '0')}`;
    log = new ClaudeLog(join(folder.path, 'projects/shop', `${id}.jsonl`));
    log.prompt(`Session ${count}: repair the build`);
    for (let step = 1; step <= 40; step += 1) {
      log.toolCall(`toolu_${count}_${step}`, 'Bash', { command: `npm run step-${step}` });
      log.toolResult(`toolu_${count}_${step}`, `step ${step} done`);
    }
    log.answer('Forty steps are done.');
    window = await openWindow(browser, count === 1 ? served.url : await served.newAddress());
    page = window.page;
    await sessionRow(page, new RegExp(`Session ${count}:`)).click();
  });
  afterEach(() => window.close());

  const openConversation = async () => {
    await page.keyboard.press('2');
    await page.getByText('Forty steps are done.').waitFor();
  };
  const readScroll = () =>
    page.getByRole('feed').evaluate(feed => ({
      top: feed.scrollTop,
      fromEnd: feed.scrollHeight - feed.clientHeight - feed.scrollTop,
    }));

  it('appears in the list, and what is appended appears in the conversation without a reload', async () => {
    await openConversation();
    await page.evaluate(() => Object.assign(window, { sameDocument: true }));
    log.prompt('And now the tests');
    log.answer('The tests **pass**.');
    await page.getByText('And now the tests').first().waitFor();
    await page.locator('strong', { hasText: 'pass' }).waitFor();
    expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
  });

  it('is followed by a reader at its end', async () => {
    await openConversation();
    for (let line = 1; line <= 12; line += 1) log.answer(`Line ${line} of a longer report.\n\nIt has two paragraphs.`);
    await page.getByText('Line 12 of a longer report.').waitFor();
    await expect.poll(async () => (await readScroll()).fromEnd, patient).toBeLessThan(2);
  });

  it('does not move under a reader who is elsewhere, and says what is new below', async () => {
    await openConversation();
    await page.getByText('npm run step-39', { exact: true }).click();
    const feed = page.getByRole('feed');
    await feed.hover();
    await page.mouse.wheel(0, -700);
    const before = await settled(readScroll);
    expect(before.fromEnd).toBeGreaterThan(100);
    const address = page.url();
    const seen = await placesInView(page);

    for (let line = 1; line <= 5; line += 1) log.answer(`News ${line}`);
    const button = page.getByRole('button', { name: '5 new below: go to the end' });
    await button.waitFor();
    expect((await readScroll()).top).toBe(before.top);
    expect(await placesInView(page)).toEqual(seen);
    expect(page.url()).toBe(address);

    await button.click();
    await page.getByText('News 5').waitFor();
    await expect.poll(async () => (await readScroll()).fromEnd, patient).toBeLessThan(2);
  });

  it('completes a call in place when its result is written', async () => {
    await openConversation();
    log.toolCall(`toolu_${count}_late`, 'Bash', { command: 'sleep 5; date' });
    const card = page.getByRole('button', { name: /sleep 5; date/ });
    await card.getByText('no result yet').waitFor();
    await card.click();
    log.toolResult(`toolu_${count}_late`, 'Mon Mar  2 09:05:00 UTC 2026');
    // The inspector shows it too, as soon as it has asked.
    await page.getByRole('feed').getByText('Mon Mar 2 09:05:00 UTC 2026').waitFor();
    expect(await card.getAttribute('aria-expanded')).toBe('true');
    expect(await card.getByText('no result yet').count()).toBe(0);
  });

  it('says where a line could not be read, and leads to it', async () => {
    await openConversation();
    log.broken('{"type":"assistant","message":{"content":[{"type":"te');
    log.answer('It went on after the crash.');
    await page.getByText('It went on after the crash.').waitFor();
    const marker = page.getByRole('article', { name: 'Line that could not be read' });
    // A prompt, 40 calls with their results and an answer stand before it.
    expect(await marker.innerText()).toContain('Line 83 could not be read: ');
    const entries = await page.getByRole('article').evaluateAll(all => all.map(one => one.textContent));
    expect(entries.at(-2)).toContain('Line 83 could not be read');
    await marker.getByRole('button', { name: 'Show the line' }).click();
    const table = page.getByRole('grid', { name: 'Records in file order' });
    await expect.poll(() => table.locator('[aria-selected=true]').innerText(), patient).toContain('83');
    await page.getByText('"content":[{"type":"te').first().waitFor();
  });

  it('grows as a graph, and keeps what is selected', async () => {
    await openConversation();
    await page.getByText('npm run step-39', { exact: true }).click();
    await page.keyboard.press('g');
    const status = page.locator('.graph-status');
    // The session itself, 40 responses with a call each, their 40 tools, and the response with the last answer.
    await expect.poll(() => status.innerText(), patient).toMatch(/\b82 spans\b/);
    const address = page.url();
    expect(address).toContain(`span=toolu_${count}_39`);
    log.toolCall(`toolu_${count}_more`, 'Grep', { pattern: 'more' });
    log.toolResult(`toolu_${count}_more`, 'found');
    await expect.poll(() => status.innerText(), patient).toMatch(/\b84 spans\b/);
    log.answer('One more.');
    await expect.poll(() => status.innerText(), patient).toMatch(/\b85 spans\b/);
    expect(page.url()).toBe(address);
    expect(await page.getByRole('complementary', { name: 'Inspector' }).innerText()).toContain('npm run step-39');
  });

  it('gets its new records in the raw view', async () => {
    await page.keyboard.press('3');
    const table = page.getByRole('grid', { name: 'Records in file order' });
    await table.waitFor();
    const rows = Number(await table.getAttribute('aria-rowcount'));
    log.answer('For the record.');
    await expect.poll(async () => Number(await table.getAttribute('aria-rowcount')), patient).toBe(rows + 1);
  });
});

/** The entries in view and where they stand. */
function placesInView(page: Page): Promise<Record<string, number>> {
  return page.getByRole('feed').evaluate(feed => {
    const { top, bottom } = feed.getBoundingClientRect();
    const places = [...feed.querySelectorAll('article')].map(
      article => [article.dataset['entry'] ?? '', article.getBoundingClientRect().top] as const,
    );
    return Object.fromEntries(places.filter(([, at]) => at >= top && at <= bottom));
  });
}
