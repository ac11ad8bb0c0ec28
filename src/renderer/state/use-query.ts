import { useCallback, useSyncExternalStore } from 'react';
import type { RemoteCall } from '../../shared/contract/client.ts';
import { useQueryCache } from './client-context.tsx';
import { loading, type QueryState } from './query-cache.ts';

export type { QueryState } from './query-cache.ts';

/**
 * The answer of a query, kept fresh: asked again when the core announces news about it and after a reconnect (the rules
 * stand in QueryCache.listen). Equal inputs share one answer. With `input` null nothing is asked, and it is 'loading'.
 */
export function useQuery<I, O>(call: RemoteCall<I, O>, input: I | null): QueryState<O> {
  const cache = useQueryCache();
  const key = JSON.stringify(input);
  const subscribe = useCallback(
    (changed: () => void) => {
      if (input === null) return () => {};
      const following = cache.subscribe(call, input, changed);
      return () => following.dispose();
    },
    // `key` stands for `input`, which callers write as a fresh object each time.
    // oxlint-disable-next-line react/exhaustive-deps
    [cache, call, key],
  );
  return useSyncExternalStore(subscribe, () => (input === null ? loading : cache.read(call, input)));
}
