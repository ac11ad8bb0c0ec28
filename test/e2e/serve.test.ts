// The app in a browser on recorded logs: sessions, graph, conversation, raw records, and the ways between them.

import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
/** Session b25638d7: one prompt, a plan, a to-do list, edits. */
const withEdits = /not supported by Chrome/;
/** Session 8a525d27: a slash command that starts twelve subagents. */
const withSubagents = /test-sub/;

describe('recorded sessions in a browser', { timeout: 60_000 }, () => {
  const folder = temporaryFolder();
  let browser: Browser;
  let served: Served;
  let window: Window;
  let page: Page;

  beforeAll(async () => {
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
  });
  afterEach(() => window.close());

  const inspector = () => page.getByRole('complementary', { name: 'Inspector' });
  const open = async (title: RegExp, view: '1' | '2' | '3') => {
    await sessionRow(page, title).click();
    await page.getByRole('tablist', { name: 'Views of the session' }).waitFor();
    await page.keyboard.press(view);
  };

  it('are listed by project and open as a graph', async () => {
    await open(withEdits, '1');
    await page.locator('.graph-status').waitFor();
    expect(await page.locator('canvas').count()).toBeGreaterThan(0);
    expect(page.url()).toMatch(/#\/[\w-]+\/graph/);
  });

  it('read as a conversation: prompt, answers, tool calls that open to diffs', async () => {
    await open(withEdits, '2');
    const feed = page.getByRole('feed', { name: 'Conversation' });
    await feed.focus();
    await page.keyboard.press('Home');
    await feed.getByRole('heading', { name: /Turn 1/ }).waitFor();
    const edit = page.locator('.conversation-card-head', { hasText: /^Edit/ }).first();
    for (let step = 0; step < 40 && (await edit.count()) === 0; step += 1) await page.keyboard.press('PageDown');
    if ((await edit.getAttribute('aria-expanded')) === 'false') await edit.click();
    await page.locator('.conversation-diff-added').first().waitFor();
    expect(await page.locator('.conversation-diff-removed').count()).toBeGreaterThan(0);
  });

  it('lead from an entry to its span in the graph, and from a span to its entry', async () => {
    await open(withEdits, '2');
    const card = page.getByRole('article', { name: /Tool call/ }).last();
    await card.locator('.conversation-card-head').click();
    const spanAddress = /[?&]span=([^&]+)/.exec(page.url())?.[1];
    expect(spanAddress).toBeDefined();
    await page.keyboard.press('g');
    await page.locator('.graph-status').waitFor();
    expect(page.url()).toContain(`span=${spanAddress}`);

    // To the response that made the call, by way of the inspector, and back: its entry is in view and marked.
    await inspector().getByRole('region', { name: 'Around it' }).getByRole('button').first().click();
    await expect.poll(() => page.url(), patient).not.toContain(`span=${spanAddress}`);
    await page.keyboard.press('2');
    await page.locator('article[aria-current="true"]').first().waitFor();
    expect(await isInView(page)).toBe(true);
  });

  it('show a subagent in a conversation of its own, with a way back to where it was started', async () => {
    await open(withSubagents, '2');
    const feed = page.getByRole('feed', { name: 'Conversation' });
    await feed.focus();
    await page.keyboard.press('Home');
    const started = page.getByRole('button', { name: 'Open conversation' }).first();
    for (let step = 0; step < 60 && (await started.count()) === 0; step += 1) await page.keyboard.press('PageDown');
    await started.click();
    const crumbs = page.getByRole('navigation', { name: 'Conversations' });
    await crumbs.waitFor();
    await feed.getByRole('article').first().waitFor();
    await crumbs.getByRole('button', { name: 'Main conversation' }).click();
    await crumbs.waitFor({ state: 'detached' });
    await started.waitFor();
    expect(await isInView(page)).toBe(true);
  });

  it('keep their place in the conversation while another view is looked at', async () => {
    await open(withEdits, '2');
    const feed = page.getByRole('feed', { name: 'Conversation' });
    await feed.getByRole('article').first().waitFor();
    await feed.hover();
    await page.mouse.wheel(0, -900);
    await expect.poll(() => fromEnd(page), patient).toBeGreaterThan(400);
    const entry = await settled(() => firstInView(page));
    await page.keyboard.press('3');
    await page.getByRole('grid', { name: 'Records in file order' }).waitFor();
    await page.keyboard.press('2');
    await expect.poll(() => firstInView(page), patient).toEqual(entry);
  });

  it('show every record as it was written, with its place in the file', async () => {
    await open(withEdits, '3');
    const table = page.getByRole('grid', { name: 'Records in file order' });
    await table.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    // The file's first line begins so.
    await page.locator('.cm-content').getByText('parentUuid').first().waitFor();
    expect(page.url()).toContain('record=');
  });

  it('can be narrowed by words, and say when none fits', async () => {
    await page.getByPlaceholder('Filter sessions').fill('supported by Chrome');
    await expect.poll(() => page.getByRole('treeitem', { level: 2 }).count(), patient).toBe(1);
    await page.getByPlaceholder('Filter sessions').fill('no session has these words');
    await expect.poll(() => page.getByRole('treeitem').count(), patient).toBe(0);
  });

  it('are not served to another site, another name, or without the key', async () => {
    const socket = (headers: Record<string, string>) =>
      fetch(`http://127.0.0.1:${served.port}/token`, { method: 'POST', body: 'wrong', headers });
    expect((await socket({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await socket({ origin: `http://127.0.0.1:${served.port}` })).status).toBe(401);
    const policy = (await fetch(`http://127.0.0.1:${served.port}/`)).headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe-eval');
  });
});

/** Whether the current entry can be seen. */
function isInView(page: Page): Promise<boolean> {
  return page.getByRole('feed').evaluate(async feed => {
    for (let frame = 0; frame < 60; frame += 1) {
      await new Promise(done => requestAnimationFrame(done));
      const entry = feed.querySelector('article[aria-current="true"]')?.getBoundingClientRect();
      const view = feed.getBoundingClientRect();
      if (entry && entry.bottom > view.top && entry.top < view.bottom) return true;
    }
    return false;
  });
}

function fromEnd(page: Page): Promise<number> {
  return page.getByRole('feed').evaluate(feed => feed.scrollHeight - feed.clientHeight - feed.scrollTop);
}

/** The first entry in view and how far its top is from that of the view. */
function firstInView(page: Page): Promise<readonly [string | undefined, number]> {
  return page.getByRole('feed').evaluate(feed => {
    const { top } = feed.getBoundingClientRect();
    const first = [...feed.querySelectorAll('article')]
      .map(article => [article.dataset['entry'], Math.round(article.getBoundingClientRect().top - top)] as const)
      .filter(([, at]) => at >= 0)
      .toSorted(([, a], [, b]) => a - b)[0];
    return first ?? [undefined, 0];
  });
}
