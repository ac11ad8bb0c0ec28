// The one place where the core's parts are made and joined. Both doors, the desktop's and the headless one, stand on it.

import { type Disposable, DisposableStore, toDisposable } from '../shared/base/disposable.ts';
import { Emitter } from '../shared/base/emitter.ts';
import { PlayheadError } from '../shared/base/errors.ts';
import { contract, type PlayheadHandlers } from '../shared/contract/index.ts';
import { ContractServer } from '../shared/contract/server.ts';
import type { IndexProgress } from '../shared/contract/sources.ts';
import type { Transport } from '../shared/contract/transport.ts';
import type { SessionId, SourceId } from '../shared/model/ids.ts';
import { WorkerClient } from './core/base/worker-rpc.ts';
import type { FillEvent } from './core/search/search-fill.ts';
import { SearchClient } from './core/search/search-client.ts';
import { SearchService } from './core/search/search-service.ts';
import { sourceFormats } from './core/sources/formats.ts';
import type { IndexReport } from './core/store/index.ts';
import { listSamples, samplePaths } from './core/sources/sample-service.ts';
import { type NamedSource, SourceService } from './core/sources/source-service.ts';
import { WatchService } from './core/watch/watch-service.ts';
import type { IngestCalls, IngestEvent, ReaderCalls, SearchCalls, SearchFillCalls } from './core/worker-calls.ts';
import ingestWorker from './workers/ingest.worker?modulePath';
import readerWorker from './workers/reader.worker?modulePath';
import searchFillWorker from './workers/search-fill.worker?modulePath';
import searchWorker from './workers/search.worker?modulePath';

export interface ComposeOptions {
  readonly dataDir: string;
  readonly sources: 'default' | readonly NamedSource[];
  /** False: the sources are read once, to their end. */
  readonly watch: boolean;
  /** Keeps the full-text index and answers searches. Where absent: as `watch`. */
  readonly search?: boolean;
  readonly resourcesDir: string;
  readonly version: string;
  /** True where the window hands over files by upload: a browser. */
  readonly upload: boolean;
}

/** What a start, or a second one, asks to see. Paths are absolute. */
export interface OpenRequest {
  readonly project?: string;
  readonly sessionId?: string;
  readonly files: readonly string[];
}

export interface App {
  /** Serves a window until its transport closes or the result is disposed. */
  connect(transport: Transport): Disposable;
  /** Opens files and shows what was asked for in the window; gives the session to show. Fails as sources.open does. */
  open(request: OpenRequest): Promise<SessionId | undefined>;
  /** Resolves when everything that is there now has been read. */
  settle(): Promise<void>;
  /** The reader's calls, for the command line. */
  readonly reader: WorkerClient<ReaderCalls, never>;
  /** Undefined where it was not asked for. */
  readonly search: SearchService | undefined;
  /** What was read of the sources in use, and what was not. */
  report(maxSkipped: number): Promise<IndexReport>;
  /** The sources in use. */
  sourceIds(): Promise<readonly SourceId[]>;
  dispose(): Promise<void>;
}

/** Some agents make a folder in each project that they work in; it is looked for this often. */
const FIND_PROJECTS_MS = 10_000;

/** What a source may be named as. */
export const sourceFormatIds: readonly string[] = sourceFormats.map(({ id }) => id);

const NO_PROGRESS: IndexProgress = {
  indexing: true,
  files: 0,
  filesDone: 0,
  bytes: 0,
  bytesDone: 0,
  sessions: 0,
  records: 0,
};

/** Fails with 'store-newer', 'unreadable'; a store that is damaged is set aside and a new one begun. */
export async function compose(options: ComposeOptions): Promise<App> {
  const lifetime = new DisposableStore();
  const ingest = lifetime.add(new WorkerClient<IngestCalls, IngestEvent>(ingestWorker, 'ingest'));
  const reader = lifetime.add(new WorkerClient<ReaderCalls, never>(readerWorker, 'reader'));
  try {
    return await start(options, ingest, reader, lifetime);
  } catch (thrown) {
    // The store is closed as at any other end, so that a start which fails leaves it as it was.
    await Promise.allSettled([reader.call('close', undefined), ingest.call('close', undefined)]);
    lifetime.dispose();
    throw thrown;
  }
}

async function start(
  options: ComposeOptions,
  ingest: WorkerClient<IngestCalls, IngestEvent>,
  reader: WorkerClient<ReaderCalls, never>,
  lifetime: DisposableStore,
): Promise<App> {
  const { notices, sources: known } = await ingest.call('start', { dataDir: options.dataDir, once: !options.watch });
  await reader.call('start', { dataDir: options.dataDir });
  const watcher = options.watch ? lifetime.add(new WatchService()) : undefined;
  const sources = lifetime.add(new SourceService(ingest, reader, watcher, process.env));
  const problems = new Emitter<string>();
  const shown: { session: SessionId | null; project: string | null } = { session: null, project: null };
  let progress = NO_PROGRESS;
  const search = (options.search ?? options.watch) ? lifetime.add(makeSearch()) : undefined;
  search?.start(options.dataDir);

  const server = new ContractServer(
    contract,
    makeHandlers({ options, notices, reader, search, sources, shown, progress: () => progress }),
  );
  lifetime.add(
    ingest.onEvent(event => {
      switch (event.kind) {
        case 'changed':
          search?.wake();
          server.push.sessions.changed({ revision: event.revision, sessionIds: event.sessionIds as SessionId[] });
          break;
        case 'progress':
          progress = event.progress;
          server.push.sources.progressed(progress);
          break;
        case 'failed':
          problems.emit(event.message);
          break;
        default:
          event satisfies never;
      }
    }),
  );
  if (search) lifetime.add(search.progressed.on(status => server.push.search.progressed(status)));
  lifetime.add(sources.changed.on(() => server.push.sources.changed({})));
  lifetime.add(problems.on(message => process.stderr.write(`playhead: ${message}\n`)));
  if (options.sources === 'default') await sources.startDefault(known);
  else await sources.startNamed(options.sources);

  const settle = async () => {
    // What was read may name projects that hold logs of their own.
    do await ingest.call('settle', undefined);
    while (await sources.findProjects());
  };
  if (options.watch) {
    const findProjects = () => void sources.findProjects().catch(() => undefined);
    const looking = setInterval(findProjects, FIND_PROJECTS_MS);
    looking.unref();
    lifetime.add(toDisposable(() => clearInterval(looking)));
  }

  let disposing: Promise<void> | undefined;
  return {
    reader,
    search,
    connect: transport => server.connect(transport),
    settle,
    sourceIds: async () => (await sources.list()).map(({ id }) => id),
    report: async maxSkipped => {
      const sourceIds = (await sources.list()).map(({ id }) => id);
      return reader.call('report', { sourceIds, maxSkipped });
    },
    async open(request) {
      const { files, sessionId, project } = request;
      if (files.length > 0 || sessionId !== undefined || project !== undefined) {
        // What an earlier start asked for is over, even where nothing is found for this one.
        shown.session = null;
        shown.project = project ?? null;
      }
      const session = await findRequested(request, sources, reader, settle);
      if (session) {
        shown.session = session;
        server.push.sessions.shown({ sessionId: session });
      }
      return session;
    },
    dispose() {
      disposing ??= (async () => {
        sources.dispose();
        watcher?.dispose();
        await search?.close();
        await reader.call('close', undefined).catch(() => undefined);
        await ingest.call('close', undefined).catch(() => undefined);
        lifetime.dispose();
      })();
      return disposing;
    },
  };
}

function makeSearch(): SearchService {
  return new SearchService(
    new WorkerClient<SearchFillCalls, FillEvent>(searchFillWorker, 'search-fill'),
    makeSearchClient(),
  );
}

function makeSearchClient(): SearchClient {
  return new SearchClient(new WorkerClient<SearchCalls, never>(searchWorker, 'search'));
}

/** Searches what another Playhead keeps. Fails with 'not-found' where there is no store. */
export async function searchBeside(dataDir: string): Promise<SearchClient> {
  const client = makeSearchClient();
  try {
    await client.start(dataDir);
    return client;
  } catch (thrown) {
    client.dispose();
    throw thrown;
  }
}

/** What was asked for may not have been read yet: then it is looked for again when everything has been. */
async function findRequested(
  request: OpenRequest,
  sources: SourceService,
  reader: WorkerClient<ReaderCalls, never>,
  settle: () => Promise<void>,
): Promise<SessionId | undefined> {
  const { files, sessionId, project } = request;
  if (files.length > 0) return (await sources.open(files))[0];
  if (sessionId !== undefined) {
    const find = async () => (await reader.call('findSession', sessionId)).id;
    return find().catch(() => settle().then(find));
  }
  if (project !== undefined) {
    const find = async () => (await reader.call('sessionOfProject', project))?.id;
    return (await find()) ?? settle().then(find);
  }
  return undefined;
}

interface HandlerParts {
  readonly options: ComposeOptions;
  readonly notices: readonly string[];
  readonly reader: WorkerClient<ReaderCalls, never>;
  readonly search: SearchService | undefined;
  readonly sources: SourceService;
  readonly shown: { readonly session: SessionId | null; readonly project: string | null };
  readonly progress: () => IndexProgress;
}

function makeHandlers({ options, notices, reader, search, sources, shown, progress }: HandlerParts): PlayheadHandlers {
  const searching = (): SearchService => {
    if (!search) throw new PlayheadError('unavailable', 'This Playhead was started without search.');
    return search;
  };
  return {
    app: {
      info: () => ({
        version: options.version,
        platform: process.platform,
        dataDir: options.dataDir,
        show: shown.session,
        project: shown.project,
        upload: options.upload,
        notices: [...notices],
      }),
    },
    sessions: {
      list: input => reader.call('sessions', input),
      get: ({ sessionId }) => reader.call('session', sessionId),
      find: ({ text }) => reader.call('findSession', text),
    },
    trace: {
      spans: input => reader.call('trace', input),
      span: input => reader.call('span', input),
      event: input => reader.call('event', input),
    },
    conversation: {
      outline: input => reader.call('outline', input),
      entries: input => reader.call('entries', input),
    },
    records: {
      list: input => reader.call('records', input),
      indexOf: input => reader.call('recordIndex', input),
      read: input => reader.call('readRecord', input),
    },
    search: {
      query: (input, { signal }) => searching().query(input, signal),
      count: (input, { signal }) => searching().count(input, signal),
      scan: (input, { signal }) => searching().scan(input, signal),
      status: () => searching().status(),
    },
    usage: {
      report: question => reader.call('usageReport', question),
    },
    sources: {
      list: async () => ({
        sources: await sources.list(),
        formats: sourceFormats.map(({ id, label, places }) => ({ id, label, places: [...places] })),
      }),
      files: async ({ sourceId }) => ({ files: await reader.call('files', sourceId) }),
      progress: () => progress(),
      add: ({ path, format }) => sources.add(format, path),
      remove: async ({ sourceId }) => {
        await sources.remove(sourceId);
        return {};
      },
      open: async ({ paths }) => ({ sessionIds: await sources.open(paths) }),
      samples: () => ({
        samples: listSamples(options.resourcesDir).map(({ id, title, agent, what }) => ({ id, title, agent, what })),
      }),
      openSample: async ({ id }) => ({ sessionIds: await sources.open(samplePaths(options.resourcesDir, id)) }),
    },
  };
}
