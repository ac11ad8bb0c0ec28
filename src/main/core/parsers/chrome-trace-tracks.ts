// Processes and threads of a Chrome trace as spans above their slices.

import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import { type SliceForest, type Track, trackKey } from './chrome-trace-slices.ts';
import type { SpanFact } from './parser.ts';

/** Spans that stand for processes and threads: only where there are several. */
export class Tracks {
  private readonly forest: SliceForest;
  private readonly threads = new Map<string, Map<string, { startUs: number; endUs: number }>>();

  constructor(forest: SliceForest) {
    this.forest = forest;
    for (const { track, startUs, endUs } of forest.slices) {
      const threads = this.threads.get(track.pid) ?? new Map<string, { startUs: number; endUs: number }>();
      this.threads.set(track.pid, threads);
      const known = threads.get(track.tid ?? '') ?? { startUs, endUs: startUs };
      threads.set(track.tid ?? '', {
        startUs: Math.min(known.startUs, startUs),
        endUs: Math.max(known.endUs, endUs ?? startUs),
      });
    }
  }

  keyOf(track: Track): string {
    if (track.tid !== undefined && (this.threads.get(track.pid)?.size ?? 0) > 1) return `thread:${trackKey(track)}`;
    return this.threads.size > 1 ? `process:${track.pid}` : ROOT_SPAN;
  }

  facts(session: string, shiftUs: number): readonly SpanFact[] {
    const { processNames, threadNames } = this.forest;
    return [...this.threads].flatMap(([pid, threads]) => {
      const phase = { kind: 'span', session, span: 'phase', status: 'ok' } as const;
      const times = [...threads.values()];
      const all = {
        startUs: times.reduce((least, { startUs }) => Math.min(least, startUs), Infinity) + shiftUs,
        endUs: times.reduce((most, { endUs }) => Math.max(most, endUs), -Infinity) + shiftUs,
      };
      const process: SpanFact[] =
        this.threads.size > 1
          ? [
              {
                ...phase,
                ...all,
                key: `process:${pid}`,
                name: processNames.get(pid) ?? `Process ${pid}`,
                parent: ROOT_SPAN,
              },
            ]
          : [];
      const above = process[0]?.key ?? ROOT_SPAN;
      return [
        ...process,
        ...[...threads].flatMap(([tid, { startUs, endUs }]): SpanFact[] => {
          const key = this.keyOf({ pid, tid });
          if (tid === '' || !key.startsWith('thread:')) return [];
          const name = threadNames.get(`${pid}/${tid}`) ?? `Thread ${tid}`;
          return [{ ...phase, key, name, parent: above, startUs: startUs + shiftUs, endUs: endUs + shiftUs }];
        }),
      ];
    });
  }
}
