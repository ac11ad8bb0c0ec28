// Electron's runtime as folders that hold just enough for the packager to work on: it renames the binary, writes the
// fuses into it, edits plists and PE resources. Nothing of them runs.

import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What the fuses are found by in a binary; then their version, their number, and one ASCII digit each. */
const FUSES = Buffer.concat([
  Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
  Buffer.from([1, 9]),
  Buffer.from('000000000'),
]);

export function makeStub(platform, folder, version) {
  const write = (name, content = 'stub', mode = 0o644) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { mode });
  };
  write('version', version);
  write('LICENSE');
  write('LICENSES.chromium.html');
  switch (platform) {
    case 'linux':
      write('electron', FUSES, 0o755);
      for (const name of ['chrome-sandbox', 'chrome_crashpad_handler', 'icudtl.dat', 'resources.pak']) write(name);
      write('locales/en-US.pak');
      return mkdirSync(join(folder, 'resources'), { recursive: true });
    case 'mac':
      return makeMacStub(write);
    case 'win':
      write('icudtl.dat');
      write('locales/en-US.pak');
      mkdirSync(join(folder, 'resources'), { recursive: true });
      return makeWindowsStub(folder);
    default:
      throw new Error(`no stub for ${platform}`);
  }
}

function makeMacStub(write) {
  const contents = 'Electron.app/Contents';
  const plist = name =>
    '<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict>' +
    `<key>CFBundleExecutable</key><string>${name}</string><key>CFBundleIdentifier</key><string>stub.${name}</string>` +
    `<key>CFBundleName</key><string>${name}</string></dict></plist>`;
  write(`${contents}/Info.plist`, plist('Electron'));
  write(`${contents}/MacOS/Electron`, 'stub', 0o755);
  write(`${contents}/Resources/electron.icns`);
  write(`${contents}/Resources/en.lproj/locale.pak`);
  write(`${contents}/Frameworks/Electron Framework.framework/Electron Framework`, FUSES, 0o755);
  for (const suffix of ['', ' (GPU)', ' (Plugin)', ' (Renderer)']) {
    const helper = `Electron Helper${suffix}`;
    write(`${contents}/Frameworks/${helper}.app/Contents/Info.plist`, plist(helper));
    write(`${contents}/Frameworks/${helper}.app/Contents/MacOS/${helper}`, 'stub', 0o755);
  }
}

/** The packager edits a real PE's resources; a small one comes with electron-builder's own dependencies. */
function makeWindowsStub(folder) {
  const winstaller = dirname(createRequire(import.meta.url).resolve('electron-winstaller/package.json'));
  const exe = join(folder, 'electron.exe');
  copyFileSync(join(winstaller, 'vendor', 'rcedit.exe'), exe);
  writeFileSync(exe, FUSES, { flag: 'a' });
}
