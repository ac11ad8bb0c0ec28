// What a command says: results on standard output, everything else on standard error.

let guarded = false;

/** One line, or several. Nobody has to read to the end: `playhead sessions | head -1` is no failure. */
export function print(text: string): void {
  if (!guarded) {
    guarded = true;
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  process.stdout.write(`${text}\n`);
}

export function printError(message: string): void {
  process.stderr.write(`playhead: ${message}\n`);
}
