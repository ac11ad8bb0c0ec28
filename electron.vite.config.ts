// Builds out/main (desktop, headless and command-line entries, workers), out/preload and out/renderer.
// `dependencies` stay outside the bundles, everything else goes in. None of it needs Electron's binary.

import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const at = (path: string): string => resolve(import.meta.dirname, path);

export default defineConfig({
  main: {
    build: {
      sourcemap: true,
      rolldownOptions: {
        input: { index: at('src/main/index.ts'), serve: at('src/main/serve.ts'), cli: at('src/main/cli.ts') },
        // Beside the entries, so that import.meta.dirname is out/main in every file but the workers'.
        output: { chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      externalizeDeps: false,
      sourcemap: 'inline',
      rolldownOptions: {
        input: { index: at('src/preload/index.ts') },
        // A sandboxed preload is one CommonJS file that requires nothing but Electron.
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  },
  renderer: {
    plugins: [react()],
    worker: { format: 'es' },
    build: { minify: true, chunkSizeWarningLimit: 1500 },
  },
});
