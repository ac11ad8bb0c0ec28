import { sourceFormatIds } from '../compose.ts';

/** What `playhead help` prints. */
export const usage = `Playhead records what AI coding agents do, and shows it.

Usage: playhead COMMAND [options]

  serve [FILE...]     show sessions in a browser, live, until it is stopped
  open FILE...        open trace files, in the Playhead that runs or in a new one
  sessions            list the recorded sessions, newest first
  show SESSION        print one session as a tree; SESSION is an id or the beginning of one
  index               read all sources once and say what was read
  version             print the version
  help                print this

Options of every command:
  --json                  print one JSON document, for programs
  --data-dir DIR          keep the store there instead of the system's place for it
  --source FORMAT=PATH    read this instead of the default places; may be given several times
                          FORMAT: ${sourceFormatIds.join(', ')} (told by the content)

Options of serve and open:
  --port N                listen there instead of on any free port of 127.0.0.1
  --no-open               do not open a browser
  --path PROJECT          show the newest session of this folder (serve only)
  --session ID            show this session (serve only)

Examples:
  playhead sessions
  playhead show 8a525d27
  playhead open trace.jsonl
  playhead index --json --source codex=~/old-laptop/.codex --data-dir /tmp/look

Exit codes: 0 done, 1 failed, 2 wrong usage.`;
