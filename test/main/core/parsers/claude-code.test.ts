import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { claudeCodeJsonl, projectOf } from '../../../../src/main/core/parsers/claude-code.ts';
import type { Sample } from '../../../../src/main/core/parsers/parser.ts';
import { assistant, attachment, progress, SESSION, system, text, user } from '../../../builders/claude-lines.ts';
import { corpusDir, corpusNote } from '../../../builders/corpus.ts';
import { hintOf, linesOf, readLines, sampleOf } from '../../../builders/read-units.ts';

const other = '11111111-2222-4333-8444-555555555555';
const mode = { type: 'mode', mode: 'normal', sessionId: SESSION };
const summary = { type: 'summary', summary: 'A talk', leafUuid: 'leaf' };
const prompt = user('u1', 0, 'hello');
const side = user('s1', 0, 'count the files', { isSidechain: true, agentId: 'ab12cd34ab12cd34a' });

function recognise(relPath: string, ...values: readonly unknown[]) {
  return claudeCodeJsonl.recognise(sampleOf(linesOf(...values)), hintOf(relPath));
}

describe('Recognising a Claude Code file', () => {
  it('takes the session from the name of a file that is a UUID', () => {
    expect(recognise(`projects/-home/${other}.jsonl`, prompt)).toEqual({
      agent: 'claude-code',
      session: other,
      main: true,
    });
  });

  it('takes the session from the first line that names one when the name says nothing', () => {
    expect(recognise('recordings/talk.jsonl', summary, prompt)).toEqual({
      agent: 'claude-code',
      session: SESSION,
      main: true,
    });
  });

  it('knows a file that has only begun with its metadata', () => {
    expect(recognise(`p/${other}.jsonl`, mode)).toMatchObject({ session: other, main: true });
  });

  it('asks for more while no line has named the session', () => {
    const sample: Sample = { values: [summary], text: '', complete: false };
    expect(claudeCodeJsonl.recognise(sample, hintOf('talk.jsonl'))).toBe('more');
  });

  it('falls back to the name when the whole file names no session', () => {
    expect(recognise('talk.jsonl', summary)).toMatchObject({ session: 'talk', main: true });
  });

  it('asks for more of an empty file', () => {
    expect(recognise('talk.jsonl')).toBe('more');
  });

  it('gives a subagent file to the session that its folder names, not to that of its lines', () => {
    expect(recognise(`projects/-home/${other}/subagents/agent-ab12cd34ab12cd34a.jsonl`, side)).toEqual({
      agent: 'claude-code',
      session: other,
      main: false,
    });
  });

  it('gives a subagent file beside the session files to the session inside', () => {
    expect(recognise('projects/-home/agent-ab12cd34.jsonl', side)).toMatchObject({ session: SESSION, main: false });
  });

  it('finds the agent files of a workflow one level deeper', () => {
    expect(recognise(`p/${other}/subagents/workflows/wf_1/agent-ab12cd34ab12cd34a.jsonl`, side)).toMatchObject({
      session: other,
      main: false,
    });
  });

  it('is not misled by inline sidechains of the first generation', () => {
    expect(recognise(`p/${other}.jsonl`, prompt, { ...side, agentId: undefined })).toMatchObject({ main: true });
  });

  it.each([
    ['a prompt history', { display: 'hi', pastedContents: {}, timestamp: 1, project: '/p', sessionId: SESSION }],
    ['a Codex rollout', { timestamp: '2026-01-01T00:00:00Z', type: 'session_meta', payload: { id: other } }],
    ['headless output', { type: 'system', subtype: 'init', session_id: SESSION, tools: [] }],
    ['a Gemini chat', { sessionId: SESSION, projectHash: 'x', messages: [] }],
    ['a Qwen chat, which has the same frame', { ...prompt, message: { role: 'user', parts: [{ text: 'hello' }] } }],
    ['a list', [1, 2, 3]],
  ])('leaves %s to others', (_name, value) => {
    expect(recognise(`p/${other}.jsonl`, value)).toBeUndefined();
  });

  it.skipIf(corpusDir === undefined)(`leaves the Qwen file of the corpus to others${corpusNote}`, () => {
    const bytes = readFileSync(join(corpusDir ?? '', 'logs/other-agents/qwen-telemetry.jsonl'));
    expect(claudeCodeJsonl.recognise(sampleOf(bytes), hintOf('qwen-telemetry.jsonl'))).toBeUndefined();
  });
});

function read(...values: readonly unknown[]) {
  return readLines(claudeCodeJsonl, linesOf(...values), hintOf(`p/${SESSION}.jsonl`));
}

describe('Records of a Claude Code file', () => {
  it('are named by type and inner type', () => {
    const { records } = read(
      prompt,
      system('turn_duration', 'y1', 1),
      attachment('t1', 2, { type: 'file' }),
      progress('p1', 3, { type: 'bash_progress' }),
      mode,
    );
    expect(records.map(({ type, known }) => [type, known])).toEqual([
      ['user', true],
      ['system/turn_duration', true],
      ['attachment/file', true],
      ['progress/bash_progress', true],
      ['mode', true],
    ]);
  });

  it('say which types are not known, and stay', () => {
    const { records } = read(
      prompt,
      { type: 'teleport', sessionId: SESSION },
      system('new_thing', 'y1', 1),
      attachment('t1', 2, { type: 'new_attachment' }),
      progress('p1', 3, { type: 'new_progress' }),
      { noType: true },
    );
    expect(records.slice(1).map(({ type, known }) => [type, known])).toEqual([
      ['teleport', false],
      ['system/new_thing', false],
      ['attachment/new_attachment', false],
      ['progress/new_progress', false],
      ['untyped', false],
    ]);
  });

  it('carry the uuid and the time of their line', () => {
    const [record] = read(prompt).records;
    expect(record).toMatchObject({ uuid: 'u1', timeUs: Date.UTC(2026, 3, 1, 12) * 1000, at: { line: 1, offset: 0 } });
  });

  it('are rejected where they cannot be what they say', () => {
    const { records } = read(prompt, 17, { ...prompt, message: null }, { ...assistant('a1', 1, []), message: 'no' });
    expect(records.map(record => record.rejected)).toEqual([
      undefined,
      'not a JSON object',
      'user line without a message',
      'assistant line without a message',
    ]);
  });

  it('are two where two writers raced on one line', () => {
    const raced = `${JSON.stringify(prompt)}${JSON.stringify(user('u2', 1, 'again'))}\n`;
    const { records } = readLines(claudeCodeJsonl, new TextEncoder().encode(raced), hintOf(`p/${SESSION}.jsonl`));
    expect(records.map(record => [record.uuid, record.at.line])).toEqual([
      ['u1', 1],
      ['u2', 1],
    ]);
  });
});

function sessionFacts(...values: readonly unknown[]) {
  return read(...values).facts.filter(fact => fact.kind === 'session');
}

describe('What a Claude Code file says of its session', () => {
  it('is told once and again only when it changes', () => {
    const moved = { cwd: '/home/demo/project/sub', gitBranch: 'fix', version: '2.1.151' };
    const facts = sessionFacts(
      prompt,
      assistant('a1', 1, [text('hi')]),
      assistant('a2', 2, [text('hi')], { id: 'msg_2' }),
      user('u2', 3, 'go', moved),
      assistant('a3', 4, [text('hi')], { id: 'msg_3', model: 'claude-opus-4-6' }, moved),
    );
    expect(facts).toEqual([
      { kind: 'session', agentVersion: '2.1.150' },
      { kind: 'session', cwd: '/home/demo/project', project: 'project' },
      { kind: 'session', gitBranch: 'main' },
      { kind: 'session', title: { source: 'prompt', text: 'hello' } },
      { kind: 'session', model: 'claude-sonnet-4-5' },
      { kind: 'session', agentVersion: '2.1.151' },
      { kind: 'session', cwd: '/home/demo/project/sub' },
      { kind: 'session', gitBranch: 'fix' },
      { kind: 'session', model: 'claude-opus-4-6' },
    ]);
  });

  it('is not taken from its subagents', () => {
    const file = hintOf(`p/${SESSION}/subagents/agent-ab12cd34ab12cd34a.jsonl`);
    const { facts } = readLines(claudeCodeJsonl, linesOf(side), file);
    expect(facts.filter(fact => fact.kind === 'session')).toEqual([]);
  });

  it('holds titles by their source, each when it changes', () => {
    const titled = { type: 'ai-title', aiTitle: 'Greeting', sessionId: SESSION };
    const facts = sessionFacts(mode, titled, titled, { type: 'custom-title', customTitle: 'Mine', sessionId: SESSION });
    expect(facts).toEqual([
      { kind: 'session', title: { source: 'ai', text: 'Greeting' } },
      { kind: 'session', title: { source: 'custom', text: 'Mine' } },
    ]);
  });

  it('gives a summary to the session that holds its last record', () => {
    expect(read(summary, prompt).facts[0]).toEqual({ kind: 'title-for-record', uuid: 'leaf', text: 'A talk' });
  });

  it('is named by a slash command that the model answered, not by one that only printed', () => {
    const command =
      '<command-name>/clear</command-name>\n<command-message>clear</command-message>\n<command-args></command-args>';
    const custom =
      '<command-message>review is running…</command-message>\n<command-name>/review</command-name>\n<command-args>the parser</command-args>';
    const facts = sessionFacts(
      user('c1', 0, command),
      user('c2', 1, '<local-command-stdout></local-command-stdout>'),
      user('c3', 2, custom),
      assistant('a1', 3, [text('Reading it.')]),
    );
    expect(facts.map(fact => fact.title?.text).filter(title => title !== undefined)).toEqual(['/review the parser']);
  });

  it.each([
    ['/home/demo/project', 'project'],
    ['C:\\Users\\demo\\project\\', 'project'],
    ['/home/demo/project/.claude/worktrees/109', 'project'],
    ['/', '/'],
  ])('calls the project of %s %s', (cwd, project) => {
    expect(projectOf(cwd)).toBe(project);
  });
});
