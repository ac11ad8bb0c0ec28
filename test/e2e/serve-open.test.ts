// Opening what is not watched, in a browser: dropped files, samples, and what cannot be opened.

import { readFileSync } from 'node:fs';
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
  temporaryFolder,
  type Window,
} from './harness.ts';

const recordings = join(repository, 'test/fixtures/claude-code/recordings');

describe('opening files in a browser', { timeout: 60_000 }, () => {
  const folder = temporaryFolder();
  let browser: Browser;
  let served: Served;
  let window: Window;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser();
    served = await serve({
      dataDir: join(folder.path, 'data'),
      sources: [`claude-code=${join(folder.path, 'nothing-here')}`],
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
  });
  afterEach(() => window.close());

  const drop = async (name: string, text: string) => {
    const data = await page.evaluateHandle(
      ([fileName, content]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([content], fileName));
        return transfer;
      },
      [name, text] as const,
    );
    await page.dispatchEvent('body', 'dragover', { dataTransfer: data });
    await page.getByText('Drop to open').waitFor();
    await page.dispatchEvent('body', 'drop', { dataTransfer: data });
  };

  it('says at first what was looked for and offers samples', async () => {
    await page.getByRole('heading', { name: 'Playhead' }).waitFor();
    expect(await page.getByRole('region', { name: 'What was looked for' }).innerText()).toContain('nothing-here');
    expect(await page.getByRole('region', { name: 'Samples' }).getByRole('button').count()).toBe(5);
  });

  it('opens a sample', async () => {
    await page.keyboard.press('?');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /A fix, planned and made/ }).click();
    await page.getByRole('tablist', { name: 'Views of the session' }).waitFor({ timeout: patient.timeout });
    await page.keyboard.press('2');
    await page.getByRole('feed', { name: 'Conversation' }).getByRole('article').first().waitFor();
    expect(page.url()).toMatch(/#\/[\w-]+\/conversation/);
  });

  it('opens a log that is dropped onto the window, by sending it', async () => {
    const name = 'irrlicht-2.1.149-planmode.jsonl';
    await drop(name, readFileSync(join(recordings, name), 'utf8'));
    await page.getByRole('tablist', { name: 'Views of the session' }).waitFor({ timeout: patient.timeout });
    await page.keyboard.press('3');
    const table = page.getByRole('grid', { name: 'Records in file order' });
    await table.waitFor();
    const lines = readFileSync(join(recordings, name), 'utf8').trimEnd().split('\n').length;
    // One row for the heading, one for each line.
    await expect.poll(async () => Number(await table.getAttribute('aria-rowcount')), patient).toBe(lines + 1);
    await page.getByRole('treeitem', { level: 2, selected: true }).waitFor();
  });

  it('says what a file is that it cannot read, and stays where it was', async () => {
    await drop('holiday.txt', 'Dear diary,\nno trace of any agent here.\n');
    const notice = page.getByRole('alert').filter({ hasText: 'could not be opened' });
    await notice.waitFor({ timeout: patient.timeout });
    expect(await notice.innerText()).toContain('holiday.txt');
    await notice.getByRole('button', { name: 'Dismiss' }).click();
    await notice.waitFor({ state: 'detached' });
    // The refusal of an upload is told by its status; the browser writes that to its console.
    expect(window.problems.splice(0).filter(problem => !problem.includes('status of 400'))).toEqual([]);
  });

  it('shows log text that looks like a page as text', async () => {
    const markup = '<img src=x onerror="document.title=1"><script>document.title=2</script>[x](javascript:alert(1))';
    const log = new ClaudeLog(join(folder.path, 'hostile/22222222-2222-4222-8222-222222222222.jsonl'));
    log.prompt(markup);
    log.answer(`# ${markup}`);
    await drop('hostile.jsonl', readFileSync(log.path, 'utf8'));
    await sessionRow(page, /img src=x/).waitFor({ timeout: patient.timeout });
    await page.keyboard.press('2');
    const feed = page.getByRole('feed', { name: 'Conversation' });
    await feed.getByText('<script>document.title=2</script>').first().waitFor();
    expect(await page.locator('img[src="x"], script:not([src])').count()).toBe(0);
    expect(await page.title()).toContain('Playhead');
  });
});
