// Opens what the user hands over: dropped, chosen, or one of the samples. One thing at a time.
//
// Contract: on the desktop the core reads the files where they lie; in a browser they are uploaded, one after the
// other. A file that cannot be opened does not stop the others. Afterwards the window shows the first session found.

import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import { PlayheadError, toPlayheadError } from '../../../shared/base/errors.ts';
import type { PlayheadClient } from '../../../shared/contract/index.ts';
import type { SessionId } from '../../../shared/model/ids.ts';
import { desktopBridge } from '../../platform/bridge.ts';
import type { DroppedFile } from '../../platform/dropped-files.ts';
import { uploadFile } from '../../platform/upload.ts';
import { useClient } from '../../state/client-context.tsx';
import { go } from '../../state/place.ts';

export interface OpenFailure {
  readonly name: string;
  readonly error: PlayheadError;
}

export type OpenState =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'opening';
      /** What is being opened now. */
      readonly name: string;
      readonly done: number;
      readonly count: number;
      /** Of the present file, 0 to 1; null where it cannot be told. */
      readonly share: number | null;
    }
  | { readonly kind: 'failed'; readonly failures: readonly OpenFailure[]; readonly opened: number };

export interface Opener {
  readonly state: OpenState;
  /** `top` are the files and folders as handed over; `all` gives every file, folders walked. */
  readonly openFiles: (top: readonly File[], all: () => Promise<readonly DroppedFile[]>) => void;
  readonly openSample: (id: string, title: string) => void;
  readonly cancel: () => void;
  readonly dismiss: () => void;
}

const OpenerContext = createContext<Opener | null>(null);

export function OpenerProvider({ children }: { readonly children: ReactNode }) {
  const client = useClient();
  const [state, setState] = useState<OpenState>({ kind: 'idle' });
  const [running, setRunning] = useState<AbortController | null>(null);
  const opener = useMemo<Opener>(() => {
    const run = (task: (report: Report, signal: AbortSignal) => Promise<Outcome>) => {
      if (running) return;
      const controller = new AbortController();
      setRunning(controller);
      const broken = (thrown: unknown): Outcome => failed('', toPlayheadError(thrown));
      void task(setState, controller.signal)
        .catch(broken)
        .then(outcome => {
          setState(finish(outcome));
          setRunning(null);
        });
    };
    return {
      state,
      openFiles: (top, all) =>
        run(async (report, signal) => {
          const bridge = desktopBridge();
          const paths = bridge ? top.map(file => bridge.pathForFile(file)).filter(path => path !== '') : [];
          return paths.length > 0
            ? await openPaths(client, paths, report, signal)
            : await uploadAll(await all(), report, signal);
        }),
      openSample: (id, title) =>
        run(async (report, signal) => {
          report({ kind: 'opening', name: title, done: 0, count: 1, share: null });
          return await attempt(title, async () => (await client.sources.openSample({ id }, signal)).sessionIds);
        }),
      cancel: () => running?.abort(),
      dismiss: () => setState({ kind: 'idle' }),
    };
  }, [client, state, running]);
  return <OpenerContext value={opener}>{children}</OpenerContext>;
}

export function useOpener(): Opener {
  const opener = useContext(OpenerContext);
  if (!opener) throw new Error('OpenerProvider is missing above this component.');
  return opener;
}

type Report = (state: OpenState) => void;

interface Outcome {
  readonly sessionIds: readonly SessionId[];
  readonly failures: readonly OpenFailure[];
}

/** The core takes a hundred paths at a time. */
const PATHS_AT_ONCE = 100;

async function openPaths(
  client: PlayheadClient,
  paths: readonly string[],
  report: Report,
  signal: AbortSignal,
): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (let from = 0; from < paths.length && !signal.aborted; from += PATHS_AT_ONCE) {
    const some = paths.slice(from, from + PATHS_AT_ONCE);
    const name = lastPart(some[0] ?? '');
    report({ kind: 'opening', name, done: from, count: paths.length, share: null });
    outcomes.push(await attempt(name, async () => (await client.sources.open({ paths: some }, signal)).sessionIds));
  }
  return join(outcomes);
}

async function uploadAll(files: readonly DroppedFile[], report: Report, signal: AbortSignal): Promise<Outcome> {
  if (files.length === 0) {
    return failed('', new PlayheadError('bad-input', 'There is no file in what was dropped.'));
  }
  const outcomes: Outcome[] = [];
  for (const [done, { file, name }] of files.entries()) {
    if (signal.aborted) break;
    const tell = (share: number) => report({ kind: 'opening', name, done, count: files.length, share });
    tell(0);
    outcomes.push(await attempt(name, () => uploadFile(file, name, { onProgress: tell, signal })));
  }
  return join(outcomes);
}

async function attempt(name: string, open: () => Promise<readonly SessionId[]>): Promise<Outcome> {
  try {
    return { sessionIds: await open(), failures: [] };
  } catch (thrown) {
    return failed(name, toPlayheadError(thrown));
  }
}

function failed(name: string, error: PlayheadError): Outcome {
  return { sessionIds: [], failures: [{ name, error }] };
}

function join(outcomes: readonly Outcome[]): Outcome {
  return {
    sessionIds: outcomes.flatMap(outcome => outcome.sessionIds),
    failures: outcomes.flatMap(outcome => outcome.failures),
  };
}

function finish({ sessionIds, failures }: Outcome): OpenState {
  const [first] = sessionIds;
  if (first !== undefined) go({ sessionId: first, screen: null });
  const told = failures.filter(failure => failure.error.code !== 'cancelled');
  return told.length === 0 ? { kind: 'idle' } : { kind: 'failed', failures: told, opened: new Set(sessionIds).size };
}

function lastPart(path: string): string {
  return path.split(/[\\/]/).findLast(part => part !== '') ?? path;
}
