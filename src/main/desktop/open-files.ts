// Files and other wishes that reach the running app: from the menu, the system, or a second start. What comes before
// the core is ready waits for it.

import { app, type BrowserWindow, dialog } from 'electron';

/** What somebody wants to see; paths are absolute. */
interface Wish {
  readonly files: readonly string[];
}

export class OpenInbox<W extends Wish> {
  private waiting: W[] = [];
  private open: ((wish: W) => Promise<void>) | undefined;

  /** Never fails: what cannot be opened is told to the user. */
  add(wish: W): void {
    if (this.open === undefined) this.waiting.push(wish);
    else void this.deliver(this.open, wish);
  }

  /** From now on wishes go to `open`, those that waited first. */
  attach(open: (wish: W) => Promise<void>): void {
    this.open = open;
    for (const wish of this.waiting.splice(0)) void this.deliver(open, wish);
  }

  private async deliver(open: (wish: W) => Promise<void>, wish: W): Promise<void> {
    try {
      await open(wish);
      for (const file of wish.files) app.addRecentDocument(file);
    } catch (error) {
      dialog.showErrorBox('Playhead could not open this', error instanceof Error ? error.message : String(error));
    }
  }
}

/** Lets the user choose; resolves to absolute paths, none where the user cancelled. */
export async function chooseFiles(window: BrowserWindow | undefined, what: 'files' | 'folder'): Promise<string[]> {
  const options = {
    title: what === 'files' ? 'Open recorded sessions' : 'Open a folder of recorded sessions',
    // Without it, Electron 43 and later start in the downloads.
    defaultPath: app.getPath('home'),
    properties: what === 'files' ? (['openFile', 'multiSelections'] as const) : (['openDirectory'] as const),
    filters: [
      { name: 'Agent logs', extensions: ['jsonl', 'ndjson', 'json', 'trace'] },
      { name: 'All files', extensions: ['*'] },
    ],
  };
  const own = { ...options, properties: [...options.properties] };
  const { filePaths } = await (window ? dialog.showOpenDialog(window, own) : dialog.showOpenDialog(own));
  return filePaths;
}
