#!/usr/bin/env node
// Deterministic generator of agent session logs in the shape of Claude Code's JSON Lines
// (projects/<cwd>/<session>.jsonl and <session>/subagents/agent-<id>.jsonl). No dependency.
//
//   node gen-logs.mjs --out DIR --bytes 1G --files 1000 --seed 1      a tree of sessions
//   node gen-logs.mjs --out FILE.jsonl --bytes 300M --files 1         one single file
//   node gen-logs.mjs --append FILE --rate 100 --seconds 10 --seed 7  live: append whole lines
//
// Same flags and seed give the same bytes (append mode stamps real time into `timestamp`).
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

// ---- seeded random ---------------------------------------------------------------------------
export function makeRng(seed) {
  let a = seed >>> 0 || 1;
  const next = () => {
    // mulberry32
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const int = (lo, hi) => lo + Math.floor(next() * (hi - lo + 1));
  const pick = list => list[Math.floor(next() * list.length)];
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const hexDigits = n => {
    let s = '';
    while (s.length < n)
      s += Math.floor(next() * 0x100000000)
        .toString(16)
        .padStart(8, '0');
    return s.slice(0, n);
  };
  const uuid = () => {
    const h = hexDigits(32);
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20)}`;
  };
  const B = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const base64 = n => {
    // incompressible, as signatures and images are
    const out = Buffer.allocUnsafe(n);
    for (let i = 0; i < n; i += 5) {
      let r = Math.floor(next() * 0x40000000);
      for (let j = i; j < i + 5 && j < n; j++) {
        out[j] = B.charCodeAt(r & 63);
        r >>= 6;
      }
    }
    return out.latin1Slice();
  };
  return { next, int, pick, normal, hexDigits, uuid, base64, log: (m, s) => m * Math.exp(s * normal()) };
}

// ---- vocabulary, prose, code, tool output ----------------------------------------------------
const COMMON =
  'the of to and a in is it that for on with as this be we are not by or from at have if an but can will should use then when which all one add new first need there so let check now make only into also each file code test run change value error function line line type return data call list path read write build user name state result case string object key event time call request response server client handler module import config default option'.split(
    ' ',
  );
const ROOTS =
  'accept account action adapt align alloc anchor append apply argument array assert assign async attach audit author balance batch bind block branch bridge browse bucket buffer bundle cache cancel capture cascade catch channel check chunk claim clean clone close cluster codec collect column command commit compile compose compress condition connect consume context convert copy count create cursor daemon debug decode defer delete deploy derive design detach detect diff dispatch display drain drift emit encode enforce engine entry enum escape evict exec expand expect expire export extend extract fetch field filter find flag flush fold follow fork format frame gather generate grant graph group guard hash head heap hint hook host index infer inject input inspect install invoke issue iterate join kernel label latch launch layout lease limit link listen load locale lock loop map mark mask match measure memory merge message migrate mirror mock monitor mount move node notify offset open order output owner pack page panel parse partial patch pause peer pending permit pipe plan plugin point poll pool port prefix prepare print probe process profile promise prompt proxy publish pull purge push query queue quote range rank rate reach ready rebase record redirect reduce refer refresh register reject relay release reload remote render repair replay reply report reserve reset resize resolve restore retry revert review rewrite roll root rotate route sample scale scan schedule schema scope script search seed select send session shape share shift signal skip slice snapshot socket sort source spawn split stage stale start status step store stream stub submit subscribe suffix suite switch symbol sync table target task template thread throttle tick token toggle trace track transform traverse trigger trim truncate tunnel update upgrade upload validate vector verify version view visit wait walk watch window worker wrap yield zone'.split(
    ' ',
  );
const SUFFIX = ['', '', 's', 'ed', 'ing', 'er', 'able', 'ment', 'ion', 'al', 'ly', 'ness'];
const CJK = ['実装を確認します', '测试已经通过', '检查这个函数', 'エラーを修正しました', '설정 파일을 읽습니다'];
const SYMBOLS = ['✓', '✗', '→', '…', '“ok”', '—', '│', '├──', '🚀', 'naïve', 'résumé'];

function makeCorpus(seed) {
  const r = makeRng(seed ^ 0x5bd1e995);
  const vocab = [...COMMON];
  for (const s of SUFFIX) for (const w of ROOTS) vocab.push(w + s);
  const cap = w => w[0].toUpperCase() + w.slice(1);
  for (let i = 0; i < 12000; i++) {
    // identifiers
    const [x, y, z] = [r.pick(ROOTS), r.pick(ROOTS), r.pick(ROOTS)];
    vocab.push(
      r.pick([`${x}${cap(y)}`, `${x}_${y}`, `${cap(x)}${cap(y)}${cap(z)}`, `${x}-${y}`, `${x}${cap(y)}${cap(z)}`]),
    );
  }
  const N = vocab.length;
  const word = () => vocab[Math.min(N - 1, Math.floor(Math.exp(r.next() * Math.log(N + 1)) - 1))]; // Zipf, s = 1
  const ident = () => vocab[N - 1 - Math.floor(r.next() * 12000)];
  const sentence = () => {
    const n = r.int(6, 22),
      ws = [];
    for (let i = 0; i < n; i++) {
      const p = r.next();
      ws.push(
        p < 0.05 ? '`' + ident() + '`' : p < 0.07 ? String(r.int(0, 9999)) : p < 0.078 ? r.pick(SYMBOLS) : word(),
      );
    }
    return cap(ws.join(' ')) + r.pick(['.', '.', '.', ':', '?']);
  };
  const codeLine = () => {
    const pad = '  '.repeat(r.int(0, 4));
    switch (r.int(0, 9)) {
      case 0:
        return '';
      case 1:
        return `${pad}// ${sentence()}`;
      case 2:
        return `${pad}const ${ident()} = await ${ident()}(${word()}, ${word()});`;
      case 3:
        return `${pad}if (${ident()}.${word()} === ${r.int(0, 255)}) {`;
      case 4:
        return `${pad}return { ${word()}: ${ident()}, ${word()}: "${word()}" };`;
      case 5:
        return `${pad}}`;
      case 6:
        return `import { ${ident()}, ${ident()} } from "./${word()}/${ident()}.js";`;
      case 7:
        return `${pad}export function ${ident()}(${word()}: string, ${word()}: number): ${cap(word())} {`;
      case 8:
        return `${pad}${ident()}.${word()}(\`\${${word()}}/${word()}\`, ${r.int(0, 4096)});`;
      default:
        return `${pad}${word()}: ${ident()},`;
    }
  };
  const dirs = Array.from({ length: 60 }, () => `src/${word()}/${word()}`);
  const filePath = () => `${r.pick(dirs)}/${ident()}.${r.pick(['ts', 'ts', 'tsx', 'md', 'json', 'py'])}`;
  const outLine = () => {
    switch (r.int(0, 8)) {
      case 0:
        return `${filePath()}:${r.int(1, 900)}:${codeLine().trim()}`;
      case 1:
        return `  ✓ ${word()} ${word()} ${word()} (${r.int(1, 900)} ms)`;
      case 2:
        return `    at ${ident()} (${filePath()}:${r.int(1, 900)}:${r.int(1, 80)})`;
      case 3:
        return `${r.hexDigits(7)} ${sentence()}`;
      case 4:
        return `-rw-r--r-- 1 dev dev ${String(r.int(100, 99999)).padStart(6)} Mar ${r.int(1, 31)} ${r.int(10, 23)}:${r.int(10, 59)} ${ident()}.ts`;
      case 5:
        return `[2026-03-${r.int(10, 30)}T${r.int(10, 23)}:${r.int(10, 59)}:${r.int(10, 59)}.${r.int(100, 999)}Z] ${r.pick(['INFO', 'WARN', 'ERROR', 'DEBUG'])} ${ident()}: ${sentence()}`;
      case 6:
        return filePath();
      case 7:
        return `PASS ${filePath()}`;
      default:
        return sentence();
    }
  };
  const fill = (n, make) => Array.from({ length: n }, make);
  return {
    sentences: fill(40000, sentence),
    outLines: fill(60000, outLine),
    words: vocab,
    files: fill(1200, () => ({ path: filePath(), lines: fill(r.int(30, 420), codeLine) })),
  };
}

// ---- one session: an endless, linked sequence of records -------------------------------------
const MODELS = ['claude-opus-4-5-20251101', 'claude-sonnet-4-5-20250929', 'claude-haiku-4-5-20251001'];
const TOOLS = [
  ['Bash', 34],
  ['Read', 26],
  ['Edit', 14],
  ['Grep', 12],
  ['Write', 5],
  ['TodoWrite', 5],
  ['Task', 2],
  ['WebFetch', 2],
];

export function makeGenerator(seed = 1) {
  const corpus = makeCorpus(seed);
  const r = makeRng(seed);
  const between = (list, n) => {
    const i = r.int(0, list.length - n - 1);
    return list.slice(i, i + n);
  };
  const size = (median, sigma, max) => Math.max(1, Math.min(max, Math.round(r.log(median, sigma))));
  const prose = median => between(corpus.sentences, size(median, 0.8, 60)).join(' ');
  const output = median => between(corpus.outLines, size(median, 1.0, 220)).join('\n');
  const slice = (f, median) => {
    const n = Math.min(f.lines.length, size(median, 0.7, 330));
    const s = r.int(0, f.lines.length - n);
    return [s, f.lines.slice(s, s + n)];
  };
  const tool = () => {
    let p = r.int(0, 99);
    for (const [name, w] of TOOLS) {
      if ((p -= w) < 0) return name;
    }
    return 'Bash';
  };

  function* session({
    sessionId = r.uuid(),
    cwd,
    start = Date.UTC(2026, 0, 1) + r.int(0, 180 * 86400e3),
    agentId,
    now,
  } = {}) {
    let t = start,
      parent = null,
      context = r.int(12000, 30000);
    const model = agentId ? MODELS[2] : r.pick(MODELS);
    const base = {
      isSidechain: !!agentId,
      userType: 'external',
      cwd,
      sessionId,
      version: '2.1.' + r.int(10, 90),
      gitBranch: r.pick(['main', 'feat/index', 'fix/live-tail']),
    };
    if (agentId) base.agentId = agentId;
    const stamp = () => {
      t += Math.round(r.log(4000, 1));
      return new Date(now ? now() : t).toISOString();
    };
    const link = rec => {
      const o = { parentUuid: parent, ...base, ...rec, uuid: r.uuid(), timestamp: stamp() };
      parent = o.uuid;
      return o;
    };
    const usage = out => {
      const add = r.int(200, 5000);
      const u = {
        input_tokens: r.int(1, 12),
        cache_creation_input_tokens: add,
        cache_read_input_tokens: context,
        cache_creation: { ephemeral_5m_input_tokens: add, ephemeral_1h_input_tokens: 0 },
        output_tokens: out,
        service_tier: 'standard',
      };
      context = context > 170000 ? 20000 : context + add;
      return u;
    };
    while (true) {
      // one user turn
      if (!agentId)
        yield {
          type: 'file-history-snapshot',
          messageId: r.uuid(),
          snapshot: {
            messageId: r.uuid(),
            trackedFileBackups: Object.fromEntries(
              between(corpus.files, r.int(1, 12)).map(f => [
                f.path,
                {
                  backupFileName: r.hexDigits(16) + '@v' + r.int(1, 5),
                  version: r.int(1, 5),
                  backupTime: new Date(t).toISOString(),
                },
              ]),
            ),
            timestamp: new Date(t).toISOString(),
          },
          isSnapshotUpdate: false,
        };
      yield link({
        type: 'user',
        message: { role: 'user', content: r.next() < 0.04 ? `${r.pick(CJK)} ${prose(2)} ${r.pick(CJK)}` : prose(4) },
        permissionMode: 'default',
      });
      for (let step = size(9, 0.8, 60); step > 0; step--) {
        const blocks = [];
        if (r.next() < 0.35)
          blocks.push({ type: 'thinking', thinking: prose(10), signature: r.base64(size(700, 0.7, 6000)) });
        if (r.next() < 0.5) blocks.push({ type: 'text', text: prose(5) });
        const calls = []; // a result follows each call
        for (let n = r.next() < 0.12 ? 2 : 1; n > 0; n--) {
          const name = tool(),
            id = 'toolu_01' + r.base64(22).replace(/[+/]/g, 'x'),
            f = r.pick(corpus.files),
            p = `${cwd}/${f.path}`;
          let input, content, result;
          if (name === 'Read') {
            const [s, ls] = slice(f, 110);
            input = { file_path: p, offset: s + 1, limit: ls.length };
            content = ls.map((l, i) => `${String(s + i + 1).padStart(6)}→${l}`).join('\n');
            result = {
              type: 'text',
              file: {
                filePath: p,
                content: ls.join('\n'),
                numLines: ls.length,
                startLine: s + 1,
                totalLines: f.lines.length,
              },
            };
          } else if (name === 'Edit') {
            const [s, ls] = slice(f, 8),
              next = ls.map(l => (r.next() < 0.4 ? r.pick(corpus.outLines) : l));
            input = { file_path: p, old_string: ls.join('\n'), new_string: next.join('\n'), replace_all: false };
            content =
              `The file ${p} has been updated. Here's the result of running \`cat -n\` on a snippet of the edited file:\n` +
              next.map((l, i) => `${String(s + i + 1).padStart(6)}→${l}`).join('\n');
            result = {
              filePath: p,
              oldString: input.old_string,
              newString: input.new_string,
              originalFile: f.lines.join('\n'),
              structuredPatch: [
                {
                  oldStart: s + 1,
                  oldLines: ls.length,
                  newStart: s + 1,
                  newLines: next.length,
                  lines: [...ls.map(l => '-' + l), ...next.map(l => '+' + l)],
                },
              ],
              userModified: false,
              replaceAll: false,
            };
          } else if (name === 'Write') {
            const [, ls] = slice(f, 120);
            input = { file_path: p, content: ls.join('\n') };
            content = `File created successfully at: ${p}`;
            result = { type: 'create', filePath: p, content: input.content, structuredPatch: [], originalFile: null };
          } else if (name === 'TodoWrite') {
            const todos = between(corpus.sentences, r.int(3, 9)).map(s => ({
              content: s,
              status: r.pick(['pending', 'in_progress', 'completed']),
              activeForm: s,
            }));
            input = { todos };
            content = 'Todos have been modified successfully.';
            result = { oldTodos: todos, newTodos: todos };
          } else if (name === 'Task') {
            input = { description: prose(1), prompt: prose(12), subagent_type: 'general-purpose' };
            content = [{ type: 'text', text: prose(25) }];
            result = {
              status: 'completed',
              prompt: input.prompt,
              agentId: r.hexDigits(7),
              content,
              totalDurationMs: r.int(5000, 300000),
              totalTokens: r.int(9000, 90000),
              totalToolUseCount: r.int(1, 40),
            };
          } else if (name === 'WebFetch' && r.next() < 0.3) {
            // an image: the rare very long line
            input = { url: 'https://example.invalid/' + r.pick(corpus.words), prompt: prose(1) };
            content = [
              {
                type: 'image',
                source: { type: 'base64', media_type: 'image/png', data: r.base64(size(20000, 0.6, 90000)) },
              },
            ];
            result = content;
          } else {
            const text = output(name === 'Grep' ? 20 : 22);
            input =
              name === 'Grep'
                ? { pattern: r.pick(corpus.words), path: p, output_mode: 'content' }
                : {
                    command: `cd ${cwd} && ${r.pick(['npm test', 'git log --oneline', 'rg -n', 'ls -la', 'npx tsc -p .'])} ${r.pick(corpus.words)}`,
                    description: prose(1),
                  };
            content = text;
            result = { stdout: text, stderr: '', interrupted: false, isImage: false };
          }
          blocks.push({ type: 'tool_use', id, name, input });
          calls.push({ id, content, result, failed: r.next() < 0.05 });
        }
        const msg = {
          id: 'msg_01' + r.base64(22).replace(/[+/]/g, 'x'),
          requestId: 'req_011C' + r.base64(20).replace(/[+/]/g, 'x'),
          u: usage(r.int(20, 1800)),
        };
        for (const b of blocks)
          yield link({
            message: {
              model,
              id: msg.id,
              type: 'message',
              role: 'assistant',
              content: [b],
              stop_reason: null,
              stop_sequence: null,
              usage: msg.u,
            },
            requestId: msg.requestId,
            type: 'assistant',
          });
        for (const c of calls)
          yield link({
            type: 'user',
            message: {
              role: 'user',
              content: [{ tool_use_id: c.id, type: 'tool_result', content: c.content, is_error: c.failed }],
            },
            toolUseResult: c.failed ? 'Error: ' + prose(1) : c.result,
            sourceToolAssistantUUID: parent,
          });
      }
      yield link({ type: 'system', subtype: 'turn_duration', durationMs: r.int(4000, 600000), isMeta: false });
    }
  }
  return { r, corpus, session };
}

// ---- command line ----------------------------------------------------------------------------
const bytesOf = s => {
  const m = /^([\d.]+)\s*([KMG]?)/i.exec(String(s));
  return Math.round(+m[1] * ({ K: 1e3, M: 1e6, G: 1e9 }[m[2].toUpperCase()] ?? 1));
};

function writeSession(file, iterator, bytes) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const fd = fs.openSync(file, 'w');
  let total = 0,
    lines = 0,
    part = [],
    held = 0;
  const flush = () => {
    fs.writeSync(fd, part.join(''));
    part = [];
    held = 0;
  };
  while (total < bytes) {
    const s = JSON.stringify(iterator.next().value) + '\n';
    part.push(s);
    held += s.length;
    total += Buffer.byteLength(s);
    lines++;
    if (held > 1 << 20) flush();
  }
  flush();
  fs.closeSync(fd);
  return { total, lines };
}

async function main() {
  const a = {};
  for (let i = 2; i < process.argv.length; i += 2) a[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
  const g = makeGenerator(+(a.seed ?? 1));
  if (a.append) {
    // live writer: `rate` lines a second, each written whole, as the agents do
    const it = g.session({ cwd: '/home/dev/live', now: Date.now }),
      rate = +(a.rate ?? 10),
      end = Date.now() + 1000 * +(a.seconds ?? 10),
      t0 = Date.now();
    const fd = fs.openSync(a.append, 'a');
    for (let n = 0; Date.now() < end;) {
      for (const due = Math.floor(((Date.now() - t0) * rate) / 1000); n < due; n++)
        fs.writeSync(fd, JSON.stringify(it.next().value) + '\n');
      await new Promise(ok => setTimeout(ok, 1));
    }
    return fs.closeSync(fd);
  }
  if (!a.out) {
    console.error('usage: see the head of this file');
    process.exit(2);
  }
  const bytes = bytesOf(a.bytes ?? '10M'),
    files = +(a.files ?? 10);
  let total = 0,
    lines = 0;
  if (files === 1 && a.out.endsWith('.jsonl')) {
    ({ total, lines } = writeSession(a.out, g.session({ cwd: '/home/dev/one' }), bytes));
  } else {
    // lognormal file sizes; about every fifth file is a sub-agent of the session before it
    const weight = Array.from({ length: files }, () => g.r.log(1, 1.1)),
      sum = weight.reduce((x, y) => x + y, 0);
    const projects = Array.from(
      { length: Math.max(1, Math.round(files / 25)) },
      (_, i) => `/home/dev/${g.corpus.words[200 + i]}-${i}`,
    );
    let last = null;
    for (let i = 0; i < files; i++) {
      const sub = last && g.r.next() < 0.2,
        cwd = sub ? last.cwd : g.r.pick(projects),
        id = sub ? last.id : g.r.uuid();
      const dir = path.join(a.out, 'projects', cwd.replace(/\//g, '-')),
        agentId = sub ? g.r.hexDigits(7) : undefined;
      const file = sub ? path.join(dir, id, 'subagents', `agent-${agentId}.jsonl`) : path.join(dir, `${id}.jsonl`);
      const w = writeSession(file, g.session({ sessionId: id, cwd, agentId }), (bytes * weight[i]) / sum);
      total += w.total;
      lines += w.lines;
      if (!sub) last = { id, cwd };
    }
  }
  console.log(JSON.stringify({ out: a.out, files, bytes: total, lines, mean: Math.round(total / lines) }));
}
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
