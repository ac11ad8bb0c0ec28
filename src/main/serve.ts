// The headless entry: the same app in a browser, on plain Node. Its arguments are those of `playhead serve`.

import './node-version.ts';

const { runCommand } = await import('./serve/commands.ts');
process.exitCode = await runCommand(['serve', ...process.argv.slice(2)]);
