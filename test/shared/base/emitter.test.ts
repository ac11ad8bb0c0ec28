import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Emitter } from '../../../src/shared/base/emitter.ts';

describe('an event', () => {
  it('is told to every listener in the order in which they came', () => {
    const event = new Emitter<number>();
    const heard: string[] = [];
    event.on(value => heard.push(`a${value}`));
    event.on(value => heard.push(`b${value}`));
    event.emit(1);
    expect(heard).toEqual(['a1', 'b1']);
  });

  it('counts the same listener as often as it was registered, and undoes one of them at a time', () => {
    const event = new Emitter<number>();
    let calls = 0;
    const listener = () => (calls += 1);
    const first = event.on(listener);
    event.on(listener);
    event.emit(1);
    first.dispose();
    first.dispose();
    event.emit(2);
    expect(calls).toBe(3);
  });

  it('is not told to one that another has just undone', () => {
    const event = new Emitter<void>();
    const heard: string[] = [];
    event.on(() => {
      heard.push('first');
      second.dispose();
    });
    const second = event.on(() => heard.push('second'));
    event.emit();
    expect(heard).toEqual(['first']);
  });

  it('is not told to one that came while it was being told', () => {
    const event = new Emitter<void>();
    let late = 0;
    const once = event.on(() => {
      event.on(() => (late += 1));
      once.dispose();
    });
    event.emit();
    expect(late).toBe(0);
    event.emit();
    expect(late).toBe(1);
  });

  describe('with a listener that throws', () => {
    let uncaught: unknown[];
    let others: NodeJS.UncaughtExceptionListener[];
    const collect = (thrown: unknown) => void uncaught.push(thrown);

    beforeEach(() => {
      uncaught = [];
      others = process.listeners('uncaughtException');
      process.removeAllListeners('uncaughtException');
      process.on('uncaughtException', collect);
    });
    afterEach(() => {
      process.off('uncaughtException', collect);
      for (const listener of others) process.on('uncaughtException', listener);
    });

    it('still reaches the others, and the error is not swallowed', async () => {
      const event = new Emitter<void>();
      const error = new Error('a defect');
      let reached = 0;
      event.on(() => {
        throw error;
      });
      event.on(() => (reached += 1));
      event.emit();
      expect(reached).toBe(1);
      await new Promise(resolve => setImmediate(resolve));
      expect(uncaught).toEqual([error]);
    });
  });
});
