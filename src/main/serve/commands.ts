// The commands of the command line. Plain text for people; with --json one JSON document and nothing else on standard output.

import { PlayheadError, toPlayheadError } from '../../shared/base/errors.ts';
import { usToIso } from '../../shared/base/time.ts';
import type { Session } from '../../shared/model/session.ts';
import type { SessionEvent, Span } from '../../shared/model/span.ts';
import type { Usage } from '../../shared/model/usage.ts';
import { type Arguments, readArguments, requestOf } from '../arguments.ts';
import { type App, compose } from '../compose.ts';
import { type IndexReport, StoreReader } from '../core/store/index.ts';
import { askInstance, claimInstance } from '../instance.ts';
import { join } from 'node:path';
import { version } from './entry.ts';
import { runServe } from './run-serve.ts';

const USAGE = `playhead COMMAND [--data-dir DIR] [--source FORMAT=PATH]... [--json]

  serve [--port N] [--no-open]   serve the app to a browser on this machine
  open FILE...                   open trace files, in the Playhead that runs or a new one
  index                          read all sources once
  sessions                       list the recorded sessions, newest first
  show SESSION                   print one session: its spans and events
  version                        print the version

FORMAT is claude-code, codex, anton, otlp or auto. --source replaces the default places.
Exit codes: 0 done, 1 failed, 2 wrong usage.`;

const MAX_SKIPPED = 100;

/** Gives the exit code. */
export async function runCommand(args: readonly string[]): Promise<number> {
  try {
    const read = readArguments(args, process.cwd(), process.env);
    const [command, ...words] = read.words;
    if (read.help || command === 'help') {
      print(USAGE);
      return 0;
    }
    return await run(command, words, read);
  } catch (thrown) {
    const error = toPlayheadError(thrown);
    process.stderr.write(`playhead: ${error.message}\n`);
    return error.code === 'bad-input' ? 2 : 1;
  }
}

async function run(command: string | undefined, words: readonly string[], args: Arguments): Promise<number> {
  switch (command) {
    case 'serve':
      return runServe({ ...args, request: requestOf(args, words, process.cwd()), version });
    case 'open':
      if (words.length === 0) throw new PlayheadError('bad-input', 'open takes at least one file.');
      return runServe({ ...args, request: requestOf(args, words, process.cwd()), version });
    case 'index':
      expectNone(command, words);
      await index(args);
      return 0;
    case 'sessions':
      expectNone(command, words);
      await listSessions(args);
      return 0;
    case 'show': {
      const [session, ...rest] = words;
      if (session === undefined || rest.length > 0)
        throw new PlayheadError('bad-input', 'show takes one session: an id, a native id, or a prefix of one.');
      await showSession(session, args);
      return 0;
    }
    case 'version':
      print(args.json ? JSON.stringify({ version }) : version);
      return 0;
    default:
      throw new PlayheadError(
        'bad-input',
        `${command === undefined ? 'No command was given' : `There is no command ${JSON.stringify(command)}`}. playhead help lists them.`,
      );
  }
}

function expectNone(command: string, words: readonly string[]): void {
  if (words.length > 0) throw new PlayheadError('bad-input', `${command} takes no ${JSON.stringify(words[0])}.`);
}

async function index(args: Arguments): Promise<void> {
  const began = performance.now();
  const report = await withFreshStore(
    args,
    app => app.report(MAX_SKIPPED),
    async () => {
      if (args.sources !== 'default')
        throw new PlayheadError(
          'conflict',
          `Playhead is running on ${args.dataDir} and reads its own sources. Stop it first, or use another --data-dir.`,
        );
      const answer = await askInstance(args.dataDir, { kind: 'report', maxSkipped: MAX_SKIPPED });
      if (!answer) throw new PlayheadError('unavailable', 'The running Playhead has just ended. Try again.');
      return answer.value as IndexReport;
    },
  );
  const seconds = Math.round(performance.now() - began) / 1000;
  const peakRssBytes = process.resourceUsage().maxRSS * 1024;
  if (args.json) print(JSON.stringify({ ...report, seconds, peakRssBytes }));
  else {
    print(
      `${report.files} files, ${report.bytes} bytes, ${report.lines} lines: ${report.records} records, ${report.sessions} sessions, ${report.spans} spans in ${seconds} s`,
    );
    if (report.skippedCount > 0) print(`${report.skippedCount} could not be read:`);
    for (const { file, line, reason } of report.skipped) print(`  ${file}${line > 0 ? `:${line}` : ''}: ${reason}`);
    const unknown = Object.entries(report.unknownTypes);
    if (unknown.length > 0)
      print(`unknown record types, kept: ${unknown.map(([type, count]) => `${type} (${count})`).join(', ')}`);
  }
}

async function listSessions(args: Arguments): Promise<void> {
  const sessions = await withReader(args, reader => {
    const all: Session[] = [];
    for (;;) {
      const last = all.at(-1);
      const page = reader.sessions({
        limit: 1000,
        before: last ? { updateUs: last.updateUs ?? 0, id: last.id } : null,
        since: null,
        filter: '',
      });
      all.push(...page.sessions);
      if (page.sessions.length < 1000) return all;
    }
  });
  if (args.json) print(JSON.stringify(sessions.map(sessionJson)));
  else
    for (const session of sessions)
      print(
        `${session.id}  ${time(session.updateUs) ?? '-'}  ${session.agent}  ${session.project}  ${session.turns} turns  ${session.spans} spans  ${session.title}`,
      );
}

async function showSession(text: string, args: Arguments): Promise<void> {
  const { session, trace } = await withReader(args, reader => {
    const found = reader.findSession(text);
    return { session: found, trace: reader.trace(found.id, null) };
  });
  if (args.json) {
    print(
      JSON.stringify({
        session: sessionJson(session),
        spans: trace.spans.map(spanJson),
        events: trace.events.map(eventJson),
      }),
    );
    return;
  }
  print(
    `${session.title}\n${session.agent} ${session.model ?? ''} ${session.cwd ?? ''}\n${session.turns} turns, ${session.spans} spans, ${session.usage.input + session.usage.cacheRead + session.usage.cacheCreation} tokens in, ${session.usage.output} out\n`,
  );
  printTree(trace.spans);
}

function printTree(spans: readonly Span[]): void {
  const children = Map.groupBy(spans, span => span.parentId);
  const seen = new Set<string>();
  const visit = (span: Span, depth: number) => {
    if (seen.has(span.id)) return;
    seen.add(span.id);
    const mark = span.status === 'error' ? ' ✗' : span.status === 'open' ? ' …' : '';
    print(`${'  '.repeat(depth)}${span.kind} ${span.name}${mark}${span.summary ? `  ${span.summary}` : ''}`);
    for (const child of children.get(span.id) ?? []) visit(child, depth + 1);
  };
  for (const span of children.get(null) ?? []) visit(span, 0);
  for (const span of spans) visit(span, 1);
}

/** Runs on a store that is brought up to date first; where another Playhead keeps it so already, reads beside that one. */
async function withReader<T>(args: Arguments, run: (reader: StoreReader) => T): Promise<T> {
  const read = () => {
    const reader = new StoreReader(args.dataDir);
    try {
      return run(reader);
    } finally {
      reader.close();
    }
  };
  return withFreshStore(
    args,
    async () => read(),
    async () => read(),
  );
}

async function withFreshStore<T>(args: Arguments, run: (app: App) => Promise<T>, beside: () => Promise<T>): Promise<T> {
  // Another command on the same folder waits until this one is done, and then reads what it has read.
  const done = Promise.withResolvers<null>();
  const claim = await claimInstance(args.dataDir, { kind: 'report', maxSkipped: 0 }, () => done.promise);
  if (claim.kind === 'second') return beside();
  try {
    const app = await compose({
      dataDir: args.dataDir,
      sources: args.sources,
      watch: false,
      resourcesDir: join(import.meta.dirname, '../../resources'),
      version,
      upload: false,
    });
    try {
      await app.settle();
      return await run(app);
    } finally {
      await app.dispose();
    }
  } finally {
    done.resolve(null);
    claim.dispose();
  }
}

function sessionJson(session: Session): object {
  return {
    id: session.id,
    agent: session.agent,
    agentVersion: session.agentVersion,
    nativeId: session.nativeId,
    title: session.title,
    project: session.project,
    cwd: session.cwd,
    gitBranch: session.gitBranch,
    model: session.model,
    startedAt: time(session.startUs),
    updatedAt: time(session.updateUs),
    turns: session.turns,
    spans: session.spans,
    records: session.records,
    rejected: session.rejected,
    errors: session.errors,
    usage: session.usage,
  };
}

function spanJson(span: Span): object {
  const { startUs, endUs, revision: _, ...rest } = span;
  return { ...rest, startedAt: time(startUs), endedAt: time(endUs), usage: span.usage satisfies Usage | null };
}

function eventJson(event: SessionEvent): object {
  const { atUs, revision: _, ...rest } = event;
  return { ...rest, at: time(atUs) };
}

function time(us: number | null): string | null {
  return us === null ? null : usToIso(us);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
