// better-sqlite3 crashes an older Node without a word, so every entry that a person may start goes through here.

import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.mjs';
import { root, say } from './place.mjs';

const needed = { major: 22, minor: 22 };

export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > needed.major || (major === needed.major && minor >= needed.minor);
}

/**
 * Runs `main` and exits with the code that it gives. On a Node that is too old, runs the script again with the Node
 * that came with the project; where there is none, says so in one sentence and exits with 1.
 */
export async function onRightNode(scriptUrl, main) {
  if (!existsSync(join(root, 'node_modules'))) {
    say(`Playhead's packages are not installed: run "npm ci" in ${root} first.`);
    process.exit(1);
  }
  process.exit(
    await (isNewEnough(process.versions.node) ? main(process.argv.slice(2)) : again(fileURLToPath(scriptUrl))),
  );
}

async function again(script) {
  const own = join(root, 'node_modules', '.bin', 'node');
  if (existsSync(own) && realpathSync(own) !== realpathSync(process.execPath)) {
    return (await runChild(own, [script, ...process.argv.slice(2)])).code;
  }
  say(
    `Playhead needs Node ${needed.major}.${needed.minor} or newer and this is ${process.versions.node}: ` +
      'install a newer one from https://nodejs.org and start again.',
  );
  return 1;
}
