// The command line's entry, on plain Node.

import './node-version.ts';

const { runCommand } = await import('./serve/commands.ts');
process.exitCode = await runCommand(process.argv.slice(2));
