// Gives every `import 'electron'` in this process the double. For `node --import`.

import { registerHooks } from 'node:module';

const url = new URL('./electron.mjs', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' || specifier === 'electron/main' ? { url, shortCircuit: true } : next(specifier, context),
});
