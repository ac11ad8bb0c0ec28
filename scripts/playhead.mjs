#!/usr/bin/env node
// The command line. Standard output belongs to the command alone; a build that is needed first speaks on standard error.

import { join } from 'node:path';
import { ensureBuilt } from './launcher/build.mjs';
import { runChild } from './launcher/child.mjs';
import { onRightNode } from './launcher/node-guard.mjs';
import { root, userFolder } from './launcher/place.mjs';

await onRightNode(import.meta.url, async args => {
  if (!(await ensureBuilt())) return 1;
  const entry = join(root, 'out', 'main', 'cli.js');
  return (await runChild(process.execPath, [entry, ...args], { cwd: userFolder() })).code;
});
