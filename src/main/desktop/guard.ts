// What a page may do beyond its own origin: nothing. The window shows text that agents wrote, so a page is never trusted
// further than it has to be (https://www.electronjs.org/docs/latest/tutorial/security).

import { dialog, shell, type Session, type WebContents } from 'electron';

/** Copying is the one permission that the window needs. */
const permitted = 'clipboard-sanitized-write';

/** No permissions, no network, no downloads, no spelling dictionaries fetched from elsewhere. */
export function guardSession(session: Session, uiOrigin: string): void {
  const isOwn = (url: string | undefined): boolean => url?.startsWith(uiOrigin) ?? false;
  session.setPermissionRequestHandler((_contents, permission, callback, details) =>
    callback(permission === permitted && isOwn(details.requestingUrl)),
  );
  session.setPermissionCheckHandler(
    (_contents, permission, _origin, details) => permission === permitted && isOwn(details.requestingUrl),
  );
  session.setDevicePermissionHandler(() => false);
  session.setSpellCheckerEnabled(false);
  session.webRequest.onBeforeRequest(
    { urls: ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'file://*/*'] },
    ({ url }, answer) => answer({ cancel: !isOwn(url.replace(/^ws/, 'http')) }),
  );
  session.on('will-download', event => event.preventDefault());
}

/** The page stays where it is, opens no windows and embeds no others; links ask before they leave. */
export function guardContents(contents: WebContents, uiOrigin: string): void {
  const stay = (event: { readonly url: string; preventDefault(): void }): void => {
    if (!event.url.startsWith(uiOrigin)) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', event => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    void openOutside(url);
    return { action: 'deny' };
  });
}

/** Opens a web page in the user's browser after the user has seen its address. Anything but https is ignored. */
async function openOutside(address: string): Promise<void> {
  const url = URL.parse(address);
  if (url?.protocol !== 'https:') return;
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: `Open ${url.host} in your browser?`,
    detail: url.href,
    buttons: ['Open', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
  });
  if (response === 0) await shell.openExternal(url.href);
}
