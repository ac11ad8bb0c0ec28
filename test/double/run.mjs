// Starts an Electron app on plain Node: `node --import ./test/double/register.mjs ./test/double/run.mjs APP [args]`.
//
// As in Electron, the app is ready only after its main module was evaluated to the end: one that awaits 'ready' at top
// level never starts (and ends with Node's exit code 13).

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { becomeReady, setAppFolder } from './app.mjs';
import { answerControl } from './control.mjs';

const folder = resolve(process.argv[2] ?? '.');
const { main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
process.argv = ['electron', ...process.argv.slice(2)];
setAppFolder(folder);
answerControl();
await import(pathToFileURL(join(folder, main)).href);
await becomeReady();
