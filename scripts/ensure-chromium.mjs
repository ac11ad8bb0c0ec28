// Runs before the tests and makes sure of a Chromium: an installed one, on Debian as root apt-get's, else Playwright's.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { findChromium } from './chromium.mjs';

const found = (await findChromium()) ?? (await install());
if (found === undefined) {
  const where = process.env.CHROMIUM_PATH
    ? `CHROMIUM_PATH is set to ${process.env.CHROMIUM_PATH}, where there is none`
    : 'none is installed and none could be downloaded';
  console.error(`The end-to-end tests need a Chromium: ${where}. Install one, or set CHROMIUM_PATH to it.`);
  process.exit(1);
}
console.log(`chromium: ${found}`);

async function install() {
  if (process.env.CHROMIUM_PATH) return undefined;
  if (isDebian() && process.getuid?.() === 0) {
    console.log('No Chromium here; installing the one of Debian (apt-get install chromium).');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    if (run('apt-get', ['update', '-q'], env)) run('apt-get', ['install', '-y', '-q', 'chromium'], env);
    const installed = await findChromium();
    if (installed !== undefined) return installed;
  }
  console.log('No Chromium here; downloading the one of Playwright.');
  const playwright = createRequire(import.meta.url)
    .resolve('playwright-core/package.json')
    .replace('package.json', 'cli.js');
  run(process.execPath, [playwright, 'install', 'chromium'], process.env);
  return findChromium();
}

function run(command, args, env) {
  const { status } = spawnSync(command, args, { env, stdio: ['ignore', 'inherit', 'inherit'], timeout: 600_000 });
  return status === 0;
}

function isDebian() {
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}
