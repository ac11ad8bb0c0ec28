// npm run pack:check: packs the app for Linux, macOS and Windows against stubs of Electron, needing no download, and
// reads back what was packed. Signing, installers and the real runtime are not part of it.

import { ensureBuilt } from './launcher/build.mjs';
import { clearPackages, installedFiles, pack, runs } from './pack/packages.mjs';

if (!(await ensureBuilt())) process.exit(1);
// After the build: it looks at what was built when it is loaded.
const { checksOf, linuxChecks, macChecks } = await import('./pack/checks.mjs');
const { runPackedWorker } = await import('./pack/run-packed.mjs');

let passed = 0;
const failures = [];
clearPackages();
for (const run of runs) {
  for (const packed of pack(run)) {
    await checkAll(packed.name, checksOf(packed));
    if (packed.native === `${process.platform}-${process.arch}`) {
      const sentence = 'a packed worker runs with the packed better-sqlite3 and opens a store';
      await checkAll(packed.name, [[sentence, () => runPackedWorker(packed.resources)]]);
    }
    if (run.platform === 'mac') await checkAll(packed.name, macChecks(packed));
    if (run.platform === 'linux') await checkAll(packed.name, linuxChecks(installedFiles()));
  }
}
for (const failure of failures) console.error(`✗ ${failure}`);
console.log(`pack: ${passed} checks passed, ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);

async function checkAll(name, checks) {
  for (const [sentence, check] of checks) {
    const wrong = await check();
    if (wrong === undefined) passed += 1;
    else failures.push(`${name}: ${sentence}: ${wrong}`);
  }
}
