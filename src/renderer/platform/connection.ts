// Keeps one contract client connected over transports that come and go.
//
// Contract: `client` stays the same object for the window's life; push listeners survive reconnects. A lost transport
// is opened again by itself, at first at once, then ever more slowly. The status is 'lost' before the calls under way fail.

import { type Disposable, toDisposable } from '../../shared/base/disposable.ts';
import { Emitter } from '../../shared/base/emitter.ts';
import { ContractClient } from '../../shared/contract/client.ts';
import { contract, type PlayheadClient } from '../../shared/contract/index.ts';
import type { Transport } from '../../shared/contract/transport.ts';

/**
 * 'lost': there was a connection; what is on the screen stays, and is brought up to date when it is back.
 * 'unreached': there was none yet, and the first attempts failed.
 */
export type ConnectionStatus = 'connecting' | 'connected' | 'lost' | 'unreached';

export interface Connection extends Disposable {
  readonly client: PlayheadClient;
  readonly status: ConnectionStatus;
  onStatus(listener: (status: ConnectionStatus) => void): Disposable;
  /** Does not wait for the next attempt. */
  readonly retryNow: () => void;
}

/** Opens a transport; settles when it can carry text, rejects when there is nobody on the other side. */
export type OpenTransport = () => Promise<Transport>;

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 5000;

export function keepConnected(open: OpenTransport): Connection {
  const contractClient = new ContractClient(contract);
  const statuses = new Emitter<ConnectionStatus>();
  let status: ConnectionStatus = 'connecting';
  let before = false;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let opening = false;
  let disposed = false;

  const become = (next: ConnectionStatus) => {
    if (status === next) return;
    status = next;
    statuses.emit(next);
  };
  const lose = () => {
    if (disposed) return;
    become(before ? 'lost' : 'unreached');
    timer = setTimeout(attempt, Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 1.6 ** failures));
    failures += 1;
  };
  const attach = (transport: Transport) => {
    if (disposed) return;
    transport.onClose(lose);
    contractClient.attach(transport);
    before = true;
    failures = 0;
    become('connected');
  };
  const attempt = () => {
    clearTimeout(timer);
    if (opening || disposed) return;
    opening = true;
    open()
      .finally(() => (opening = false))
      .then(attach, lose);
  };
  attempt();

  return {
    client: contractClient.calls,
    get status() {
      return status;
    },
    onStatus: listener => statuses.on(listener),
    retryNow() {
      if (status === 'connected') return;
      failures = 0;
      attempt();
    },
    ...toDisposable(() => {
      disposed = true;
      clearTimeout(timer);
      contractClient.detach();
    }),
  };
}
