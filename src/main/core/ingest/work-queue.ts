// Which file is read next: first those that just changed, then the rest by the time of their last change, newest first.

export interface QueueItem {
  readonly key: string;
  readonly modifiedUs: number;
  /** It was changed while we watched: somebody may be looking. */
  readonly hot: boolean;
}

export class WorkQueue {
  private readonly hot = new Set<string>();
  private readonly cold = new Map<string, number>();
  private order: string[] = [];
  private sorted = true;

  get size(): number {
    return this.hot.size + this.cold.size;
  }

  add(item: QueueItem): void {
    if (item.hot) {
      this.hot.add(item.key);
      return;
    }
    if (this.hot.has(item.key)) return;
    this.cold.set(item.key, item.modifiedUs);
    this.order.push(item.key);
    this.sorted = false;
  }

  /** The next file's key, taken out. */
  take(): string | undefined {
    for (const key of this.hot) {
      this.hot.delete(key);
      this.cold.delete(key);
      return key;
    }
    if (!this.sorted) {
      this.order.sort((a, b) => (this.cold.get(a) ?? 0) - (this.cold.get(b) ?? 0));
      this.sorted = true;
    }
    for (let key = this.order.pop(); key !== undefined; key = this.order.pop()) {
      if (this.cold.delete(key)) return key;
    }
    return undefined;
  }
}
