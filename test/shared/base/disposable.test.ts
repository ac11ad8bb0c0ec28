import { describe, expect, it } from 'vitest';
import { DisposableStore, toDisposable } from '../../../src/shared/base/disposable.ts';

function store(): { store: DisposableStore; done: string[]; add: (name: string, fails?: boolean) => void } {
  const done: string[] = [];
  const made = new DisposableStore();
  return {
    store: made,
    done,
    add(name, fails = false) {
      made.add(
        toDisposable(() => {
          done.push(name);
          if (fails) throw new Error(`${name} cannot be closed`);
        }),
      );
    },
  };
}

describe('a lifetime', () => {
  it('ends once, however often it is told to', () => {
    let ends = 0;
    const one = toDisposable(() => (ends += 1));
    one.dispose();
    one.dispose();
    expect(ends).toBe(1);
  });

  it('ends what was begun in it, last first', () => {
    const { store: all, done, add } = store();
    ['a', 'b', 'c'].forEach(name => add(name));
    all.dispose();
    all.dispose();
    expect(done).toEqual(['c', 'b', 'a']);
  });

  it('hands back what it takes in', () => {
    const item = toDisposable(() => undefined);
    expect(new DisposableStore().add(item)).toBe(item);
  });

  it('ends at once what is added when it is over', () => {
    const { store: all, done, add } = store();
    all.dispose();
    add('late');
    expect(done).toEqual(['late']);
  });

  it('ends everything although one of them throws, and then says so', () => {
    const { store: all, done, add } = store();
    add('a');
    add('b', true);
    add('c');
    expect(() => all.dispose()).toThrow('b cannot be closed');
    expect(done).toEqual(['c', 'b', 'a']);
    expect(() => all.dispose()).not.toThrow();
  });
});
