// Makes the pictures of the README from recorded sessions of test/fixtures, in a real Chromium. Run it by hand after a
// build: node scripts/make-screenshots.mjs

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import { findChromium } from './chromium.mjs';

const root = resolve(import.meta.dirname, '..');
const pictures = join(root, 'docs/screenshots');
const dataDir = mkdtempSync(join(tmpdir(), 'playhead-pictures-'));

const flags = ['--no-open', '--json', '--data-dir', dataDir];
const sources = ['claude-code', 'codex'].flatMap(name => ['--source', `${name}=${join(root, 'test/fixtures', name)}`]);
const command = process.env['PLAYHEAD_BUILD_DIR'] ?? join(root, 'out');

/** A served Playhead for one page: its address is good for one. */
async function withServer(run) {
  const server = spawn(process.execPath, [join(command, 'main/serve.js'), ...flags, ...sources]);
  try {
    const line = await new Promise(told => createInterface(server.stdout).once('line', told));
    await run(JSON.parse(line).url);
  } finally {
    const ended = new Promise(told => server.once('close', told));
    server.kill('SIGTERM');
    await ended;
  }
}

async function picture(browser, name, { scheme, title, take }) {
  await withServer(async url => {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      colorScheme: scheme,
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    await page.goto(url);
    await page.getByRole('textbox', { name: /filter/i }).fill(title);
    await page.getByText(title).first().click();
    await page.getByRole('textbox', { name: /filter/i }).fill('');
    await take(page);
    await page.waitForTimeout(800);
    await page.screenshot({ path: join(pictures, `${name}.png`) });
    await context.close();
  });
}

const view = (page, name) => page.getByRole('tab', { name, exact: true }).click();
const painted = page => page.locator('.graph-canvas[data-painted]').waitFor();

mkdirSync(pictures, { recursive: true });
const browser = await chromium.launch({
  executablePath: await findChromium(),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  await picture(browser, 'graph-light', {
    scheme: 'light',
    title: 'create TODO app',
    take: async page => {
      await view(page, 'Graph');
      await painted(page);
      // The first error of the overview: the graph goes to it, the inspector shows it.
      await page
        .getByRole('button', { name: /MultiEdit/ })
        .first()
        .click();
      await page.waitForTimeout(1500);
    },
  });
  await picture(browser, 'conversation-dark', {
    scheme: 'dark',
    title: 'create TODO app',
    take: async page => {
      await view(page, 'Conversation');
      await page.waitForTimeout(1000);
      await page.locator('[role=feed]').first().focus();
      await page.keyboard.press('Home');
    },
  });
  await picture(browser, 'raw-light', {
    scheme: 'light',
    title: 'create TODO app',
    take: async page => {
      await view(page, 'Raw');
      await page.getByText('assistant').nth(3).click();
    },
  });
  await picture(browser, 'graph-dark', {
    scheme: 'dark',
    title: '/ir:test-sub-fg',
    take: async page => {
      await view(page, 'Graph');
      await painted(page);
    },
  });
} finally {
  await browser.close();
  rmSync(dataDir, { recursive: true, force: true });
}
