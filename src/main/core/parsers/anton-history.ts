// Tells what is new in a message history that every record repeats from its start.
//
// Contract: pure; remembers counts and hashes, never texts. A message's key comes from all that was said before it, so
// that the same history in another file (old Anton writes one file a call) names the same messages by the same keys.

export interface Said {
  readonly role: string;
  readonly hash: string;
}

/** What is remembered of one agent's conversation between two records. A JSON value. */
export type HistoryMemory = {
  /** Messages in the history when it was last seen. */
  readonly count: number;
  /** Hash over all of them, and over all but the last. */
  readonly chain: string;
  readonly chainBefore: string;
  /** Hash of the last one alone. */
  readonly last: string;
  /** Times that the conversation began anew. */
  readonly restarts: number;
};

export interface NewMessage {
  readonly index: number;
  readonly key: string;
  /** True: it was said before this record; only this copy of it has been seen. */
  readonly earlier: boolean;
}

export interface HistoryStep {
  readonly fresh: readonly NewMessage[];
  readonly memory: HistoryMemory;
}

export function followHistory(agent: string, history: readonly Said[], before: HistoryMemory | undefined): HistoryStep {
  const start = continuation(agent, history, before);
  const currentFrom = start.from === 0 ? lastExchange(history) : start.from;
  const fresh: NewMessage[] = [];
  let chain = start.chain;
  let chainBefore = start.chainBefore;
  for (let index = start.from; index < history.length; index += 1) {
    chainBefore = chain;
    chain = link(chain, history[index]);
    fresh.push({ index, key: `said:${agent}:${chain}`, earlier: index < currentFrom });
  }
  const last = history.at(-1)?.hash ?? before?.last ?? '';
  return { fresh, memory: { count: history.length, chain, chainBefore, last, restarts: start.restarts } };
}

interface Start {
  readonly from: number;
  readonly chain: string;
  readonly chainBefore: string;
  readonly restarts: number;
}

/** Where the history goes on from what was seen: at its end, at a changed last message, after a cut, or anew. */
function continuation(agent: string, history: readonly Said[], before: HistoryMemory | undefined): Start {
  const restarts = before?.restarts ?? 0;
  const chains = [seed(agent, restarts)];
  for (const said of history) chains.push(link(chains.at(-1) ?? '', said));
  const first = chains[0] ?? '';
  if (before === undefined) return { from: 0, chain: first, chainBefore: first, restarts };

  const { count, chain, chainBefore } = before;
  if (chains[count] === chain) return { from: count, chain, chainBefore, restarts };
  if (count > 1 && chains[count - 1] === chainBefore)
    return { from: count - 1, chain: chainBefore, chainBefore, restarts };
  const seen = history.findLastIndex(said => said.hash === before.last);
  if (seen >= 0) return { from: seen + 1, chain, chainBefore, restarts };
  const again = seed(agent, restarts + 1);
  return { from: 0, chain: again, chainBefore: again, restarts: restarts + 1 };
}

/** Index of the question that this call asked: the last message that is not the model's, with none after its answer. */
function lastExchange(history: readonly Said[]): number {
  const last = history.length - 1;
  return history[last]?.role === 'assistant' ? Math.max(0, last - 1) : Math.max(0, last);
}

function seed(agent: string, restarts: number): string {
  return textHash(`${agent}\n${restarts}`);
}

function link(chain: string, said: Said | undefined): string {
  return textHash(`${chain}\n${said?.role ?? ''}\n${said?.hash ?? ''}`);
}

/** 53 bits of a text as base 36 (cyrb53 by bryc, public domain): names things, protects nothing. */
export function textHash(text: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36);
}
