// Hands the connection and the query cache to every view.

import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from 'react';
import type { PlayheadClient } from '../../shared/contract/index.ts';
import type { Connection, ConnectionStatus } from '../platform/connection.ts';
import { QueryCache } from './query-cache.ts';

interface ClientContextValue {
  readonly connection: Connection;
  readonly cache: QueryCache;
}

const ClientContext = createContext<ClientContextValue | null>(null);

interface ClientProviderProps {
  readonly connection: Connection;
  readonly children: ReactNode;
}

export function ClientProvider({ connection, children }: ClientProviderProps) {
  const [value] = useState(() => ({ connection, cache: new QueryCache(connection) }));
  useEffect(() => {
    const listening = value.cache.listen();
    return () => listening.dispose();
  }, [value]);
  return <ClientContext value={value}>{children}</ClientContext>;
}

/** The typed calls and pushes; the same object for the window's life. */
export function useClient(): PlayheadClient {
  return useValue().connection.client;
}

/** The client, and the state of the connection as it changes. `connection` is for stores that listen themselves. */
export function useConnection(): {
  readonly client: PlayheadClient;
  readonly status: ConnectionStatus;
  readonly connection: Connection;
} {
  const { connection } = useValue();
  const subscribe = useCallback(
    (changed: () => void) => {
      const listening = connection.onStatus(changed);
      return () => listening.dispose();
    },
    [connection],
  );
  const status = useSyncExternalStore(subscribe, () => connection.status);
  return { client: connection.client, status, connection };
}

export function useQueryCache(): QueryCache {
  return useValue().cache;
}

function useValue(): ClientContextValue {
  const value = useContext(ClientContext);
  if (!value) throw new Error('ClientProvider is missing above this component.');
  return value;
}
