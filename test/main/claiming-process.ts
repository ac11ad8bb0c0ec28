// Run as a process of its own: claims a data folder, says on standard output what came of it, and holds the folder until
// its standard input ends. Answers others with its process id.

import { claimInstance } from '../../src/main/instance.ts';

const [, , dataDir = ''] = process.argv;
const claim = await claimInstance(dataDir, 'hello', async () => process.pid);
process.stdout.write(`${JSON.stringify(claim.kind === 'first' ? process.pid : claim.answer)}\n`);
if (claim.kind === 'first') {
  process.stdin.on('end', () => claim.dispose());
  process.stdin.resume();
}
