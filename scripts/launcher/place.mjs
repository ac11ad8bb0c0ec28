// Where the project is, and how its launchers speak. Everything in this folder loads on any Node from 16 on.

import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** To people, on standard error: standard output belongs to what is started. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** The folder that the user stands in: npm runs scripts in the project's folder and tells the real one. */
export function userFolder(env = process.env) {
  return process.cwd() === root && env.INIT_CWD ? env.INIT_CWD : process.cwd();
}
