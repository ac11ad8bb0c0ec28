// Where each agent keeps its logs, and which files of a folder are logs. (Sources of the places: the agents' own
// documentation and what their releases were seen to write.)

import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { existsSync } from 'node:fs';

/** A folder (or file) to watch, and where in it. */
export interface Place {
  readonly root: string;
  /** Files and folders below the root; '' is the root itself. */
  readonly starts: readonly string[];
}

export interface SourceFormat {
  readonly id: string;
  readonly label: string;
  /** For people: where it is looked for. */
  readonly places: readonly string[];
  /** Places to watch by themselves, whether they exist or not. */
  defaults(env: NodeJS.ProcessEnv): readonly Place[];
  /** Sub-folders of the agent's home that hold logs; the rest of it is none of our business. */
  readonly parts: readonly string[];
  include(relPath: string): boolean;
}

const isJsonl = (relPath: string) => /\.(jsonl|ndjson)$/i.test(relPath);
const isJson = (relPath: string) => /\.(jsonl|ndjson|json|trace)$/i.test(relPath);
/** The chats of Gemini CLI and of Qwen Code's first versions; beside them lie caches, checkpoints and tool outputs. */
const isChat = (relPath: string) =>
  /\.jsonl?$/i.test(relPath) && (/(^|\/)chats\//.test(relPath) || /(^|\/)session-[^/]+$/.test(relPath));

export const sourceFormats: readonly SourceFormat[] = [
  {
    id: 'claude-code',
    label: 'Claude Code',
    places: ['$CLAUDE_CONFIG_DIR/projects', '~/.claude/projects', '$XDG_CONFIG_HOME/claude/projects'],
    parts: ['projects'],
    defaults: env => {
      const configured = (given(env, 'CLAUDE_CONFIG_DIR') ?? '')
        .split(',')
        .map(path => path.trim())
        .filter(path => path !== '');
      const homes = configured.length > 0 ? configured : [join(home(env), '.claude')];
      const xdg = join(given(env, 'XDG_CONFIG_HOME') ?? join(home(env), '.config'), 'claude');
      return [...homes, ...(existsSync(xdg) ? [xdg] : [])].map(root => ({
        root: expand(root, env),
        starts: ['projects'],
      }));
    },
    include: relPath => isJsonl(relPath) || /agent-[^/]+\.meta\.json$/.test(relPath),
  },
  {
    id: 'codex',
    label: 'Codex',
    places: ['$CODEX_HOME/sessions and archived_sessions', '~/.codex/sessions and archived_sessions'],
    parts: ['sessions', 'archived_sessions'],
    defaults: env => [
      {
        root: expand(given(env, 'CODEX_HOME') ?? join(home(env), '.codex'), env),
        starts: ['sessions', 'archived_sessions'],
      },
    ],
    include: isJsonl,
  },
  {
    id: 'anton',
    label: 'Anton',
    places: ['.modular-agents in the home folder, the working folder and every project seen'],
    parts: ['.modular-agents'],
    defaults: env =>
      [...new Set([home(env), process.cwd()])].map(folder => ({ root: antonFolder(folder), starts: [''] })),
    include: relPath => isJson(relPath) && !/(^|\/)knowledge\.json$/.test(relPath),
  },
  {
    id: 'gemini-cli',
    label: 'Gemini CLI',
    places: ['$GEMINI_CLI_HOME/.gemini/tmp', '~/.gemini/tmp'],
    parts: ['tmp'],
    defaults: env => [
      { root: join(expand(given(env, 'GEMINI_CLI_HOME') ?? home(env), env), '.gemini'), starts: ['tmp'] },
    ],
    include: isChat,
  },
  {
    id: 'pi',
    label: 'Pi',
    places: ['$PI_CODING_AGENT_SESSION_DIR', '$PI_CODING_AGENT_DIR/sessions', '~/.pi/agent/sessions'],
    parts: ['sessions'],
    defaults: env => {
      const sessions = given(env, 'PI_CODING_AGENT_SESSION_DIR');
      if (sessions !== undefined) return [{ root: expand(sessions, env), starts: [''] }];
      const agent = given(env, 'PI_CODING_AGENT_DIR') ?? join(home(env), '.pi', 'agent');
      return [{ root: expand(agent, env), starts: ['sessions'] }];
    },
    include: isJsonl,
  },
  {
    id: 'qwen-code',
    label: 'Qwen Code',
    places: ['$QWEN_RUNTIME_DIR/projects', '$QWEN_HOME/projects', '~/.qwen/projects', '~/.qwen/tmp'],
    parts: ['projects', 'tmp'],
    defaults: env => {
      const folder = given(env, 'QWEN_RUNTIME_DIR') ?? given(env, 'QWEN_HOME') ?? join(home(env), '.qwen');
      return [{ root: expand(folder, env), starts: ['projects', 'tmp'] }];
    },
    include: relPath => isChat(relPath) || /(^|\/)agent-[^/]+\.jsonl$/.test(relPath),
  },
  {
    id: 'copilot-cli',
    label: 'GitHub Copilot CLI',
    places: [
      '$COPILOT_HOME/session-state and otel',
      '~/.copilot/session-state and otel',
      '$COPILOT_OTEL_FILE_EXPORTER_PATH',
    ],
    parts: ['session-state', 'otel'],
    defaults: env => {
      const starts = ['session-state', 'otel'];
      const exported = given(env, 'COPILOT_OTEL_FILE_EXPORTER_PATH');
      return [
        { root: expand(given(env, 'COPILOT_HOME') ?? join(home(env), '.copilot'), env), starts },
        ...(exported === undefined ? [] : [placeOfFile(expand(exported, env))]),
      ];
    },
    include: isJsonl,
  },
  {
    id: 'droid',
    label: 'Droid',
    places: ['~/.factory/sessions'],
    parts: ['sessions'],
    defaults: env => [{ root: join(home(env), '.factory'), starts: ['sessions'] }],
    include: relPath => isJsonl(relPath) || /\.settings\.json$/.test(relPath),
  },
  {
    id: 'cursor',
    label: 'Cursor',
    places: ['~/.cursor/projects/*/agent-transcripts'],
    parts: ['projects'],
    defaults: env => [{ root: join(home(env), '.cursor'), starts: ['projects'] }],
    include: relPath => isJsonl(relPath) && /(^|\/)agent-transcripts\//.test(relPath),
  },
  {
    id: 'context-foundry',
    label: 'Context Foundry',
    places: ['.context-foundry in the home folder and the working folder', '~/.foundry/observatory'],
    parts: ['.context-foundry', 'observatory', 'checkpoints/ralph', 'logs/events'],
    defaults: env => [
      ...[...new Set([home(env), process.cwd()])].map(folder => ({
        root: join(folder, '.context-foundry'),
        starts: [''],
      })),
      { root: join(home(env), '.foundry'), starts: ['observatory'] },
    ],
    include: relPath =>
      /(^|\/)(current-phase|session-summary|phase-status|state)\.json$/.test(relPath) ||
      /(^|\/)phase-prompts\/[^/]+\.json$/.test(relPath) ||
      isJsonl(relPath),
  },
  {
    id: 'amp',
    label: 'Amp',
    places: ['$XDG_DATA_HOME/amp/threads', '~/.local/share/amp/threads'],
    parts: ['threads'],
    defaults: env => {
      const data = env['XDG_DATA_HOME'] ?? join(home(env), '.local', 'share');
      return [{ root: join(expand(data, env), 'amp'), starts: ['threads'] }];
    },
    include: relPath => /(^|\/)T-[^/]+\.json$/.test(relPath),
  },
  {
    id: 'kimi',
    label: 'Kimi Code',
    places: ['~/.kimi-code/sessions'],
    parts: ['sessions'],
    defaults: env => [{ root: join(home(env), '.kimi-code'), starts: ['sessions'] }],
    include: relPath => /(^|\/)wire\.jsonl$/.test(relPath),
  },
  { id: 'otlp', label: 'OpenTelemetry JSON', places: [], parts: [], defaults: () => [], include: isJson },
  { id: 'auto', label: 'Any known format', places: [], parts: [], defaults: () => [], include: isJson },
];

export function formatById(id: string): SourceFormat | undefined {
  return sourceFormats.find(format => format.id === id);
}

/** Which files below a source's root are read: those of the format, and whatever was named itself, by any name. */
export function wanted(format: string, starts: readonly string[]): (relPath: string) => boolean {
  const named = new Set(starts);
  const known = formatById(format);
  return relPath => named.has(relPath) || (known?.include(relPath) ?? true);
}

/** Anton keeps its folder inside each project. */
export function antonFolder(project: string): string {
  return join(project, '.modular-agents');
}

/** A folder that was named by hand: the parts of it that hold logs where it is the agent's home, else all of it. */
export function placeOfFolder(format: SourceFormat, path: string): Place {
  const parts = format.parts.filter(part => existsSync(join(path, part)));
  return { root: path, starts: parts.length > 0 ? parts : [''] };
}

/** A file that was named by hand: itself, and what its agent wrote into the folder of its name. */
export function placeOfFile(path: string): Place {
  const name = basename(path);
  const stem = name.replace(/\.[^.]+$/, '');
  return { root: dirname(path), starts: stem === name ? [name] : [name, stem] };
}

function home(env: NodeJS.ProcessEnv): string {
  return given(env, 'HOME') ?? given(env, 'USERPROFILE') ?? homedir();
}

/** Absolute, also where the agent was given a path from its working folder: then that is taken for ours. */
function expand(path: string, env: NodeJS.ProcessEnv): string {
  return resolve(path === '~' || path.startsWith('~/') ? join(home(env), path.slice(1)) : path);
}

/** A variable that is set to something: an empty one means the same to agents as none. */
function given(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}
