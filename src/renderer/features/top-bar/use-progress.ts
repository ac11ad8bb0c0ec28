import { useEffect, useState } from 'react';
import type { IndexProgress } from '../../../shared/contract/sources.ts';
import { useConnection } from '../../state/client-context.tsx';
import { useQuery } from '../../state/use-query.ts';

/** How far the reading of the sources is; null until it is known. */
export function useProgress(): IndexProgress | null {
  const { client } = useConnection();
  const asked = useQuery(client.sources.progress, {});
  const [pushed, setPushed] = useState<{ readonly progress: IndexProgress; readonly over: unknown } | null>(null);
  const answer = asked.status === 'ready' ? asked.data : null;
  useEffect(() => {
    const listening = client.sources.progressed(progress => setPushed({ progress, over: answer }));
    return () => listening.dispose();
  }, [client, answer]);
  // A push is newer than the answer that stood when it came; an answer that came later (a reconnect) is newer still.
  return pushed !== null && pushed.over === answer ? pushed.progress : answer;
}
