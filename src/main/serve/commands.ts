// The command line. Plain text for people; with --json one JSON document and nothing else on standard output.
//
// Contract: gives 0 when it is done, 1 when it failed, 2 for wrong usage, which is found before anything is touched.

import { existsSync } from 'node:fs';
import { PlayheadError, toPlayheadError } from '../../shared/base/errors.ts';
import type { Session } from '../../shared/model/session.ts';
import { type Arguments, type FlagName, readArguments, requestOf } from '../arguments.ts';
import type { StoreReader } from '../core/store/index.ts';
import type { UsageService } from '../core/usage/index.ts';
import { indexSources, withReader } from './fresh-store.ts';
import { indexLines } from './index-text.ts';
import { print, printError } from './output.ts';
import { runServe } from './run-serve.ts';
import { eventJson, sessionJson, spanJson } from './session-json.ts';
import { searchSessions } from './search-command.ts';
import { sessionLines, traceLines } from './session-text.ts';
import { helpText } from './help-text.ts';
import { reportUsage } from './usage-report.ts';
import { version } from './version.ts';

interface Command {
  /** Flags besides those that every command takes. */
  readonly flags: readonly FlagName[];
  /** Says what is wrong with its words; undefined where nothing is. */
  readonly wrong: (words: readonly string[]) => string | undefined;
  /** Gives the exit code, or nothing for 0. */
  readonly run: (words: readonly string[], args: Arguments) => Promise<number | void>;
}

const EVERYWHERE: readonly FlagName[] = ['data-dir', 'source', 'json', 'help'];

const noWords = (words: readonly string[]) =>
  words.length === 0 ? undefined : `This command takes no ${JSON.stringify(words[0])}.`;

const commands: Readonly<Record<string, Command>> = {
  serve: {
    flags: ['port', 'no-open', 'path', 'session'],
    wrong: () => undefined,
    run: (files, args) => runServe({ ...args, request: requestOf(args, files, process.cwd()), version }),
  },
  open: {
    flags: ['port', 'no-open'],
    wrong: words => (words.length > 0 ? undefined : 'open takes at least one file.'),
    run: openFiles,
  },
  index: { flags: [], wrong: noWords, run: (_words, args) => index(args) },
  sessions: { flags: [], wrong: noWords, run: (_words, args) => listSessions(args) },
  show: {
    flags: [],
    wrong: words =>
      words.length === 1 ? undefined : 'show takes one session: its id, its native id, or the beginning of one.',
    run: ([session = ''], args) => showSession(session, args),
  },
  search: {
    flags: ['limit'],
    wrong: words =>
      words.some(word => word.trim() !== '') ? undefined : 'search takes words to look for: see "playhead help".',
    run: (words, args) => searchSessions(words.join(' '), args),
  },
  usage: {
    flags: ['by', 'since', 'until', 'timezone'],
    wrong: noWords,
    run: (_words, args) => reportUsage(args),
  },
  version: {
    flags: [],
    wrong: noWords,
    run: async (_words, args) => print(args.json ? JSON.stringify({ version }) : version),
  },
};

/** Gives the exit code. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  let work: () => Promise<number | void>;
  try {
    work = plan(argv);
  } catch (thrown) {
    printError(`${toPlayheadError(thrown).message}\nTry "playhead help".`);
    return 2;
  }
  try {
    return (await work()) ?? 0;
  } catch (thrown) {
    printError(toPlayheadError(thrown).message);
    return 1;
  }
}

/** What is to be done. Fails with 'bad-input' for wrong usage; does nothing yet. */
function plan(argv: readonly string[]): () => Promise<number | void> {
  const args = readArguments(argv, process.cwd(), process.env);
  const [name, ...words] = args.words;
  if (args.help || name === 'help') return async () => print(helpText);
  if (name === undefined) throw new PlayheadError('bad-input', 'No command was given.');
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new PlayheadError('bad-input', `There is no command ${JSON.stringify(name)}.`);
  const stray = args.given.find(flag => !EVERYWHERE.includes(flag) && !command.flags.includes(flag));
  if (stray !== undefined) throw new PlayheadError('bad-input', `${name} takes no --${stray}.`);
  const wrong = command.wrong(words);
  if (wrong !== undefined) throw new PlayheadError('bad-input', wrong);
  return () => command.run(words, args);
}

async function openFiles(words: readonly string[], args: Arguments): Promise<number> {
  const request = requestOf(args, words, process.cwd());
  const missing = request.files.find(file => !existsSync(file));
  if (missing !== undefined) throw new PlayheadError('not-found', `${missing} does not exist or cannot be reached.`);
  return runServe({ ...args, request, version });
}

async function index(args: Arguments): Promise<void> {
  const began = performance.now();
  const report = await indexSources(args);
  const seconds = Math.round(performance.now() - began) / 1000;
  if (args.json) {
    const peakRssBytes = process.resourceUsage().maxRSS * 1024;
    print(JSON.stringify({ ...report, seconds, peakRssBytes }));
  } else print(indexLines(report, seconds).join('\n'));
}

async function listSessions(args: Arguments): Promise<void> {
  const sessions = await withReader(args, allSessions);
  if (args.json) print(JSON.stringify(sessions.map(sessionJson)));
  else if (sessions.length === 0) print('No sessions yet. "playhead index" says what was read.');
  else print(sessionLines(sessions, Date.now()).join('\n'));
}

const PAGE = 1000;

function allSessions(reader: StoreReader, usage: UsageService): readonly Session[] {
  const all: Session[] = [];
  for (;;) {
    const last = all.at(-1);
    const before = last ? { updateUs: last.updateUs ?? 0, id: last.id } : null;
    const { sessions } = reader.sessions({ limit: PAGE, before, since: null, filter: '' });
    all.push(...sessions);
    if (sessions.length < PAGE) return usage.withCosts(all);
  }
}

async function showSession(text: string, args: Arguments): Promise<void> {
  const { session, trace, costs } = await withReader(args, (reader, usage) => {
    const found = usage.withCost(reader.findSession(text));
    return { session: found, trace: reader.trace(found.id, null), costs: usage.spanCosts(found.id) };
  });
  if (args.json)
    print(
      JSON.stringify({
        session: sessionJson(session),
        spans: trace.spans.map(span => spanJson(span, costs.get(span.id))),
        events: trace.events.map(eventJson),
      }),
    );
  else print(traceLines(session, trace.spans, Date.now()).join('\n'));
}
