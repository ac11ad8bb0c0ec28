// Packs the app for every system against stubs of Electron, and tells where what was packed lies.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { root } from '../launcher/place.mjs';
import { makeStub } from './stub-electron.mjs';

export const stubs = join(root, '.stub');
const dist = join(stubs, 'dist');
/** What the deb would hold beside the app: where it comes from and where it would be installed. */
const fpmList = join(stubs, 'fpm.json');

/** Packages of electron-builder's own that read what it writes. */
const ofBuilder = createRequire(createRequire(import.meta.url).resolve('electron-builder/package.json'));
export const ofPackager = createRequire(ofBuilder.resolve('app-builder-lib/package.json'));

/** Which runs of the packager make which packages: `binary` holds the fuses, `native` names better-sqlite3's file. */
export const runs = [
  {
    platform: 'linux',
    // 'dir' would leave out the launcher, the MIME types and the icons.
    args: ['--linux', 'deb', '--x64'],
    packages: [{ name: 'linux x64', folder: 'linux-unpacked', binary: 'playhead', native: 'linux-x64' }],
  },
  {
    platform: 'mac',
    args: ['--mac', 'dir', '--x64', '--arm64'],
    packages: ['x64', 'arm64'].map(arch => ({
      name: `mac ${arch}`,
      folder: `mac${arch === 'x64' ? '' : '-arm64'}/Playhead.app/Contents`,
      resources: 'Resources',
      // The bundle: the fuses' reader finds the framework in it.
      binary: '..',
      native: `darwin-${arch}`,
    })),
  },
  {
    platform: 'win',
    args: ['--win', 'dir', '--x64', '--arm64'],
    packages: ['x64', 'arm64'].map(arch => ({
      name: `win ${arch}`,
      folder: `win${arch === 'x64' ? '' : '-arm64'}-unpacked`,
      binary: 'Playhead.exe',
      native: `win32-${arch}`,
    })),
  },
];

/** The packages of one run with absolute paths. Throws with the packager's own words when it fails. */
export function pack({ platform, args, packages }) {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8'));
  const stub = join(stubs, platform);
  makeStub(platform, stub, version);
  const builder = join(root, 'node_modules/electron-builder/cli.js');
  const overrides = [`-c.electronDist=${stub}`, `-c.directories.output=${dist}`];
  const { status, stdout, stderr } = spawnSync(process.execPath, [builder, ...args, ...overrides], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, USE_SYSTEM_FPM: 'true', PATH: `${makeFpm()}${delimiter}${process.env.PATH}` },
    timeout: 300_000,
  });
  if (status !== 0) throw new Error(`electron-builder ${args.join(' ')} failed:\n${stdout}${stderr}`);
  return packages.map(({ folder, binary, resources = 'resources', ...rest }) => ({
    ...rest,
    binary: join(dist, folder, binary),
    contents: join(dist, folder),
    resources: join(dist, folder, resources),
  }));
}

export function clearPackages() {
  rmSync(stubs, { recursive: true, force: true });
  mkdirSync(stubs, { recursive: true });
}

/** Text files that the deb would install, by the place where it would put them. */
export function installedFiles() {
  return existsSync(fpmList) ? JSON.parse(readFileSync(fpmList, 'utf8')) : {};
}

/** electron-builder makes debs with fpm; ours writes down what it was given instead. */
function makeFpm() {
  const folder = join(stubs, 'bin');
  mkdirSync(folder, { recursive: true });
  const program = `#!${process.execPath}
import { readFileSync, statSync, writeFileSync } from 'node:fs';
const pairs = process.argv.filter(arg => /^\\/.*=\\//.test(arg)).map(arg => arg.split('='));
const read = path => (statSync(path).isFile() ? readFileSync(path, 'utf8') : '');
writeFileSync(${JSON.stringify(fpmList)}, JSON.stringify(Object.fromEntries(pairs.map(([from, to]) => [to, read(from)]))));
`;
  writeFileSync(join(folder, 'fpm'), program, { mode: 0o755 });
  return folder;
}
