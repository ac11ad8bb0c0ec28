import { sourceFormatIds } from '../compose.ts';

const COLUMNS = 84;
const INDENT = ' '.repeat(26);

/** The text over as many indented lines as it needs. */
function wrapped(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 1 > COLUMNS) lines.push(INDENT + word);
    else lines.splice(-1, 1, `${last} ${word}`);
  }
  return lines.join('\n');
}

/** What `playhead help` prints. */
export const helpText = `Playhead records what AI coding agents do, and shows it.

Usage: playhead COMMAND [options]

  serve [FILE...]     show sessions in a browser, live, until it is stopped
  open FILE...        open trace files, in the Playhead that runs or in a new one
  sessions            list the recorded sessions, newest first
  show SESSION        print a session as a tree; SESSION is its id, or how it begins
  search WORDS...     look for words in everything that was said, done and read
  usage               tokens and their API value by day, model, project and so on
  index               read all sources once and say what was read
  version             print the version
  help                print this

Options of every command:
  --json                  print one JSON document, for programs
  --data-dir DIR          keep the store there instead of the system's place for it
  --source FORMAT=PATH    read this instead of the default places; may be repeated
${wrapped(`FORMAT: ${sourceFormatIds.join(', ')} (told by the content)`)}

Options of serve and open:
  --port N                listen there instead of on any free port of 127.0.0.1
  --no-open               do not open a browser
  --path PROJECT          show the newest session of this folder (serve only)
  --session ID            show this session (serve only)

Options of search:
  --limit N               show so many places (50)

WORDS must all be there; '"in a row"', 'begin*', '-- -without', agent:codex,
project:name, model:sonnet, tool:Bash, file:main.ts, is:error, is:waiting,
before:2026-03-29, after:7d, 'cost:>1' narrow them

Options of usage:
  --by WHAT               day (the default), month, model, project, agent or session
  --since DATE            from that day on, and
  --until DATE            up to that day, such as 2026-03-29
  --timezone TZ           whose days, such as Europe/Berlin (this computer's)

Examples:
  playhead sessions
  playhead show 8a525d27
  playhead open trace.jsonl
  playhead search 'permission denied' tool:Bash after:30d
  playhead usage --by model --since 2026-11-01
  playhead index --json --source codex=~/old-laptop/.codex --data-dir /tmp/look

Exit codes: 0 done, 1 failed, 2 wrong usage.`;
