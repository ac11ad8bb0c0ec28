// Carries the contract's frames between one window and the core over Electron IPC.
//
// Contract: each document of the window gets a transport of its own, which ends when the document is reloaded, the
// renderer dies or the window closes. Only the main frame of our own origin is heard.

import type { IpcMainEvent, WebContents } from 'electron';
import { type Disposable, DisposableStore, toDisposable } from '../../shared/base/disposable.ts';
import { Emitter } from '../../shared/base/emitter.ts';
import { bridgeChannels } from '../../shared/contract/bridge.ts';
import type { Transport } from '../../shared/contract/transport.ts';

export type Connect = (transport: Transport) => void;

/** Hands a new transport to `connect` for every document that the window loads. */
export function serveWindow(contents: WebContents, uiOrigin: string, connect: Connect): Disposable {
  const lifetime = new DisposableStore();
  let current: IpcTransport | undefined;
  const isTrusted = ({ senderFrame }: IpcMainEvent): boolean =>
    senderFrame !== null && senderFrame.parent === null && senderFrame.url.startsWith(uiOrigin);
  const end = (): void => {
    current?.close();
    current = undefined;
  };
  const open = (event: IpcMainEvent): void => {
    if (!isTrusted(event)) return;
    end();
    current = new IpcTransport(contents);
    connect(current);
  };
  const receive = (event: IpcMainEvent, text: unknown): void => {
    if (isTrusted(event) && typeof text === 'string') current?.receive(text);
  };

  contents.ipc.on(bridgeChannels.opened, open);
  contents.ipc.on(bridgeChannels.text, receive);
  contents.on('render-process-gone', end);
  contents.once('destroyed', end);
  lifetime.add(toDisposable(end));
  lifetime.add(
    toDisposable(() => {
      if (contents.isDestroyed()) return;
      contents.ipc.off(bridgeChannels.opened, open);
      contents.ipc.off(bridgeChannels.text, receive);
      contents.off('render-process-gone', end);
      contents.off('destroyed', end);
    }),
  );
  return lifetime;
}

class IpcTransport implements Transport {
  private readonly contents: WebContents;
  private readonly texts = new Emitter<string>();
  private readonly closed = new Emitter<void>();
  /** What came before anybody listened: the page may ask before the core is ready to answer. */
  private early: string[] | undefined = [];
  private isOpen = true;

  constructor(contents: WebContents) {
    this.contents = contents;
  }

  send(text: string): void {
    if (this.isOpen && !this.contents.isDestroyed()) this.contents.send(bridgeChannels.text, text);
  }

  onText(listener: (text: string) => void): Disposable {
    const undo = this.texts.on(listener);
    const early = this.early ?? [];
    this.early = undefined;
    for (const text of early) this.texts.emit(text);
    return undo;
  }

  onClose(listener: () => void): Disposable {
    if (!this.isOpen) queueMicrotask(listener);
    return this.closed.on(listener);
  }

  receive(text: string): void {
    if (this.early !== undefined) this.early.push(text);
    else this.texts.emit(text);
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.closed.emit();
  }
}
