import { toPlayheadError } from '../../shared/base/errors.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import { readArguments, requestOf } from '../arguments.ts';
import { runServe } from './run-serve.ts';

export const { version } = packageJson;

/** Arguments as of `playhead serve`, files last. Gives the exit code: 0, 1 failed, 2 wrong usage. */
export async function serveEntry(args: readonly string[]): Promise<number> {
  try {
    const read = readArguments(args, process.cwd(), process.env);
    return await runServe({ ...read, request: requestOf(read, read.words, process.cwd()), version });
  } catch (thrown) {
    const error = toPlayheadError(thrown);
    process.stderr.write(`playhead: ${error.message}\n`);
    return error.code === 'bad-input' ? 2 : 1;
  }
}
