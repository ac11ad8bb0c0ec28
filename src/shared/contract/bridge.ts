// What the preload gives the window, and the channels that it speaks on. Nothing else of Electron reaches a page.

/** What `pathForFile` needs of a dropped or chosen file: a DOM File. */
export interface BridgedFile {
  readonly name: string;
  readonly size: number;
}

/** `window.playhead`; absent in a browser. */
export interface PlayheadBridge {
  /** Sends one frame to the core. */
  send(text: string): void;
  /** Hears every frame from the core; calling the result stops it. */
  onText(listener: (text: string) => void): () => void;
  /** Where a file lies on disk; empty for one that was not dropped or chosen from there. */
  pathForFile(file: BridgedFile): string;
}

export const bridgeChannels = {
  /** Sent once by each document before anything else: a new transport begins, the earlier one of this window ends. */
  opened: 'playhead:opened',
  /** One frame, either way. */
  text: 'playhead:text',
} as const;
