// Real Chromium behind the double's windows. app://HOST/PATH is shown as http://HOST.app.localhost/PATH and answered by
// the app's own protocol handler; every other address is logged and refused, so nothing leaves the machine.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { findChromium } from '../../scripts/chromium.mjs';
import { log } from './strict.mjs';

const strangerMs = 300;

let context;
let profile;

/** scheme -> handler of protocol.handle. */
export const handlers = new Map();
/** Playwright page -> the double's WebContents. */
export const pages = new Map();
/** Set by session.webRequest.onBeforeRequest. */
export const beforeRequest = { listener: undefined };

export async function openChromium() {
  const executablePath = await findChromium();
  if (executablePath === undefined) throw new Error('The Electron double needs a Chromium');
  profile = mkdtempSync(join(tmpdir(), 'playhead-double-'));
  const port = process.env.ELECTRON_DOUBLE_PORT;
  context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: ['--no-sandbox', ...(port ? [`--remote-debugging-port=${port}`] : [])],
    viewport: null,
  });
  await context.route('**/*', answer);
  context.on('page', page => void closeStranger(page));
}

export async function closeChromium() {
  await context?.close().catch(() => {});
  if (profile) rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}

export async function newPage(contents) {
  opening += 1;
  try {
    const page = await context.newPage();
    pages.set(page, contents);
    return page;
  } finally {
    opening -= 1;
  }
}

let opening = 0;

export function toShown(url) {
  return url.replace(/^app:\/\/([^/]+)/, 'http://$1.app.localhost');
}

export function toReal(url) {
  return url.replace(/^http:\/\/([^/.]+)\.app\.localhost/, 'app://$1');
}

async function answer(route) {
  const request = route.request();
  const url = toReal(request.url());
  if (request.isNavigationRequest()) {
    const frame = frameOf(request);
    const contents = frame && pages.get(frame.page());
    if (!contents) return refuseWindow(route, url);
    // No content: the document that asked stays as it is.
    if (!contents.mayNavigate(url, frame.parentFrame() === null)) return route.fulfill({ status: 204 });
  }
  if (!url.startsWith('app://')) {
    log.push({ what: 'request', url, cancelled: await isCancelled(url) });
    return route.abort('blockedbyclient');
  }
  const response = await handlers.get('app')(new Request(url, { method: request.method() }));
  const body = Buffer.from(await response.arrayBuffer());
  return route.fulfill({ status: response.status, headers: Object.fromEntries(response.headers), body });
}

/** Playwright knows no frame yet for the first request of a window that a page opens. */
function frameOf(request) {
  try {
    return request.frame();
  } catch {
    return undefined;
  }
}

/** window.open or target=_blank: the app's handler decides; the double knows how to deny only. */
async function refuseWindow(route, url) {
  const [opener] = pages.values();
  const decision = opener?.windowOpenHandler?.({ url, frameName: '', features: '', disposition: 'new-window' });
  log.push({ what: 'window.open', url, action: decision?.action ?? 'allow' });
  await route.abort();
}

/** A page that the app did not open is not to be: it goes when its first request has been answered. */
async function closeStranger(page) {
  if (opening > 0 || pages.has(page)) return;
  await wait(strangerMs);
  await page.close().catch(() => {});
}

function isCancelled(url) {
  if (!beforeRequest.listener) return false;
  const { listener, patterns } = beforeRequest;
  const fits = patterns.some(pattern => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(url));
  return fits ? new Promise(done => listener({ url }, ({ cancel }) => done(cancel ?? false))) : false;
}
