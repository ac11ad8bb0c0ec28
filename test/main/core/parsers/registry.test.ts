import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FileHint, Recognition } from '../../../../src/main/core/parsers/parser.ts';
import { parserById, parsers, recogniseFile } from '../../../../src/main/core/parsers/registry.ts';
import { corpusDir, corpusNote, fixturesDir, hintFor, listFiles } from '../../../builders/corpus.ts';
import { hintOf, sampleOf } from '../../../builders/read-units.ts';

type Claim = readonly [parser: string, recognition: Recognition] | 'more' | undefined;

function claimOf(bytes: Uint8Array, hint: FileHint): Claim {
  const result = recogniseFile(sampleOf(bytes), hint);
  return typeof result === 'object' ? [result.parser.id, result.recognition] : result;
}

/** Which parser a file belongs to, by where it was put; the first that fits. Anything else belongs to none. */
const owners: readonly (readonly [place: RegExp, parser: string])[] = [
  [/^logs\/claude-code\/.*\.jsonl$/, 'claude-code-jsonl'],
  [/^(captured\/claude\/[^/]+\/dot-claude|claude-code)\/projects\/.*\.jsonl$/, 'claude-code-jsonl'],
  [/^(captured\/claude\/[^/]+\/dot-claude|claude-code)\/projects\/.*\.meta\.json$/, 'claude-code-agent-meta'],
  [/^claude-code\/recordings\//, 'claude-code-jsonl'],
  [/^logs\/codex\//, 'codex-rollout'],
  [/^(captured\/codex\/[^/]+\/dot-codex|codex)\/sessions\//, 'codex-rollout'],
  [/^codex\/pieces\//, 'codex-rollout'],
  [/^(captured\/codex\/[^/]+\/stream\.jsonl|codex\/exec\/.*)$/, 'codex-exec'],
  [/^captured\/.*\/otlp\/\d+-(logs|metrics|traces)(\.pb)?\.json$/, 'otlp-json'],
  [/^(logs\/)?otlp\/.*\.jsonl$/, 'otlp-json-lines'],
  [/^(logs\/)?otlp\/.*\.json$/, 'otlp-json'],
  [/^(logs\/gemini-cli|gemini\/recordings|(captured\/)?gemini\/.*\/chats)\/.*\.jsonl$/, 'gemini-chat-jsonl'],
  [/^(logs\/gemini-cli|gemini\/recordings)\/.*\.json$/, 'gemini-chat-json'],
  [/^(logs\/)?pi\/.*\.jsonl$/, 'pi-session'],
  [/^(logs\/other-agents\/qwen-|qwen\/).*\.jsonl$/, 'qwen-chat-jsonl'],
  [
    /^(logs\/copilot-cli\/|copilot\/recordings\/|(captured\/)?copilot\/(.*\/)?(events|stream)\.jsonl$)/,
    'copilot-events',
  ],
  [/^copilot\/otel\//, 'copilot-otel'],
  [/^anton\/.*\/traces\/.*\.jsonl$/, 'anton-traces'],
  [/^anton\/.*\/trace_summary\.json$/, 'anton-trace-summary'],
  [/^anton\/.*\/checkpoints\//, 'anton-checkpoint'],
  [/^anton\/.*\/progress\//, 'anton-progress'],
  [/^anton\/.*_retries\.jsonl$/, 'anton-retries'],
  [/^anton\/.*_history\.json$/, 'anton-retry-history'],
  [/^(logs\/)?langfuse\//, 'langfuse'],
  [/^(logs\/)?langsmith\//, 'langsmith'],
  [/^(logs\/)?chrome-trace\//, 'chrome-trace'],
  [/^captured\/claude\/[^/]+\/stream\.jsonl$|^stream-json\/claude-/, 'claude-stream-json'],
  [/^(logs\/droid\/.*session-store|droid\/).*\.jsonl$/, 'droid-session'],
  [/^(logs\/)?cursor\//, 'cursor-transcript'],
  [/^context-foundry\/.*\/current-phase\.json$/, 'foundry-current-phase'],
  [/^context-foundry\/.*\/session-summary\.json$/, 'foundry-session-summary'],
  [/^context-foundry\/.*\/phase-status\.json$/, 'foundry-phase-status'],
  [/^context-foundry\/.*\/phase-prompts\//, 'foundry-phase-prompt'],
  [/^context-foundry\/.*\/conversations\//, 'foundry-conversation'],
  [/^context-foundry\/checkpoints\//, 'foundry-loop-state'],
  [/^context-foundry\/logs\//, 'foundry-events'],
  [/^context-foundry\/observatory\//, 'foundry-observatory'],
  [/^amp\//, 'amp-thread'],
  [/^(logs\/other-agents\/kimi-|kimi\/).*\.jsonl$/, 'kimi-wire'],
  [/^(logs\/other-agents\/kiro-|kiro\/).*\.jsonl$/, 'kiro-session'],
  [/^droid\/.*\.settings\.json$/, 'droid-settings'],
  [/^logs\/droid\/.*stream.*\.jsonl$|^stream-json\/(vibekanban|jazzyalex)-/, 'droid-stream-json'],
];

/** What these are is told by their names: a small object like many others, a transcript that names no session. */
const knownByName = /\.(meta|settings)\.json$|^cursor\/.*\/subagents\//;
/** Content says what these are; which session they belong to is said by the names of the files. */
const sessionByName =
  /^anton\/old\/|^context-foundry\/.*\.json$|(^|\/)(kimi|kiro)[-/]|^(logs\/)?cursor\/|\/64bf9234-35a5-4a42-b27f-96f929dba091\.jsonl$/;
/** The fixtures of other tests are programs, not logs. */
const isLog = (path: string): boolean => !path.startsWith('import-rules/');

describe.each([
  ['the fixtures', fixturesDir, ''],
  ['the corpus', corpusDir, corpusNote],
])('of %s', (_name, dir, note) => {
  const files = dir === undefined ? [] : listFiles(dir, isLog);

  it.skipIf(dir === undefined)(`each file is claimed by the parser that it belongs to, or by none${note}`, () => {
    const claimed = files.map(path => {
      const claim = claimOf(readFileSync(join(dir ?? '', path)), hintFor(dir ?? '', path));
      return [path, typeof claim === 'object' ? claim[0] : claim];
    });
    expect(files.length).toBeGreaterThan(100);
    expect(claimed).toEqual(files.map(path => [path, owners.find(([place]) => place.test(path))?.[1]]));
  });

  it.skipIf(dir === undefined)(`each file is told by its content, under any name and in any folder${note}`, () => {
    for (const path of files.filter(file => !knownByName.test(file))) {
      const bytes = readFileSync(join(dir ?? '', path));
      const own = claimOf(bytes, hintFor(dir ?? '', path));
      const neutral = claimOf(bytes, hintOf('some/folder/neutral.dat'));
      const what = (claim: Claim): unknown =>
        typeof claim === 'object' && sessionByName.test(path) ? [claim[0], claim[1].agent, claim[1].main] : claim;
      expect([path, what(neutral)]).toEqual([path, what(own)]);
    }
  });

  it.skipIf(dir === undefined)(`no file is claimed by two parsers${note}`, () => {
    for (const path of files) {
      const sample = sampleOf(readFileSync(join(dir ?? '', path)));
      const hint = hintFor(dir ?? '', path);
      const claims = parsers
        .filter(parser => typeof parser.recognise(sample, hint) === 'object')
        .map(parser => parser.id);
      expect([path, claims.length <= 1 ? 'one at most' : claims]).toEqual([path, 'one at most']);
    }
  });
});

describe('the samples that ship with the app', () => {
  const dir = join(fixturesDir, '../../resources/samples');
  const list = JSON.parse(readFileSync(join(dir, 'samples.json'), 'utf8')) as readonly Record<string, unknown>[];

  it('are small, and every file of theirs is claimed by a parser', () => {
    const files = listFiles(dir, path => path.includes('/'));
    const bytes = files.map(path => readFileSync(join(dir, path)));
    expect(bytes.reduce((sum, one) => sum + one.length, 0)).toBeLessThan(700_000);
    const unclaimed = files.filter(
      (path, index) => typeof claimOf(bytes[index] ?? new Uint8Array(), hintFor(dir, path)) !== 'object',
    );
    expect(unclaimed).toEqual([]);
  });

  it('are listed with what they are, and every folder of them is listed', () => {
    for (const sample of list)
      expect(sample).toEqual({
        id: expect.any(String) as string,
        title: expect.any(String) as string,
        agent: expect.any(String) as string,
        paths: expect.any(Array) as unknown[],
        what: expect.any(String) as string,
      });
    const folders = new Set(listFiles(dir, path => path.includes('/')).map(path => path.split('/')[0]));
    expect(new Set(list.flatMap(sample => sample['paths']))).toEqual(folders);
  });

  it('are of the agents that they are said to be of', () => {
    const agents = list.map(({ paths }) => {
      const [folder] = paths as readonly string[];
      const files = listFiles(dir, path => path.startsWith(`${folder}/`));
      const claims = files.map(path => claimOf(readFileSync(join(dir, path)), hintFor(dir, path)));
      return [...new Set(claims.map(claim => (typeof claim === 'object' ? claim[1].agent : claim)))];
    });
    expect(agents).toEqual(list.map(({ agent }) => [agent]));
  });
});

describe('a file that is being written', () => {
  const text = new TextEncoder();

  it.each([
    ['nothing yet', ''],
    ['half a first line', '{"type":"user","mess'],
    ['a first line of blanks', '\n\n'],
  ])('is not told from %s', (_name, start) => {
    expect(claimOf(text.encode(start), hintOf('new.jsonl'))).toBe('more');
  });

  it.each([
    ['notes', '# Notes\n\nNothing here is JSON.\n'],
    ['a document of a format that is not known', '{\n  "observations": [],\n  "trace": {}\n}\n'],
    ['a program', 'export const a = 1;\nexport const b = 2;\n'],
  ])('is none of ours once it is %s', (_name, content) => {
    expect(claimOf(text.encode(content), hintOf('new.jsonl'))).toBeUndefined();
  });

  it('is claimed by the same parser from its first lines as from all of it', () => {
    const wavering = listFiles(fixturesDir, path => path.endsWith('.jsonl') && isLog(path)).filter(path => {
      const bytes = readFileSync(join(fixturesDir, path));
      const hint = hintFor(fixturesDir, path);
      const whole = claimOf(bytes, hint);
      const cuts = [0.1, 0.3, 0.5, 0.8].map(part => claimOf(bytes.subarray(0, Math.floor(bytes.length * part)), hint));
      return cuts.some(claim => typeof claim === 'object' && JSON.stringify(claim) !== JSON.stringify(whole));
    });
    expect(wavering).toEqual([]);
  });
});

describe('parsers', () => {
  it('have ids that name one of them each', () => {
    expect(new Set(parsers.map(parser => parser.id)).size).toBe(parsers.length);
    for (const parser of parsers) expect(parserById(parser.id)).toBe(parser);
    expect(parserById('no-such-format')).toBeUndefined();
  });

  it('show nothing of a record that is not theirs, and never throw', () => {
    for (const parser of parsers)
      for (const value of [null, 7, '', [], {}, [[[]]], { type: 'x' }])
        expect(Array.isArray(parser.content(value))).toBe(true);
  });
});
