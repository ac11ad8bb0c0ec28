import { EventEmitter } from 'node:events';
import type { WebContents } from 'electron';
import { beforeEach, describe, expect, it } from 'vitest';
import { serveWindow } from '../../../src/main/desktop/ipc-transport.ts';
import type { Disposable } from '../../../src/shared/base/disposable.ts';
import { bridgeChannels } from '../../../src/shared/contract/bridge.ts';
import type { Transport } from '../../../src/shared/contract/transport.ts';

const OWN = { url: 'app://ui/index.html#/x', parent: null };

/** The part of a window that the transport touches. */
class FakeContents extends EventEmitter {
  readonly ipc = new EventEmitter();
  readonly sent: string[] = [];
  destroyed = false;

  isDestroyed(): boolean {
    return this.destroyed;
  }

  send(_channel: string, text: string): void {
    if (this.destroyed) throw new Error('Object has been destroyed');
    this.sent.push(text);
  }

  opens(senderFrame: unknown = OWN): void {
    this.ipc.emit(bridgeChannels.opened, { senderFrame });
  }

  says(text: unknown, senderFrame: unknown = OWN): void {
    this.ipc.emit(bridgeChannels.text, { senderFrame }, text);
  }
}

let contents: FakeContents;
let transports: Transport[];
let serving: Disposable;

beforeEach(() => {
  contents = new FakeContents();
  transports = [];
  serving = serveWindow(contents as unknown as WebContents, 'app://ui/', transport => transports.push(transport));
});

function opened(index = 0): { heard: string[]; ends: number; transport: Transport } {
  const transport = transports[index];
  if (transport === undefined) throw new Error('no transport was opened');
  const record = { heard: [] as string[], ends: 0, transport };
  transport.onText(text => record.heard.push(text));
  transport.onClose(() => (record.ends += 1));
  return record;
}

describe('the transport of a window', () => {
  it('carries text both ways, in order', () => {
    contents.opens();
    const { heard, transport } = opened();
    contents.says('one');
    contents.says('two');
    transport.send('three');
    expect(heard).toEqual(['one', 'two']);
    expect(contents.sent).toEqual(['three']);
  });

  it('keeps what the page says before the core listens', () => {
    contents.opens();
    contents.says('early');
    const { heard } = opened();
    contents.says('late');
    expect(heard).toEqual(['early', 'late']);
  });

  it('ends when the page is loaded again, and a new one begins', () => {
    contents.opens();
    const first = opened(0);
    contents.opens();
    const second = opened(1);
    contents.says('hello');
    first.transport.send('to nobody');
    expect({ ends: first.ends, heard: first.heard }).toEqual({ ends: 1, heard: [] });
    expect(second.heard).toEqual(['hello']);
    expect(contents.sent).toEqual([]);
  });

  it.each(['render-process-gone', 'destroyed'])('ends once on %s, and never throws afterwards', event => {
    contents.opens();
    const { transport, ...record } = opened();
    let ends = record.ends;
    transport.onClose(() => (ends += 1));
    contents.destroyed = event === 'destroyed';
    contents.emit(event);
    contents.emit(event);
    transport.send('too late');
    expect(ends).toBe(1);
    expect(() => serving.dispose()).not.toThrow();
  });

  it.each([
    ['another origin', { url: 'https://evil.example/app://ui/', parent: null }],
    ['an origin that begins alike', { url: 'app://ui.evil/', parent: null }],
    ['a frame inside the page', { url: 'app://ui/', parent: OWN }],
    ['a frame that is gone', null],
  ])('does not hear %s', (_who, frame) => {
    contents.opens(frame);
    expect(transports).toEqual([]);
    contents.opens();
    const { heard } = opened();
    contents.says('let me in', frame);
    expect(heard).toEqual([]);
  });

  it('hears nothing but text', () => {
    contents.opens();
    const { heard } = opened();
    contents.says({ toString: () => 'object' });
    contents.says(undefined);
    expect(heard).toEqual([]);
  });
});
