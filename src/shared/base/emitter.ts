// A typed event. Listeners are told in the order in which they came; one that throws does not stop the others, its
// error comes up by itself. One that was disposed hears no more, even of what is being told just then.

import { type Disposable, toDisposable } from './disposable.ts';

export type Listener<T> = (value: T) => void;

export class Emitter<T> {
  private readonly listeners = new Set<Listener<T>>();

  /** Registers a listener; disposing the result undoes it. */
  on(listener: Listener<T>): Disposable {
    const own: Listener<T> = value => listener(value);
    this.listeners.add(own);
    return toDisposable(() => this.listeners.delete(own));
  }

  emit(value: T): void {
    for (const listener of [...this.listeners]) {
      if (!this.listeners.has(listener)) continue;
      try {
        listener(value);
      } catch (thrown) {
        queueMicrotask(() => {
          throw thrown;
        });
      }
    }
  }
}
