// How many records arrive: the core is asked for its count when it announces news, at most once a second.

import { useEffect, useState } from 'react';
import { DisposableStore } from '../../../shared/base/disposable.ts';
import { useConnection } from '../../state/client-context.tsx';

export interface RateSample {
  readonly atMs: number;
  /** Records read so far, by the core's count. */
  readonly records: number;
}

const WINDOW_MS = 10_000;
const ASK_GAP_MS = 1000;

/** Records a second over the last ten seconds; 0 while nothing arrives. */
export function useEventRate(): number {
  const { client } = useConnection();
  const [rate, setRate] = useState(0);
  useEffect(() => {
    const lifetime = new DisposableStore();
    let samples: readonly RateSample[] = [];
    let asking: ReturnType<typeof setTimeout> | undefined;
    let fading: ReturnType<typeof setInterval> | undefined;
    let ended = false;
    const show = () => {
      const now = Date.now();
      const current = recordsPerSecond(samples, now);
      setRate(current);
      if (current > 0) fading ??= setInterval(show, ASK_GAP_MS);
      else {
        clearInterval(fading);
        fading = undefined;
      }
    };
    const take = (records: number) => {
      if (ended) return;
      samples = addSample(samples, { atMs: Date.now(), records });
      show();
    };
    const ask = () => {
      asking ??= setTimeout(() => {
        asking = undefined;
        // A failed answer is one sample less; the banner tells about the connection.
        client.sources.progress({}).then(
          progress => take(progress.records),
          () => {},
        );
      }, ASK_GAP_MS);
    };
    lifetime.add(client.sources.progressed(progress => take(progress.records)));
    lifetime.add(client.sessions.changed(ask));
    ask();
    return () => {
      ended = true;
      clearTimeout(asking);
      clearInterval(fading);
      lifetime.dispose();
    };
  }, [client]);
  return rate;
}

/** Keeps what the window needs, and one sample before it to count from. A count that fell starts over (a new core). */
export function addSample(samples: readonly RateSample[], sample: RateSample): readonly RateSample[] {
  const last = samples.at(-1);
  if (last && sample.records < last.records) return [sample];
  const from = samples.findLastIndex(old => old.atMs <= sample.atMs - WINDOW_MS);
  return [...samples.slice(Math.max(0, from)), sample];
}

/** The records that came within the window, by its length. */
export function recordsPerSecond(samples: readonly RateSample[], nowMs: number): number {
  const last = samples.at(-1);
  const inside = samples.filter(sample => sample.atMs > nowMs - WINDOW_MS);
  const before = samples[samples.length - inside.length - 1] ?? inside[0];
  if (!last || !before || inside.length === 0) return 0;
  return ((last.records - before.records) / WINDOW_MS) * 1000;
}
