// Who counts a model response that stands in several places: resumed and forked sessions copy what was said before.

import type { ReadDb } from './connection.ts';
import { COUNTED_BY_PARSER, OWNS_RESPONSE } from './span-table.ts';

interface Copy {
  readonly id: number;
  readonly agent: string | null;
  readonly eligible: number;
  readonly owned: number;
}

/**
 * The spans of a response that must begin or cease to count: of each agent's copies the earliest does, of the older
 * file; one in a file that was opened by hand only where there is no other: looking at a copy moves no sums. Spans that have nothing to count do not stand in another's way.
 */
export function changesOfOwner(db: ReadDb, responseKey: string): { readonly id: number; readonly owns: boolean }[] {
  const copies = db
    .prepare(
      `SELECT span.id, file.agent, span.input IS NOT NULL AND span.counted & ${COUNTED_BY_PARSER} AS eligible,
         span.counted & ${OWNS_RESPONSE} AS owned
       FROM span JOIN file ON file.id = span.file_id JOIN source ON source.id = file.source_id WHERE span.response_key = ?
       ORDER BY source.origin = 'opened', span.start_us IS NULL, span.start_us, file.born_us, file.rel_path, span.ord, span.key, span.session_id`,
    )
    .all(responseKey) as Copy[];
  const taken = new Set<string | null>();
  return copies
    .map(({ id, agent, eligible, owned }) => {
      const owns = eligible === 0 || !taken.has(agent);
      if (eligible !== 0) taken.add(agent);
      return { id, owns, owned: owned !== 0 };
    })
    .filter(({ owns, owned }) => owns !== owned);
}
