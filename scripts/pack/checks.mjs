// What has to be in a package and what must not, as sentences: each gives undefined, or what is wrong.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { root } from '../launcher/place.mjs';
import { ofPackager } from './packages.mjs';

const asar = ofPackager('@electron/asar');
const { FuseV1Options, getCurrentFuseWire } = ofPackager('@electron/fuses');

/** Everything that may be in the archive. */
const allowed = [
  /^package\.json$/,
  /^out\/(main|preload|renderer)\//,
  /^resources\/icons\/linux\/512x512\.png$/,
  /^node_modules\/better-sqlite3\/(package\.json|LICENSE|lib\/|prebuilds\/)/,
];

const fuses = {
  RunAsNode: false,
  EnableCookieEncryption: true,
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  GrantFileProtocolExtraPrivileges: false,
};

/** How a fuse stands in the binary. */
const state = { on: '1'.charCodeAt(0), off: '0'.charCodeAt(0) };

const built = filesBelow(join(root, 'out')).map(path => `out/${path}`);
const isWorker = path => /^out\/main\/.*\.worker-[^/]*\.js$/.test(path);
const sourceOfWorker = path => path.replace(/^out\/main\/(.*\.worker)-[^/]*\.js$/, '$1.ts');
const workerSources = () => readdirSync(join(root, 'src/main/workers')).filter(name => name.endsWith('.worker.ts'));

/** `[sentence, check]` pairs for one package. */
export function checksOf({ resources, binary, native }) {
  const archive = join(resources, 'app.asar');
  const entries = asar
    .listPackage(archive)
    .map(path => path.split(sep).join('/').slice(1))
    .filter(path => !('files' in asar.statFile(archive, path)));
  const unpacked = filesBelow(join(resources, 'app.asar.unpacked'));
  const binaries = entries.filter(path => path.endsWith('.node'));
  return [
    [
      'the archive holds the whole build',
      () =>
        lacks(
          entries,
          built.filter(path => !path.endsWith('.map')),
        ),
    ],
    ['and the icon that its windows show', () => lacks(entries, ['resources/icons/linux/512x512.png'])],
    ['nothing else is in it', () => list(entries.filter(path => !allowed.some(rule => rule.test(path))))],
    ['no source map and no TypeScript', () => list(entries.filter(path => /\.(map|ts|tsx)$/.test(path)))],
    [
      `the one native file is ${native}.node`,
      () => (binaries.join() === `node_modules/better-sqlite3/prebuilds/${native}.node` ? undefined : list(binaries)),
    ],
    [
      'it lies beside the archive, byte for byte',
      () => differs(join(resources, 'app.asar.unpacked'), binaries[0] ?? ''),
    ],
    [
      'so do the workers, and what tells Node that they are modules',
      () => lacks(unpacked, [...built.filter(isWorker), 'package.json', 'node_modules/better-sqlite3/package.json']),
    ],
    ['every worker is there', () => lacks(built.filter(isWorker).map(sourceOfWorker), workerSources())],
    [
      'every sample ships',
      () => lacks(filesBelow(join(resources, 'samples')), filesBelow(join(root, 'resources/samples'))),
    ],
    ['the fuses are set', () => wrongFuses(binary)],
  ];
}

/** What a Linux desktop learns of the app. `files`: text by the place where it would be installed. */
export function linuxChecks(files) {
  const launcher = files['/usr/share/applications/playhead.desktop'] ?? '';
  const types = files['/usr/share/mime/packages/playhead.xml'] ?? '';
  const icons = [16, 32, 48, 64, 128, 256, 512].map(n => `/usr/share/icons/hicolor/${n}x${n}/apps/playhead.png`);
  return [
    ['the launcher starts Playhead with files', () => lacksText(launcher, 'Exec=/opt/Playhead/playhead %U')],
    ['it takes .jsonl and .ndjson', () => lacksText(launcher, 'MimeType=application/jsonl;application/x-ndjson;')],
    [
      'which the MIME types name',
      () => lacksText(types, 'pattern="*.jsonl"') ?? lacksText(types, 'pattern="*.ndjson"'),
    ],
    ['windows belong to the launcher', () => lacksText(launcher, 'StartupWMClass=playhead')],
    ['icons are there in seven sizes', () => lacks(Object.keys(files), icons)],
  ];
}

export function macChecks({ contents, resources }) {
  const plist = readFileSync(join(contents, 'Info.plist'), 'utf8').replace(/\s+/g, '');
  return [
    ['the app offers to open .jsonl', () => lacksText(plist, '<string>jsonl</string>')],
    ['and does not take it', () => lacksText(plist, '<key>LSHandlerRank</key><string>Alternate</string>')],
    ['its archive is checked when it starts', () => lacksText(plist, '<key>ElectronAsarIntegrity</key>')],
    ['the icon is ours', () => same(join(resources, 'icon.icns'), join(root, 'resources/icons/icon.icns'))],
  ];
}

async function wrongFuses(binary) {
  const wire = await getCurrentFuseWire(binary);
  const wrong = Object.entries(fuses).filter(([name, on]) => wire[FuseV1Options[name]] !== (on ? state.on : state.off));
  return list(wrong.map(([name, on]) => `${name} is not ${on ? 'on' : 'off'}`));
}

export function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .filter(path => statSync(join(folder, path)).isFile())
    .map(path => path.split(sep).join('/'));
}

function lacks(have, wanted) {
  const missing = list(wanted.filter(path => !have.includes(path)));
  return missing && `missing: ${missing}`;
}

function lacksText(text, part) {
  return text.includes(part) ? undefined : `missing: ${part}`;
}

function differs(folder, path) {
  return existsSync(join(folder, path)) ? same(join(folder, path), join(root, path)) : `missing: ${path}`;
}

function same(a, b) {
  return readFileSync(a).equals(readFileSync(b)) ? undefined : `${a} is not ${b}`;
}

/** The first few, or undefined where there are none. */
function list(items) {
  if (items.length === 0) return undefined;
  return items.slice(0, 5).join(', ') + (items.length > 5 ? ` and ${items.length - 5} more` : '');
}
