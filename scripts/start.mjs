#!/usr/bin/env node
// npm start: opens the desktop window, or serves the same app to a browser where no window can open.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './launcher/build.mjs';
import { runChild } from './launcher/child.mjs';
import { fetchElectron, findElectron, whyNoWindow } from './launcher/electron.mjs';
import { onRightNode } from './launcher/node-guard.mjs';
import { root, say, userFolder } from './launcher/place.mjs';

const usage = `npm start -- [--path PROJECT] [--session ID] [--data-dir DIR] [--source FORMAT=PATH]... [FILE...]

  --serve         serve to a browser on 127.0.0.1 instead of opening a window
  --no-download   do not fetch Electron when it is missing

With --serve, also: --port N, --no-open, --json.`;

/** A start that fails is told from a run that was ended by how soon it ends. */
const startMs = 5000;

await onRightNode(import.meta.url, async args => {
  const { flags, rest } = takeFlags(args, ['--serve', '--no-download', '--help']);
  if (flags.has('--help')) {
    console.log(usage);
    return 0;
  }
  const electron = flags.has('--serve') ? undefined : await chooseElectron(!flags.has('--no-download'));
  if (!(await ensureBuilt())) return 1;
  if (electron !== undefined) {
    const code = await runDesktop(electron, rest);
    if (code !== undefined) return code;
  }
  return serve(rest);
});

/** The binary to start, or undefined after saying why there is no window. Decides within two seconds when offline. */
async function chooseElectron(mayDownload) {
  let why = whyNoWindow();
  if (why === undefined) {
    const here = findElectron();
    if (here !== undefined) return here;
    const fetched = await fetchElectron({ allowed: mayDownload && !process.env.CI });
    if (fetched.path !== undefined) return fetched.path;
    why = fetched.why;
  }
  say(`No desktop window: ${why}. Serving to a browser on 127.0.0.1 instead.`);
  return undefined;
}

/** Runs the window until it is closed. Undefined, after saying so, when it died before it showed anything. */
async function runDesktop(electron, args) {
  const startedMs = Date.now();
  let shown = false;
  const env = { ...process.env };
  delete env.ELECTRON_RUN_AS_NODE;
  const { code, why, stopped } = await runChild(electron, [root, ...args], {
    env,
    cwd: userFolder(),
    onMessage: message => (shown ||= message?.kind === 'playhead-shown'),
  });
  if (code === 0 || shown || stopped || Date.now() - startedMs > startMs) return code;
  say(`Electron could not open its window (${why}). Serving to a browser on 127.0.0.1 instead.`);
  return undefined;
}

async function serve(args) {
  const entry = join(root, 'out', 'main', 'serve.js');
  if (!existsSync(entry)) {
    say(`${entry} is missing: run "npm run build".`);
    return 1;
  }
  return (await runChild(process.execPath, [entry, ...args], { cwd: userFolder() })).code;
}

/** What the launcher itself understands, and everything else in its order. Nothing after "--" is a flag. */
function takeFlags(args, names) {
  const end = args.indexOf('--');
  const isFlag = (arg, index) => names.includes(arg) && (end === -1 || index < end);
  return { flags: new Set(args.filter(isFlag)), rest: args.filter((arg, index) => !isFlag(arg, index)) };
}
