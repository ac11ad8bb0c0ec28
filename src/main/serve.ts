// The headless entry: the same app in a browser, on plain Node.

import './node-version.ts';

const { serveEntry } = await import('./serve/entry.ts');
process.exitCode = await serveEntry(process.argv.slice(2));
