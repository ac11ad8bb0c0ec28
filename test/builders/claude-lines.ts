// Small lines of Claude Code logs in their real shape, for tests that need just one thing to be so.

type Fields = Readonly<Record<string, unknown>>;

export const SESSION = '0b7c4a52-3f0e-4a56-9d6e-2a54c9f4b1aa';

/** ISO time `seconds` after a fixed noon. */
export function at(seconds: number): string {
  return new Date(Date.UTC(2026, 3, 1, 12, 0, 0) + seconds * 1000).toISOString();
}

/** The same as microseconds. */
export function us(seconds: number): number {
  return (Date.UTC(2026, 3, 1, 12, 0, 0) + seconds * 1000) * 1000;
}

function envelope(type: string, uuid: string, seconds: number, more: Fields): Fields {
  return {
    parentUuid: null,
    isSidechain: false,
    userType: 'external',
    cwd: '/home/demo/project',
    sessionId: SESSION,
    version: '2.1.150',
    gitBranch: 'main',
    type,
    uuid,
    timestamp: at(seconds),
    ...more,
  };
}

export function user(uuid: string, seconds: number, content: unknown, more: Fields = {}): Fields {
  return envelope('user', uuid, seconds, { message: { role: 'user', content }, ...more });
}

export interface Answer {
  readonly id?: string;
  readonly model?: string;
  readonly usage?: unknown;
  readonly stopReason?: string | null;
}

export function assistant(
  uuid: string,
  seconds: number,
  content: unknown,
  answer: Answer = {},
  more: Fields = {},
): Fields {
  const { id = 'msg_1', model = 'claude-sonnet-4-5', usage = tokens(10, 5), stopReason = null } = answer;
  return envelope('assistant', uuid, seconds, {
    message: { id, type: 'message', role: 'assistant', model, content, stop_reason: stopReason, usage },
    requestId: `req_${id}`,
    ...more,
  });
}

export function tokens(input: number, output: number, more: Fields = {}): Fields {
  return { input_tokens: input, output_tokens: output, ...more };
}

export function text(words: string): Fields {
  return { type: 'text', text: words };
}

export function call(id: string, name: string, input: Fields): Fields {
  return { type: 'tool_use', id, name, input };
}

export function result(id: string, content: unknown, isError?: boolean): Fields {
  return { type: 'tool_result', tool_use_id: id, content, ...(isError === undefined ? {} : { is_error: isError }) };
}

export function system(subtype: string, uuid: string, seconds: number, more: Fields = {}): Fields {
  return envelope('system', uuid, seconds, { subtype, ...more });
}

export function attachment(uuid: string, seconds: number, value: Fields): Fields {
  return envelope('attachment', uuid, seconds, { attachment: value });
}

export function progress(uuid: string, seconds: number, data: Fields, more: Fields = {}): Fields {
  return envelope('progress', uuid, seconds, { data, ...more });
}
