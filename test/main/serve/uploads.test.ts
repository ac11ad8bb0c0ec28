import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startHttpServer } from '../../../src/main/serve/http-server.ts';
import { PlayheadError } from '../../../src/shared/base/errors.ts';
import { fixturesDir } from '../../builders/corpus.ts';
import { type RecordedCore, startRecordedCore } from '../../contract/recorded-core.ts';
import { startTestServer, type TestServer } from './running-server.ts';

const LIMIT = 100_000;

let server: TestServer;
let opened: string[];
let onUpload: (path: string) => Promise<readonly string[]>;

beforeEach(async () => {
  opened = [];
  onUpload = async path => [`session of ${opened.push(path)}`];
  server = await startTestServer({ maxUploadBytes: LIMIT, onUpload: path => onUpload(path) });
});
afterEach(() => server.close());

const uploads = () => join(server.dataDir, 'uploads');

/** Every file below the folder of uploads, without the folder that is named by the content. */
function kept(): string[] {
  if (!existsSync(uploads())) return [];
  return readdirSync(uploads(), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(uploads(), join(entry.parentPath, entry.name)))
    .map(path => path.replace(/^[0-9a-f]{32}\//, ''))
    .toSorted();
}

function upload(
  name: string,
  body: string | Buffer,
  headers: Record<string, string> = { 'x-playhead-token': server.key },
) {
  return server.askAsPage({ method: 'POST', path: `/upload?name=${encodeURIComponent(name)}`, headers, body });
}

describe('a file that is handed over', () => {
  it('is kept byte for byte, for its owner only, and opened', async () => {
    const log = readFileSync(join(fixturesDir, 'claude-code/recordings/irrlicht-2.1.143-interrupt.jsonl'));
    const answer = await upload('interrupt.jsonl', log);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ sessionIds: ['session of 1'] });
    expect(kept()).toEqual(['interrupt.jsonl']);
    expect(readFileSync(opened[0] ?? '').equals(log)).toBe(true);
    expect(statSync(opened[0] ?? '').mode & 0o777).toBe(0o600);
    expect(statSync(uploads()).mode & 0o777).toBe(0o700);
  });

  it('may be empty', async () => {
    expect((await upload('empty.jsonl', '')).status).toBe(200);
    expect(statSync(opened[0] ?? '').size).toBe(0);
  });

  it.each([
    ['folders, which it keeps', 'logs/today/a.jsonl', 'logs/today/a.jsonl'],
    ['a way up, which it loses', '../../../etc/cron.d/job', 'etc/cron.d/job'],
    ['a way up with backslashes', '..\\..\\a.jsonl', 'a.jsonl'],
    ['an absolute path', '/etc/passwd', 'etc/passwd'],
    ['a drive', 'C:\\logs\\a.jsonl', 'C_/logs/a.jsonl'],
    ['points only in places', './a/./b.jsonl', 'a/b.jsonl'],
    ['control characters', 'a\u0000b\nc\u001b[31m.jsonl', 'a_b_c_[31m.jsonl'],
    ['what Windows does not take', 'a<b>c:d"e|f?g*.jsonl', 'a_b_c_d_e_f_g_.jsonl'],
    ['a point at the end', 'a.jsonl.', 'a.jsonl_'],
    ['other scripts', '日誌 🛫.jsonl', '日誌 🛫.jsonl'],
  ])('may have a name with %s', async (_what, name, path) => {
    expect((await upload(name, 'x')).status).toBe(200);
    expect(kept()).toEqual([path]);
    expect(opened[0]?.startsWith(`${uploads()}/`)).toBe(true);
  });

  it.each([
    ['Latin letters', `${'long'.repeat(200)}.jsonl`],
    ['three bytes a letter', `${'漢字'.repeat(200)}.jsonl`],
    ['four bytes a letter', `${'🛫'.repeat(200)}.jsonl`],
  ])('may have a very long name in %s; its end stays', async (_what, name) => {
    expect((await upload(name, 'x')).status).toBe(200);
    const [path = ''] = kept();
    expect(Buffer.byteLength(path)).toBeLessThanOrEqual(200);
    expect(name.endsWith(path)).toBe(true);
  });

  it.each([[''], ['.'], ['..'], ['///'], ['a/b/c/d/e/f/g/h/i']])('is refused under the name %j', async name => {
    const answer = await upload(name, 'x');
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code: 'bad-input' } });
    expect(kept()).toEqual([]);
  });

  it.each([
    ['no key', {}],
    ['a wrong key', { 'x-playhead-token': 'x'.repeat(32) }],
  ])('is refused with %s', async (_what, headers: Record<string, string>) => {
    const answer = await upload('a.jsonl', 'x'.repeat(50_000), headers);
    expect(answer.status).toBe(401);
    expect(kept()).toEqual([]);
    expect(opened).toEqual([]);
  });

  it('is the same file when the same bytes come again, whatever they are called then', async () => {
    await upload('first.jsonl', 'the same');
    await upload('first.jsonl', 'the same');
    await upload('second.jsonl', 'the same');
    await upload('first.jsonl', 'not the same');
    expect(kept()).toEqual(['first.jsonl', 'first.jsonl']);
    expect(new Set(opened.slice(0, 3)).size).toBe(1);
    expect(opened[3]).not.toBe(opened[0]);
  });

  it('is kept once when it comes twice at the same time', async () => {
    const body = 'x'.repeat(90_000);
    const answers = await Promise.all([upload('a.jsonl', body), upload('a.jsonl', body), upload('b.jsonl', body)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(kept()).toHaveLength(1);
    expect(new Set(opened).size).toBe(1);
  });
});

describe('a file that is too large', () => {
  /** A request by hand: its body is written in pieces, or never, and its answer may come before its end. */
  async function begin(header: string, target = server) {
    const socket = connect(target.port, '127.0.0.1');
    await once(socket, 'connect');
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    const heads = [`Host: 127.0.0.1:${target.port}`, `Origin: ${target.origin}`, `X-Playhead-Token: ${target.key}`];
    socket.write(`POST /upload?name=big.jsonl HTTP/1.1\r\n${[...heads, header].join('\r\n')}\r\n\r\n`);
    return { socket, answer: () => text };
  }

  it('is refused by the length that it announces, before any of it is sent', async () => {
    const { socket, answer } = await begin(`Content-Length: ${LIMIT + 1}`);
    await vi.waitFor(() => expect(answer()).toMatch(/^HTTP\/1\.1 413 [^]*"code":"too-large"/));
    expect(kept()).toEqual([]);
    socket.destroy();
  });

  it('is refused by the length that it has, where it announces none, and its sender can send to the end', async () => {
    const { socket, answer } = await begin('Transfer-Encoding: chunked');
    const piece = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
    for (let sent = 0; sent < 64; sent += 1) if (!socket.write(piece)) await once(socket, 'drain');
    socket.write('0\r\n\r\n');
    await vi.waitFor(() => expect(answer()).toMatch(/^HTTP\/1\.1 413 [^]*"code":"too-large"/));
    expect(kept()).toEqual([]);
    expect(opened).toEqual([]);
    socket.destroy();
  });

  it('has more than 512 MB where no other limit is set', async () => {
    const usual = await startTestServer();
    const allowed = await begin(`Content-Length: ${512 * 1024 * 1024}`, usual);
    const refused = await begin(`Content-Length: ${512 * 1024 * 1024 + 1}`, usual);
    await vi.waitFor(() => expect(refused.answer()).toMatch(/^HTTP\/1\.1 413 [^]*big\.jsonl is over 512 MB\./));
    expect(allowed.answer()).toBe('');
    for (const { socket } of [allowed, refused]) socket.destroy();
    await usual.close();
  });

  it('is taken up to the limit', async () => {
    expect((await upload('just.jsonl', 'x'.repeat(LIMIT))).status).toBe(200);
  });
});

describe('a file that breaks off half way', () => {
  it('leaves nothing', async () => {
    const request = httpRequest({
      host: '127.0.0.1',
      port: server.port,
      method: 'POST',
      path: '/upload?name=half.jsonl',
      headers: { origin: server.origin, 'x-playhead-token': server.key, 'content-length': '90000' },
    });
    request.on('error', () => undefined);
    request.write('x'.repeat(40_000));
    await vi.waitFor(() => expect(kept()).toHaveLength(1));
    expect(kept()[0]).toMatch(/\.part$/);
    request.destroy();
    await vi.waitFor(() => expect(kept()).toEqual([]));
    expect(opened).toEqual([]);
    expect((await server.ask({})).status).toBe(200);
  });

  it('leaves nothing after the next start, where the process broke off too', async () => {
    mkdirSync(join(uploads(), 'a'.repeat(32)), { recursive: true });
    writeFileSync(join(uploads(), '0123456789abcdef.part'), 'half');
    writeFileSync(join(uploads(), 'a'.repeat(32), 'my.part'), 'a file of that name');
    const { access, dataDir, folder } = server;
    const again = await startHttpServer({
      port: 0,
      access,
      dataDir,
      rendererDir: folder,
      onTransport: () => undefined,
      onUpload: async () => [],
    });
    expect(kept()).toEqual(['my.part']);
    await again.close();
  });
});

describe('a file that cannot be opened', () => {
  beforeEach(() => {
    onUpload = path => Promise.reject(new PlayheadError('bad-input', `Nothing in ${path} is known.`));
  });

  it('leaves nothing, and its sender is told by the name that it gave', async () => {
    const answer = await upload('logs/diary.txt', 'Dear diary');
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toEqual({
      error: { code: 'bad-input', message: 'Nothing in logs/diary.txt is known.' },
    });
    expect(readdirSync(uploads())).toEqual([]);
  });

  it('leaves what was there before', async () => {
    onUpload = async () => ['fine'];
    await upload('a.jsonl', 'the same');
    onUpload = () => Promise.reject(new PlayheadError('internal', 'a bad moment'));
    expect((await upload('a.jsonl', 'the same')).status).toBe(500);
    expect(kept()).toEqual(['a.jsonl']);
  });
});

describe('files handed over to the real core', () => {
  let core: RecordedCore;

  beforeEach(async () => {
    core = await startRecordedCore([], () => []);
    onUpload = async path => {
      const session = await core.app.open({ files: [path] });
      return session === undefined ? [] : [session];
    };
  });
  afterEach(() => core.dispose());

  it('give one session for the same content twice, and another for other content', async () => {
    const recording = (name: string) => readFileSync(join(fixturesDir, 'claude-code/recordings', name));
    const ids: string[] = [];
    for (const name of [
      'irrlicht-2.1.143-interrupt.jsonl',
      'irrlicht-2.1.143-interrupt.jsonl',
      'irrlicht-2.1.143-queued.jsonl',
    ]) {
      const answer = await upload(name, recording(name));
      expect(answer.status).toBe(200);
      ids.push(...(JSON.parse(answer.text) as { sessionIds: string[] }).sessionIds);
    }
    expect(ids).toHaveLength(3);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
    const report = await core.app.report(10);
    expect(report).toMatchObject({ files: 2, lines: 30, sessions: 2, skippedCount: 0 });
  });

  it('leave neither file nor source when nobody can read them', async () => {
    const answer = await upload('diary.jsonl', 'Dear diary,\ntoday I went to the sea.\n');
    expect(answer.status).toBe(400);
    const { error } = JSON.parse(answer.text) as { error: { code: string; message: string } };
    expect(error.code).toBe('bad-input');
    expect(error.message).toMatch(/^Nothing in diary\.jsonl is in a format that Playhead knows\./);
    expect(readdirSync(uploads())).toEqual([]);
    expect(await core.app.sourceIds()).toEqual([]);
  });
});
