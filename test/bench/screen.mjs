// From the append of a line to a session of 100 MB to the frame that shows it, in a real Chromium.

import { appendFileSync, closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser, openWindow, serve } from '../e2e/harness.ts';
import { makeLogs, ms, percentile, until } from './tools.mjs';

const APPENDS = 30;
const GAP_MS = 400;
const FILE = 'projects/one/11111111-1111-4111-8111-111111111111.jsonl';

export async function screen({ folder }) {
  const logs = join(folder, 'screen');
  const made = await makeLogs(logs, { megabytes: 100, files: 1, seed: 3 });
  const served = await serve({ dataDir: join(folder, 'screen-data'), sources: [`claude-code=${logs}`] });
  const browser = await launchBrowser();
  try {
    const agent = new Agent(join(logs, FILE));
    const rows = [];
    for (const view of ['conversation', 'graph']) {
      const { page, close } = await openWindow(browser, await served.newAddress());
      const session = page.getByRole('treeitem').nth(1);
      await until(async () => /\b1\dk spans\b/.test(await session.innerText()));
      await session.click();
      await page.getByRole('tab', { name: new RegExp(view, 'i') }).click();
      await page
        .locator(view === 'graph' ? '.graph-status' : 'article')
        .last()
        .waitFor();
      await pause(3000);
      rows.push(await measure(page, view, agent));
      await close();
    }
    return {
      title: 'Screen',
      rows,
      notes: [
        `${APPENDS} appends, a call or an answer each, to a session of ${made.lines} lines, ${Math.round(made.bytes / 1e6)} MB. Time until the frame after the one whose document holds it was begun; in the graph, until its count of spans is the new one. ` +
          '`main thread`: CPU time of the page for each append, its result and everything around it.',
      ],
    };
  } finally {
    await browser.close();
    await served.stop();
  }
}

async function measure(page, view, agent) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busyMs = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return 1000 * metrics.find(({ name }) => name === 'TaskDuration').value;
  };
  let bytes = 0;
  await devtools.send('Network.enable');
  devtools.on('Network.webSocketFrameReceived', ({ response }) => (bytes += response.payloadData.length));
  const before = await busyMs();
  const times = [];
  for (let n = 0; n < APPENDS; n += 1) {
    const isCall = n % 2 === 0;
    const words = `${view} ${n} of the benchmark`;
    const seen = page.evaluate(onScreen, view === 'graph' ? await next(page, isCall ? 2 : 1) : ['[role=feed]', words]);
    await pause(30);
    const began = performance.timeOrigin + performance.now();
    if (isCall) agent.call(`toolu_${view}_${n}`, `echo ${words}`);
    else agent.answer(words);
    times.push((await seen) - began);
    if (isCall) agent.result(`toolu_${view}_${n}`);
    await pause(GAP_MS);
  }
  return {
    view,
    p50: ms(percentile(times, 50)),
    p95: ms(percentile(times, 95)),
    'bytes received': Math.round(bytes / APPENDS),
    'main thread': ms(((await busyMs()) - before) / APPENDS),
  };
}

/** Where the graph says how many spans there are, and what it says when there are so many more. */
async function next(page, more) {
  const text = await page.locator('.graph-status').innerText();
  const [count = '0'] = text.match(/[\d,]+(?= spans)/) ?? [];
  return ['.graph-status', `${(Number(count.replaceAll(',', '')) + more).toLocaleString('en-US')} span`];
}

/** In the page: resolves with the time after the frame in which an element holds these words. */
function onScreen([selector, words]) {
  return new Promise(resolve => {
    const element = document.querySelector(selector);
    const look = () => {
      if (!element.textContent.includes(words)) return;
      watching.disconnect();
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.addEventListener('message', () => resolve(performance.timeOrigin + performance.now()));
        port1.start();
        port2.postMessage(null);
      });
    };
    const watching = new MutationObserver(look);
    watching.observe(element, { childList: true, subtree: true, characterData: true });
  });
}

/** Goes on writing a log as its agent would. */
class Agent {
  constructor(path) {
    this.path = path;
    this.count = 0;
    this.last = lastLine(path);
  }

  call(id, command) {
    this.response([{ type: 'tool_use', id, name: 'Bash', input: { command } }]);
  }

  answer(text) {
    this.response([{ type: 'text', text }]);
  }

  result(id) {
    const content = [{ tool_use_id: id, type: 'tool_result', content: 'done', is_error: false }];
    this.write('user', { message: { role: 'user', content }, toolUseResult: 'done' });
  }

  response(content) {
    const { model } = this;
    const usage = { input_tokens: 10, output_tokens: 20 };
    const id = `msg_${this.count}`;
    this.write('assistant', {
      requestId: `req_${this.count}`,
      message: { id, type: 'message', role: 'assistant', model, content, stop_reason: null, usage },
    });
  }

  write(type, fields) {
    const { cwd, sessionId, version, gitBranch, uuid: parentUuid } = this.last;
    const uuid = `00000000-0000-4000-8000-${String((this.count += 1)).padStart(12, '0')}`;
    const timestamp = new Date().toISOString();
    const own = { parentUuid, isSidechain: false, userType: 'external', cwd, sessionId, version, gitBranch, type };
    appendFileSync(this.path, `${JSON.stringify({ ...own, ...fields, uuid, timestamp })}\n`);
    this.last = { ...this.last, uuid };
  }

  model = 'claude-sonnet-4-5-20250929';
}

function lastLine(path) {
  const file = openSync(path, 'r');
  const { size } = fstatSync(file);
  const bytes = Buffer.alloc(Math.min(size, 4_000_000));
  readSync(file, bytes, 0, bytes.length, size - bytes.length);
  closeSync(file);
  return JSON.parse(bytes.toString('utf8').trimEnd().split('\n').at(-1));
}

function pause(timeMs) {
  return new Promise(resolve => setTimeout(resolve, timeMs));
}
