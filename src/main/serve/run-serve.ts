// Serves the app to a browser on this machine, until told to stop.

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { toPlayheadError } from '../../shared/base/errors.ts';
import { type App, compose, type OpenRequest } from '../compose.ts';
import { type NamedSource } from '../core/sources/source-service.ts';
import { claimInstance } from '../instance.ts';
import { instanceMessageSchema, type OpenAnswer, openAnswerSchema } from '../requests.ts';
import { Access } from './access.ts';
import { type RunningServer, startHttpServer } from './http-server.ts';
import { print, printError } from './output.ts';

const copiesMs = 1000;

export interface ServeOptions {
  readonly dataDir: string;
  readonly sources: 'default' | readonly NamedSource[];
  readonly port: number;
  readonly open: boolean;
  readonly json: boolean;
  readonly request: OpenRequest;
  readonly version: string;
}

/** Resolves with the exit code: at once where another Playhead has taken over, else when the server was told to stop. */
export async function runServe(options: ServeOptions): Promise<number> {
  const starting = Promise.withResolvers<Running>();
  // A start that fails is told by its own error, not by a rejection that nobody heard.
  starting.promise.catch(() => undefined);
  let stopping = false;
  const claim = await claimInstance(options.dataDir, { kind: 'open', request: options.request }, async message => {
    const parsed = instanceMessageSchema.parse(message);
    const first = await starting.promise;
    const answer = parsed.kind === 'report' ? first.report(parsed.maxSkipped) : first.show(parsed.request);
    // Who comes while we end gets no answer: it comes again, and is the next.
    return answer.catch((thrown: unknown) => (stopping ? new Promise(() => {}) : Promise.reject(thrown)));
  });
  if (claim.kind === 'second') {
    announce(options, openAnswerSchema.parse(claim.answer), 'running already');
    return 0;
  }
  const told = untilToldToStop();
  try {
    const running = await Running.start(options);
    starting.resolve(running);
    announce(options, running.answer(null), 'ours');
    // The address is good at once; what was asked for is shown when it has been read.
    running.show(options.request).catch((thrown: unknown) => {
      if (!stopping) printError(toPlayheadError(thrown).message);
    });
    await told;
    stopping = true;
    await running.stop();
    return 0;
  } catch (thrown) {
    starting.reject(thrown);
    throw thrown;
  } finally {
    // Last: until the store is closed nobody else may open it.
    claim.dispose();
  }
}

class Running {
  private readonly app: App;
  private readonly server: RunningServer;
  private readonly access: Access;

  private constructor(app: App, server: RunningServer, access: Access) {
    this.app = app;
    this.server = server;
    this.access = access;
  }

  static async start(options: ServeOptions): Promise<Running> {
    const app = await compose({
      dataDir: options.dataDir,
      sources: options.sources,
      watch: true,
      resourcesDir: join(import.meta.dirname, '../../resources'),
      version: options.version,
      upload: true,
    });
    try {
      const access = new Access(options.dataDir);
      const server = await startHttpServer({
        port: options.port,
        access,
        rendererDir: join(import.meta.dirname, '../renderer'),
        dataDir: options.dataDir,
        onTransport: transport => void app.connect(transport),
        onUpload: async path => {
          const session = await app.open({ files: [path] });
          return session === undefined ? [] : [session];
        },
      });
      return new Running(app, server, access);
    } catch (thrown) {
      await app.dispose();
      throw thrown;
    }
  }

  /** Opens what was asked for; the answer's address takes whoever opens it there. */
  async show(request: OpenRequest): Promise<OpenAnswer> {
    return this.answer((await this.app.open(request)) ?? null);
  }

  answer(sessionId: string | null): OpenAnswer {
    const { port } = this.server;
    return { url: `http://127.0.0.1:${port}/#token=${this.access.issueToken()}`, port, pid: process.pid, sessionId };
  }

  async report(maxSkipped: number): Promise<unknown> {
    await this.app.settle();
    return this.app.report(maxSkipped);
  }

  async stop(): Promise<void> {
    await this.server.close();
    await this.app.dispose();
  }
}

function announce(options: ServeOptions, { url, port, pid }: OpenAnswer, whose: 'ours' | 'running already'): void {
  const who = whose === 'ours' ? 'Playhead' : 'Playhead is running already';
  if (options.json) print(JSON.stringify({ url, port, pid }));
  else if (url === null) print(`${who}: its window shows what you asked for.`);
  else print(`${who}: ${url}`);
  if (whose === 'ours' && !options.json && process.stdout.isTTY) print('The address opens one window. Ctrl+C ends it.');
  if (options.open && url !== null) openBrowser(url);
}

/** The default browser, where there is one and a screen to show it on; silence where not: the address is printed. */
function openBrowser(url: string): void {
  const [program, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url];
  const hasScreen = process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);
  if (program === undefined || !hasScreen) return;
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}

/** A later signal ends it at once, but not the copies of the first that a shell's group or a launcher passes on. */
function untilToldToStop(): Promise<void> {
  return new Promise(resolve => {
    let toldMs: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        toldMs ??= Date.now();
        if (Date.now() - toldMs > copiesMs) process.exit(128 + constants.signals[signal]);
        resolve();
      });
    }
  });
}
