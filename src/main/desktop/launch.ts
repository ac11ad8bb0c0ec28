// Our own part of a desktop process's command line. Chromium, Playwright and macOS add switches of theirs to it.

/**
 * The arguments that Playhead knows, in their order: files, and the flags named in `flags`. `argv` is the process's,
 * the program first; an unpackaged start names the application's folder before our own arguments.
 */
export function ownArguments(
  argv: readonly string[],
  flags: readonly string[],
  isPackaged: boolean,
): readonly string[] {
  const end = argv.indexOf('--');
  const isForeign = (arg: string): boolean => arg.startsWith('-') && !flags.includes(arg.replace(/^--|=.*$/gs, ''));
  const own = argv.slice(1).filter((arg, index) => (end !== -1 && index + 1 >= end) || !isForeign(arg));
  return isPackaged ? own : own.slice(1);
}
