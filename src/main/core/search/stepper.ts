import { setImmediate as letMessagesIn } from 'node:timers/promises';
import { PlayheadError } from '../../../shared/base/errors.ts';

const STEP_MS = 8;

/** Cuts long work into steps, so that a thread hears of it when nobody wants the answer any more. */
export class Stepper {
  private readonly signal: AbortSignal;
  private until = performance.now() + STEP_MS;

  constructor(signal: AbortSignal) {
    this.signal = signal;
  }

  /** True when others must be let in before going on: `await next()`. */
  get isDue(): boolean {
    return performance.now() > this.until;
  }

  /** Fails with 'cancelled'. */
  async next(): Promise<void> {
    await letMessagesIn();
    if (this.signal.aborted) throw new PlayheadError('cancelled', 'Cancelled.');
    this.until = performance.now() + STEP_MS;
  }
}
