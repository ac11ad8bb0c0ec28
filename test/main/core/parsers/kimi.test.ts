import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kimiWire } from '../../../../src/main/core/parsers/kimi.ts';
import { fixturesDir } from '../../../builders/corpus.ts';
import { entriesOf, eventsOf, joinSpans, turnPrompts } from '../../../builders/join-facts.ts';
import { hintOf, linesOf, readLines } from '../../../builders/read-units.ts';
import { describeDamage } from '../../../builders/transcripts.ts';

const path = 'kimi/jazzyalex-assistant-tools.jsonl';
const bytes = readFileSync(join(fixturesDir, path));

describe('a Kimi wire log', () => {
  const { facts } = readLines(kimiWire, bytes, hintOf(path));
  const spans = joinSpans(facts);

  it('has the model, the directory and the first prompt of its session', () => {
    expect(facts.filter(fact => fact.kind === 'session')).toEqual([
      { kind: 'session', title: { source: 'prompt', text: 'hi' } },
      { kind: 'session', model: 'kimi-k2.7-code' },
      { kind: 'session', cwd: '/private/tmp/as-agent-lab/kimi/project', project: 'project' },
    ]);
    expect(turnPrompts(facts)[3]?.summary).toBe('run ls command');
  });

  it('gives each step with its tokens and its end; those that were broken off are aborted', () => {
    const steps = [...spans.values()].filter(span => span.span === 'llm');
    expect(steps.map(step => step.status).filter(status => status !== 'ok')).toEqual(['aborted', 'aborted']);
    expect(steps[2]).toMatchObject({
      model: 'kimi-k2.7-code',
      responseKey: 'response:chatcmpl-6a6e4de55921302405c635e6',
      usage: { input: 9431, output: 42, cacheRead: 14_848 },
      summary: 'Hi there! How can I help you today?',
    });
  });

  it('joins calls and results, with what failed', () => {
    expect(spans.get('Bash_2')).toMatchObject({ name: 'Bash', status: 'error', attrs: { exitCode: 1 } });
    expect(spans.get('Bash_0')).toMatchObject({ status: 'ok', summary: 'ls' });
    expect(eventsOf(facts).filter(event => event.event === 'permission')[0]).toMatchObject({
      name: 'approved',
      span: 'Bash_0',
    });
  });

  it('hangs a subagent below the call that started it', () => {
    expect(spans.get('agent:agent-0')).toMatchObject({
      span: 'agent',
      name: 'explore',
      parent: 'Agent_3',
      status: 'ok',
    });
    const place = 'wd_x/session_1/agents/agent-0/wire.jsonl';
    const lines = linesOf(
      { type: 'metadata', protocol_version: '1.4', created_at: 1000 },
      { type: 'turn.prompt', input: [{ type: 'text', text: 'count' }], origin: { kind: 'user' }, time: 2000 },
      { type: 'context.append_loop_event', event: { type: 'step.begin', uuid: 'u' }, time: 3000 },
    );
    const sub = readLines(kimiWire, lines, hintOf(place));
    expect(sub.recognition).toEqual({ agent: 'kimi', session: 'session_1', main: false });
    expect(turnPrompts(sub.facts)).toEqual([]);
    expect(joinSpans(sub.facts).get('step:u')).toMatchObject({ parent: 'agent:agent-0', thread: 'agent:agent-0' });
  });

  it('counts a usage record that repeats no step', () => {
    const beside = [...spans.values()].filter(span => span.span === 'phase');
    expect(beside).toMatchObject([{ usage: { input: 1411, output: 937, cacheRead: 40_960 } }]);
  });

  it('shows what the user typed once, and what was put beside it as context', () => {
    expect(entriesOf(facts).filter(entry => entry.entry === 'prompt')).toHaveLength(8);
    expect(entriesOf(facts).filter(entry => entry.entry === 'system')).toHaveLength(5);
  });
});

describe('Kimi files', () => {
  describeDamage(kimiWire, fixturesDir, [path], 3000);
});
