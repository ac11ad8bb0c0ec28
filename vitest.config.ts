import { availableParallelism } from 'node:os';
import react from '@vitejs/plugin-react';
import { configDefaults, defineConfig } from 'vitest/config';
import type { Plugin } from 'vitest/config';

const report = process.env['PLAYHEAD_TEST_REPORT'];
const excluded = [...configDefaults.exclude, 'test/fixtures/**', 'test/bench/**'];

/**
 * In a build, `x.worker?modulePath` is the path of the bundled worker. In tests it is the path of its source: Node
 * strips the types by itself, so workers run from source, without a bundle that could be stale.
 */
function modulePath(): Plugin {
  const suffix = '?modulePath';
  const mark = '\0module-path:';
  return {
    name: 'test:module-path',
    enforce: 'pre',
    async resolveId(id, importer) {
      if (!id.endsWith(suffix)) return null;
      const found = await this.resolve(id.slice(0, -suffix.length), importer);
      return found && mark + found.id;
    },
    load(id) {
      return id.startsWith(mark) ? `export default ${JSON.stringify(id.slice(mark.length))}` : null;
    },
  };
}

export default defineConfig({
  test: {
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
    maxWorkers: availableParallelism(),
    testTimeout: 20_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        plugins: [modulePath()],
        test: { name: 'node', environment: 'node', include: ['test/**/*.test.ts'], exclude: excluded },
      },
      {
        extends: true,
        plugins: [react()],
        test: { name: 'dom', environment: 'jsdom', include: ['test/renderer/**/*.test.tsx'], exclude: excluded },
      },
    ],
  },
});
