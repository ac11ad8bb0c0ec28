// The window's own origin, app://ui/. Not file://, whose pages have no origin of their own and lose their privileges with
// the fuse that we set.

import { protocol } from 'electron';
import { respond } from './ui-files.ts';

/** In the first synchronous turn of the process: later is after 'ready', where Electron refuses it. */
export function registerUiScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** After 'ready'. */
export function handleUiScheme(rendererDir: string): void {
  protocol.handle('app', request => respond(rendererDir, request));
}
