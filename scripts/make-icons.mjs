// Draws resources/icon.svg in every size and wraps the pictures for the three systems. Run it after changing the SVG;
// what it makes is committed, since the packager would download a converter otherwise.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { findChromium } from './chromium.mjs';

const resources = join(dirname(fileURLToPath(import.meta.url)), '..', 'resources');
const svg = readFileSync(join(resources, 'icon.svg'), 'utf8');
const folder = join(resources, 'icons');

/** macOS wants the margin that is in the SVG; elsewhere icons fill their square. */
const tight = svg.replace('viewBox="0 0 1024 1024"', 'viewBox="68 68 888 888"');

/** https://en.wikipedia.org/wiki/Apple_Icon_Image_format: type, pixels. The second half are for double density. */
const icnsTypes = [
  ['ic07', 128],
  ['ic08', 256],
  ['ic09', 512],
  ['ic11', 32],
  ['ic12', 64],
  ['ic13', 256],
  ['ic14', 512],
  ['ic10', 1024],
];
const icoSizes = [16, 24, 32, 48, 64, 128, 256];
const linuxSizes = [16, 32, 48, 64, 128, 256, 512];

const browser = await chromium.launch({ executablePath: await findChromium(), args: ['--no-sandbox'] });
try {
  const page = await browser.newPage();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'linux'), { recursive: true });
  const icns = [];
  for (const [type, size] of icnsTypes) icns.push([type, await draw(page, svg, size)]);
  writeFileSync(join(folder, 'icon.icns'), packIcns(icns));
  const ico = [];
  for (const size of icoSizes) ico.push([size, await draw(page, tight, size)]);
  writeFileSync(join(folder, 'icon.ico'), packIco(ico));
  for (const size of linuxSizes)
    writeFileSync(join(folder, 'linux', `${size}x${size}.png`), await draw(page, tight, size));
} finally {
  await browser.close();
}

async function draw(page, source, size) {
  await page.setViewportSize({ width: size, height: size });
  const style = 'html, body { margin: 0; overflow: hidden } svg { display: block; width: 100vw; height: 100vh }';
  await page.setContent(`<style>${style}</style>${source}`);
  return page.screenshot({ omitBackground: true });
}

/** 'icns', length of all, then for each picture its type, length with these eight bytes, and the PNG. */
function packIcns(pictures) {
  const parts = pictures.map(([type, png]) => Buffer.concat([Buffer.from(type), uint32(png.length + 8), png]));
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from('icns'), uint32(body.length + 8), body]);
}

/** A directory of 16 bytes a picture behind a head of six, then the PNGs. 256 pixels are written as 0. */
function packIco(pictures) {
  const head = Buffer.from([0, 0, 1, 0, pictures.length, 0]);
  let offset = head.length + 16 * pictures.length;
  const entries = pictures.map(([size, png]) => {
    const entry = Buffer.alloc(16);
    entry.writeUInt8(size % 256, 0);
    entry.writeUInt8(size % 256, 1);
    entry.writeUInt16LE(1, 4);
    entry.writeUInt16LE(32, 6);
    entry.writeUInt32LE(png.length, 8);
    entry.writeUInt32LE(offset, 12);
    offset += png.length;
    return entry;
  });
  return Buffer.concat([head, ...entries, ...pictures.map(([, png]) => png)]);
}

function uint32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
