import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kiroSession } from '../../../../src/main/core/parsers/kiro.ts';
import { fixturesDir } from '../../../builders/corpus.ts';
import { joinSpans, turnPrompts } from '../../../builders/join-facts.ts';
import { hintOf, linesOf, readLines } from '../../../builders/read-units.ts';
import { describeDamage } from '../../../builders/transcripts.ts';

const path = 'kiro/irrlicht-2-6_long-agentic-session-stress.jsonl';
const read = () => readLines(kiroSession, readFileSync(join(fixturesDir, path)), hintOf(path));

describe('a Kiro session', () => {
  it('has its prompt with a time, and its answers without one', () => {
    const { facts, recognition } = read();
    expect(recognition).toMatchObject({ agent: 'kiro', session: 'irrlicht-2-6_long-agentic-session-stress' });
    expect(turnPrompts(facts)).toMatchObject([{ atUs: 1_780_621_816_000_000 }]);
    const last = [...joinSpans(facts).values()].findLast(span => span.span === 'llm');
    expect(last?.summary).toMatch(/^All commands executed/);
    expect(last?.endUs).toBeUndefined();
  });

  it('joins calls and results, with commands and exit codes', () => {
    const { facts } = read();
    expect(joinSpans(facts).get('tooluse_lLf5zWFfiILD4WdhBzm6GE')).toMatchObject({
      name: 'shell',
      summary: 'pwd',
      status: 'ok',
      attrs: { exitCode: 0 },
    });
  });

  it('tells what failed', () => {
    const shell = (code: number) => ({ kind: 'json', data: { exit_status: `exit status: ${code}`, stdout: 'x' } });
    const result = (id: string, status: string, code: number) => ({
      kind: 'toolResult',
      data: { toolUseId: id, status, content: [shell(code)] },
    });
    const content = [result('a', 'success', 2), result('b', 'error', 0), result('c', 'success', 0)];
    const { facts } = readLines(kiroSession, linesOf({ version: 'v1', kind: 'ToolResults', data: { content } }));
    expect([...joinSpans(facts).values()].map(span => [span.key, span.status])).toEqual([
      ['a', 'error'],
      ['b', 'error'],
      ['c', 'ok'],
    ]);
  });
});

describe('Kiro files', () => {
  describeDamage(kiroSession, fixturesDir, [path], 3000);
});
