// Lifetimes: whatever listens, watches or spawns hands back a Disposable.

export interface Disposable {
  dispose(): void;
}

export function toDisposable(dispose: () => void): Disposable {
  let done = false;
  return {
    dispose() {
      if (done) return;
      done = true;
      dispose();
    },
  };
}

/**
 * Disposes what was added, last first, once. Things added afterwards are disposed at once. One that throws does not keep
 * the others: the first error is thrown when all have had their turn.
 */
export class DisposableStore implements Disposable {
  private items: Disposable[] = [];
  private disposed = false;

  add<T extends Disposable>(item: T): T {
    if (this.disposed) item.dispose();
    else this.items.push(item);
    return item;
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    const errors: unknown[] = [];
    for (const item of this.items.toReversed()) {
      try {
        item.dispose();
      } catch (thrown) {
        errors.push(thrown);
      }
    }
    this.items = [];
    if (errors.length > 0) throw errors[0];
  }
}
