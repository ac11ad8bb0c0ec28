// A binary heap: what comes first by `compare` is popped first.

export class Heap<T> {
  private readonly items: T[] = [];
  private readonly compare: (a: T, b: T) => number;

  constructor(compare: (a: T, b: T) => number) {
    this.compare = compare;
  }

  push(item: T): void {
    const { items } = this;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = items[above];
      if (parent === undefined || this.compare(item, parent) >= 0) break;
      items[at] = parent;
      at = above;
    }
    items[at] = item;
  }

  pop(): T | undefined {
    const { items } = this;
    const first = items[0];
    const last = items.pop();
    if (first === undefined || last === undefined || items.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = at * 2 + 1;
      let child = items[below];
      const other = items[below + 1];
      if (child === undefined) break;
      if (other !== undefined && this.compare(other, child) < 0) {
        below += 1;
        child = other;
      }
      if (this.compare(last, child) <= 0) break;
      items[at] = child;
      at = below;
    }
    items[at] = last;
    return first;
  }
}
