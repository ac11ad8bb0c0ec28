// Whether a desktop window can open here, found out by reading files only: requiring 'electron' would start a download.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runChild } from './child.mjs';
import { root, say } from './place.mjs';

const probeMs = 1500;
const downloadMs = 90_000;

/** Why no window can open on this machine whatever is installed; undefined where one can. */
export function whyNoWindow({ platform = process.platform, env = process.env, uid = process.getuid?.() } = {}) {
  if (platform !== 'linux') return undefined;
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return 'there is no display here';
  if (uid === 0) return 'Electron does not run as root';
  return undefined;
}

/** Path of Electron's binary, or undefined. The same look-up as in electron/index.js, without its download. */
export function findElectron(env = process.env) {
  const folder = electronFolder();
  if (folder === undefined) return undefined;
  const names = { win32: 'electron.exe', darwin: 'Electron.app/Contents/MacOS/Electron' };
  let name = names[process.platform] ?? 'electron';
  try {
    name = readFileSync(join(folder, 'path.txt'), 'utf8');
  } catch {
    // Not there before the first download.
  }
  const path = join(env.ELECTRON_OVERRIDE_DIST_PATH || join(folder, 'dist'), name);
  return existsSync(path) ? path : undefined;
}

/**
 * Downloads the binary where that can work. Answers its path, or why there is none. Takes at most 1.5 s when the host
 * of the downloads does not answer: its own client would wait for five minutes.
 */
export async function fetchElectron({ allowed, env = process.env }) {
  const folder = electronFolder();
  if (folder === undefined) return { why: 'the electron package is not installed' };
  const missing = 'Electron’s binary is not here';
  if (!allowed) return { why: missing };
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const address = downloadAddress(version, env);
  if (!(await answers(address))) return { why: `${missing} and ${new URL(address).host} cannot be reached` };
  say(`Fetching Electron ${version}, once (about 120 MB)…`);
  const { why } = await runChild(process.execPath, [join(folder, 'install.js')], { env, timeoutMs: downloadMs });
  const path = findElectron(env);
  return path === undefined ? { why: `${missing} and fetching it failed (${why})` } : { path };
}

function electronFolder() {
  try {
    return dirname(createRequire(join(root, 'package.json')).resolve('electron/package.json'));
  } catch {
    return undefined;
  }
}

/** A small file beside the binary, on the mirror that electron/install.js would use. */
function downloadAddress(version, env) {
  const mirror =
    env.npm_config_electron_mirror ||
    env.NPM_CONFIG_ELECTRON_MIRROR ||
    env.ELECTRON_MIRROR ||
    'https://github.com/electron/electron/releases/download/';
  return `${mirror}v${version}/SHASUMS256.txt`;
}

async function answers(address) {
  try {
    const signal = AbortSignal.timeout(probeMs);
    return (await fetch(address, { method: 'HEAD', redirect: 'manual', signal })).status < 400;
  } catch {
    return false;
  }
}
