// Search over many small records: how long the index takes beside the first reading, how large it is, and how fast it
// answers, in peace and while it is being filled.

import { closeSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeGenerator, makeRng } from './gen-logs.mjs';
import { folderBytes, ms, percentile, ratio, runJson, serve, until } from './tools.mjs';

const QUESTIONS = 40;
const RECORDS_PER_MEGABYTE = 5000;
const SESSION_RECORDS = 400;

export async function search({ folder, megabytes }) {
  const records = megabytes * RECORDS_PER_MEGABYTE;
  const logs = join(folder, 'search');
  const data = join(folder, 'search-data');
  makeSmallRecords(join(logs, 'projects/many'), records);
  const parse = await runJson(join(import.meta.dirname, 'parse-pass.mjs'), [logs]);

  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const server = await serve(data, `claude-code=${logs}`);
  const questions = makeQuestions();
  let rowsAt = 0;
  server.onPush((name, payload) => {
    if (name === 'sources.progressed' && !payload.indexing && rowsAt === 0) rowsAt = seconds();
  });
  // Of what is there already while the rest is read and indexed.
  await until(async () => (await server.call('search.status', {})).indexed > records / 20, 1_800_000);
  const busy = await measure(server, questions);
  let status;
  await until(async () => (status = await server.call('search.status', {})).complete && rowsAt > 0, 1_800_000);
  const completeAt = seconds();
  const calm = await measure(server, questions);
  await server.stop();

  const bytes = folderBytes(logs);
  const rows = Object.keys(questions).map(name => ({
    question: name,
    p50: ms(percentile(calm[name], 50)),
    p95: ms(percentile(calm[name], 95)),
    'p95 while indexing': ms(percentile(busy[name], 95)),
    '/ parse pass': ratio(percentile(calm[name], 95) / 1000 / parse.seconds),
  }));
  return {
    title: 'Search',
    rows,
    notes: [
      `${records} records, ${status.total} entries, ${Math.round(bytes / 1e6)} MB; ${QUESTIONS} different questions each, the whole answer over a socket: 50 places with their snippets, read from the archive.`,
      `First reading: rows after ${ratio(rowsAt / parse.seconds)} P, full text complete after ${ratio(completeAt / parse.seconds)} P (P: the parse pass, ${parse.seconds.toFixed(1)} s).`,
      `Size: rows ${ratio(statSync(join(data, 'playhead.db')).size / bytes)}, full text ${ratio(statSync(join(data, 'search.db')).size / bytes)} of the logs; small records: real ones are five times as long.`,
    ],
  };
}

async function measure(server, questions) {
  const times = {};
  for (const [name, { call, inputs }] of Object.entries(questions)) {
    times[name] = [];
    for (const input of inputs) {
      const began = performance.now();
      await server.call(call, input);
      times[name].push(performance.now() - began);
    }
  }
  return times;
}

function makeQuestions() {
  const random = makeRng(3);
  const { words } = makeGenerator(9).corpus;
  const common = () => words[random.int(5, 60)];
  const middling = () => words[random.int(300, 3000)];
  const rare = () => words[random.int(5000, words.length - 1)];
  const ask = (call, text, more = {}) => ({
    call,
    inputs: Array.from({ length: QUESTIONS }, () => ({ text: text(), ...more })),
  });
  return {
    'newest, a rare word': ask('search.query', rare),
    'newest, a common word': ask('search.query', common),
    'newest, two words': ask('search.query', () => `${middling()} ${middling()}`),
    'newest, a phrase': ask('search.query', () => `"${common()} ${common()}"`),
    'newest, a common word of failed calls': ask('search.query', () => `${common()} is:error tool:Bash`),
    'newest, 20 places as in the window': ask('search.query', middling, { limit: 20, perSession: 3 }),
    'as one types, 4 letters': ask('search.query', () => middling().slice(0, 4), { typing: true }),
    'best of the newest 1,000, a common word': ask('search.query', common, { order: 'relevance' }),
    'best of the newest 1,000, 4 letters': ask('search.query', () => middling().slice(0, 4), {
      order: 'relevance',
      typing: true,
    }),
    'how many, a common word': ask('search.count', common),
  };
}

/** Sessions of prompts, answers, calls and results of some lines each. */
function makeSmallRecords(dir, records) {
  mkdirSync(dir, { recursive: true });
  const random = makeRng(7);
  const { sentences, outLines } = makeGenerator(9).corpus;
  const day = 86_400_000;
  for (let written = 0; written < records; written += SESSION_RECORDS) {
    const sessionId = random.uuid();
    const file = openSync(join(dir, `${sessionId}.jsonl`), 'w');
    let at = Date.UTC(2026, 0, 1) + random.int(0, 180 * day);
    const lines = [];
    let parent = null;
    const line = (type, message) => {
      at += random.int(500, 20_000);
      const uuid = random.uuid();
      const timestamp = new Date(at).toISOString();
      const head = { parentUuid: parent, isSidechain: false, userType: 'external', cwd: '/home/dev/many', sessionId };
      lines.push(JSON.stringify({ ...head, version: '2.1.0', gitBranch: 'main', type, message, uuid, timestamp }));
      parent = uuid;
    };
    const say = content =>
      line('assistant', {
        id: `msg_${random.hexDigits(20)}`,
        type: 'message',
        role: 'assistant',
        model: 'claude-sonnet-4-5-20250929',
        content: [content],
        usage: { input_tokens: 9, output_tokens: 120, cache_read_input_tokens: 9000, cache_creation_input_tokens: 90 },
      });
    for (let n = 0; n < SESSION_RECORDS; n += 4) {
      if (n % 40 === 0) line('user', { role: 'user', content: random.pick(sentences) });
      else say({ type: 'text', text: `${random.pick(sentences)} ${random.pick(sentences)}` });
      say({ type: 'thinking', thinking: random.pick(sentences), signature: '' });
      const id = `toolu_${random.hexDigits(20)}`;
      const name = random.pick(['Bash', 'Read', 'Grep']);
      say({ type: 'tool_use', id, name, input: { command: random.pick(sentences) } });
      const content = [random.pick(outLines), random.pick(outLines), random.pick(sentences)].join('\n');
      line('user', {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: id, content, is_error: random.next() < 0.04 }],
      });
    }
    writeSync(file, `${lines.join('\n')}\n`);
    closeSync(file);
  }
}
