// What a window asks for, over the socket: the first page of sessions, a large session, a page of its conversation.

import { join } from 'node:path';
import { makeLogs, ms, percentile, ratio, serve, until } from './tools.mjs';

const ROUNDS = 30;

export async function views({ folder }) {
  const logs = join(folder, 'views');
  const made = await makeLogs(logs, { megabytes: 35, files: 1, seed: 3 });
  const server = await serve(join(folder, 'views-data'), `claude-code=${logs}`);
  let session;
  await until(async () => {
    const { sessions } = await server.call('sessions.list', { limit: 50 });
    session = sessions[0];
    return session?.records === made.lines;
  });
  const sessionId = session.id;
  const { entries } = await server.call('conversation.outline', { sessionId, threadId: 'session' });
  const last = entries.slice(-50).map(entry => entry.id);
  const questions = {
    'first page of sessions': ['sessions.list', { limit: 50 }],
    [`all ${session.spans} spans of a session`]: ['trace.spans', { sessionId }],
    [`outline of ${entries.length} entries`]: ['conversation.outline', { sessionId, threadId: 'session' }],
    'nothing new in the outline': [
      'conversation.outline',
      { sessionId, threadId: 'session', since: Number.MAX_SAFE_INTEGER },
    ],
    '50 entries with their content': ['conversation.entries', { sessionId, threadId: 'session', ids: last }],
    'nothing new since the newest revision': ['trace.spans', { sessionId, since: Number.MAX_SAFE_INTEGER }],
  };
  const rows = [];
  for (const [question, [name, input]] of Object.entries(questions)) {
    const times = [];
    const base = [];
    let bytes = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const began = performance.now();
      const output = await server.call(name, input);
      times.push(performance.now() - began);
      const text = JSON.stringify(output);
      bytes = text.length;
      const parseBegan = performance.now();
      JSON.parse(text);
      base.push(performance.now() - parseBegan);
    }
    rows.push({
      question,
      p50: ms(percentile(times, 50)),
      p95: ms(percentile(times, 95)),
      answer: `${Math.round(bytes / 1000)} kB`,
      '/ parsing the answer': ratio(percentile(times, 50) / Math.max(0.01, percentile(base, 50))),
    });
  }
  await server.stop();
  return {
    title: 'Views',
    rows,
    notes: [
      `${ROUNDS} times each, in a client of its own process; a session of ${made.lines} lines, ${Math.round(made.bytes / 1e6)} MB.`,
    ],
  };
}
