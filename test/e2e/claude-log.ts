// Writes a Claude Code session log line by line, as a running agent does.

import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

export class ClaudeLog {
  readonly path: string;
  private readonly sessionId: string;
  private readonly startMs: number;
  private lines = 0;
  private lastUuid: string | null = null;

  /** `path` ends with SESSION_ID.jsonl. */
  constructor(path: string, startMs = Date.parse('2026-03-02T09:00:00Z')) {
    this.path = path;
    this.sessionId = path.slice(path.lastIndexOf('/') + 1).replace('.jsonl', '');
    this.startMs = startMs;
    mkdirSync(dirname(path), { recursive: true });
  }

  prompt(text: string): void {
    this.write('user', { message: { role: 'user', content: text } });
  }

  answer(text: string): void {
    this.write('assistant', this.response([{ type: 'text', text }]));
  }

  toolCall(id: string, name: string, input: object): void {
    this.write('assistant', this.response([{ type: 'tool_use', id, name, input }]));
  }

  toolResult(id: string, content: unknown, isError = false): void {
    const block = { type: 'tool_result', tool_use_id: id, content, is_error: isError };
    this.write('user', { message: { role: 'user', content: [block] }, toolUseResult: content });
  }

  /** A line that is no JSON, as a crash leaves it. */
  broken(text: string): void {
    this.lines += 1;
    appendFileSync(this.path, `${text}\n`);
  }

  private response(content: readonly object[]): object {
    const usage = {
      input_tokens: 10,
      output_tokens: 20,
      cache_read_input_tokens: 1000,
      cache_creation_input_tokens: 0,
    };
    return {
      requestId: `req_${this.lines}`,
      message: {
        id: `msg_${this.lines}`,
        type: 'message',
        role: 'assistant',
        model: 'claude-sonnet-4-5-20250929',
        content,
        stop_reason: null,
        usage,
      },
    };
  }

  private write(type: string, fields: object): void {
    const count = (this.lines += 1);
    const uuid = `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`;
    const line = {
      parentUuid: this.lastUuid,
      isSidechain: false,
      userType: 'external',
      cwd: '/home/demo/shop',
      sessionId: this.sessionId,
      version: '2.1.49',
      gitBranch: 'main',
      type,
      ...fields,
      uuid,
      timestamp: new Date(this.startMs + count * 1500).toISOString(),
    };
    this.lastUuid = uuid;
    appendFileSync(this.path, `${JSON.stringify(line)}\n`);
  }
}
