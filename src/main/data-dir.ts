// Where Playhead keeps its store unless told otherwise: the system's place for an application's data.

import { homedir } from 'node:os';
import { join } from 'node:path';

export function defaultDataDir(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  const home = env['HOME'] ?? env['USERPROFILE'] ?? homedir();
  switch (platform) {
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'Playhead');
    case 'win32':
      return join(env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'Playhead');
    default:
      return join(env['XDG_DATA_HOME'] ?? join(home, '.local', 'share'), 'playhead');
  }
}
