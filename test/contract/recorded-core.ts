// The real core over a folder of real logs, in a temporary place.

import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { z } from 'zod';
import { type App, compose } from '../../src/main/compose.ts';
import type { NamedSource } from '../../src/main/core/sources/source-service.ts';

const repository = resolve(import.meta.dirname, '../..');
const fixtures = join(repository, 'test/fixtures');

export interface RecordedCore {
  readonly app: App;
  /** Holds `logs`, copies of the fixtures, and `data`, the data folder. */
  readonly folder: string;
  at(...parts: string[]): string;
  dispose(): Promise<void>;
}

/** Copies the named fixtures to `logs` and starts the core on the sources. Without sources it has none. */
export async function startRecordedCore(
  copied: readonly string[],
  sources: (at: RecordedCore['at']) => readonly NamedSource[],
): Promise<RecordedCore> {
  const folder = mkdtempSync(join(tmpdir(), 'playhead-core-'));
  const at = (...parts: string[]) => join(folder, ...parts);
  for (const name of copied) cpSync(join(fixtures, name), at('logs', name), { recursive: true });
  const app = await compose({
    dataDir: at('data'),
    sources: sources(at),
    watch: true,
    resourcesDir: join(repository, 'resources'),
    version: '0.0.0-test',
    upload: true,
  });
  return {
    app,
    folder,
    at,
    async dispose() {
      await app.dispose();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** What the schema makes of an output: the same, where it holds nothing that the schema does not name. */
export function fits(schema: z.ZodType, output: unknown): unknown {
  return schema.parse(output);
}
