// Checks one TypeScript project per runtime: shared and parsers without Node or DOM, main without DOM, renderer without Node.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const { references } = JSON.parse(readFileSync('tsconfig.json', 'utf8'));
let failed = 0;
for (const { path } of references) {
  const { status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit', '-p', path], {
    stdio: 'inherit',
  });
  if (status !== 0) failed += 1;
}
console.log(`types: ${references.length} projects, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
