// Where Playhead keeps its store unless told otherwise: the system's place for an application's data.

import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

export function defaultDataDir(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const home = homeDir(env);
  switch (platform) {
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'Playhead');
    case 'win32':
      return join(env['APPDATA'] || join(home, 'AppData', 'Roaming'), 'Playhead');
    default:
      return join(absolute(env['XDG_DATA_HOME']) ?? join(home, '.local', 'share'), 'playhead');
  }
}

export function homeDir(env: NodeJS.ProcessEnv): string {
  return env['HOME'] || env['USERPROFILE'] || homedir();
}

/** The XDG specification has relative paths ignored. */
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}
