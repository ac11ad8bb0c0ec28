import { symlinkSync } from 'node:fs';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { PlayheadError } from '../../../src/shared/base/errors.ts';
import { type Answer, startTestServer, type TestServer } from './running-server.ts';

function expectSafe({ headers }: Pick<Answer, 'headers'>): void {
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  expect(headers['content-security-policy']).not.toMatch(/script-src[^;]*unsafe/);
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['referrer-policy']).toBe('no-referrer');
  expect(headers['cross-origin-resource-policy']).toBe('same-origin');
  expect(headers['access-control-allow-origin']).toBeUndefined();
}

describe('the loopback server', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer();
    symlinkSync(`${server.folder}/secret.txt`, `${server.folder}/data/link.txt`);
  });
  afterAll(() => server.close());

  it('listens on 127.0.0.1 only', async () => {
    const other = connect(server.port, '127.0.0.2');
    const [error] = (await once(other, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });

  it('serves the page, fresh each time, and what it is built of, for good', async () => {
    const page = await server.ask({});
    expect(page).toMatchObject({ status: 200, text: '<!doctype html><title>Playhead</title>' });
    expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    const script = await server.ask({ path: '/assets/app-1a2b.js' });
    expect(script).toMatchObject({ status: 200, text: 'export {};' });
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(script.headers['cache-control']).toContain('immutable');
    expect(await server.ask({ path: '/index.html?x=1' })).toMatchObject({ status: 200 });
  });

  it('answers HEAD without the body', async () => {
    const head = await server.ask({ method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, text: '' });
    expect(head.headers['content-length']).toBe('38');
  });

  it.each([
    ['out of its folder', '/../secret.txt'],
    ['out of it, in escapes', '/%2e%2e/secret.txt'],
    ['out of it, with an escaped slash', '/..%2fsecret.txt'],
    ['out of it, all escaped', '/%2e%2e%2fsecret.txt'],
    ['out of it, escaped twice', '/%252e%252e%252fsecret.txt'],
    ['out of it, with backslashes', '/..\\secret.txt'],
    ['out of it, with escaped backslashes', '/..%5csecret.txt'],
    ['out of a folder inside', '/assets/../../secret.txt'],
    ['out of a folder inside, in escapes', '/assets/..%2f..%2fsecret.txt'],
    ['to a neighbour with the same beginning', '/..%2frenderer-old/index.html'],
    ['to the system', '//etc/passwd'],
    ['to an absolute path', '/%2fetc%2fpasswd'],
    ['to a folder', '/assets'],
    ['to a folder with a slash', '/assets/'],
    ['with a NUL', '/index.html%00.png'],
    ['with broken escapes', '/%E0%A4%A'],
    ['to a file that is not there', '/nothing.js'],
    ['to the socket, without asking for one', '/ws'],
    ['to the token', '/token'],
  ])('serves nothing %s', async (_what, path) => {
    const answer = await server.ask({ path });
    expect(answer).toMatchObject({ status: 404, text: 'Not found.' });
    expectSafe(answer);
  });

  it.each([
    ['another site, pointed here', 'evil.example'],
    ['another site with the port', 'evil.example:PORT'],
    ['a name that begins like ours', '127.0.0.1.evil.example:PORT'],
    ['another port', '127.0.0.1:1'],
    ['no port', '127.0.0.1'],
    ['another way to write the address', '127.1:PORT'],
    ['an address in the network', '192.168.0.7:PORT'],
    ['a user before it', 'me@127.0.0.1:PORT'],
  ])('does not answer to %s as its name', async (_what, name) => {
    const host = name.replace('PORT', String(server.port));
    for (const [method, path] of [
      ['GET', '/'],
      ['POST', '/token'],
    ] as const) {
      const answer = await server.ask({ method, path, headers: { host, origin: `http://${host}` } });
      expect(answer.status).toBe(421);
      expect(answer.text).not.toContain('Playhead</title>');
      expectSafe(answer);
    }
  });

  it('answers to localhost too', async () => {
    expect(await server.ask({ headers: { host: `localhost:${server.port}` } })).toMatchObject({ status: 200 });
  });

  it.each([
    ['no origin', {}],
    ['another site', { origin: 'https://evil.example' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['our name over another protocol', { origin: 'https://127.0.0.1:PORT' }],
    ['the other one of our names', { origin: 'http://localhost:PORT' }],
  ])('takes nothing from %s', async (_who, given: { origin?: string }) => {
    const headers = given.origin === undefined ? {} : { origin: given.origin.replace('PORT', String(server.port)) };
    const token = server.access.issueToken();
    for (const path of ['/token', '/upload?name=a.jsonl', '/other']) {
      const answer = await server.ask({
        method: 'POST',
        path,
        headers: { ...headers, 'x-playhead-token': server.key },
        body: token,
      });
      expect(answer.status).toBe(403);
      expectSafe(answer);
    }
    expect(server.access.exchange(token)).toBe(server.key);
  });

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('knows no %s, and says what it knows', async method => {
    const answer = await server.askAsPage({ method, path: '/upload' });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD, POST');
    expectSafe(answer);
  });

  it('knows no other address to send to', async () => {
    const answer = await server.askAsPage({ method: 'POST', path: '/', body: 'x' });
    expect(answer.status).toBe(404);
    expectSafe(answer);
  });

  it('goes on after targets and requests that are none', async () => {
    const host = `Host: 127.0.0.1:${server.port}\r\n`;
    const upgrade =
      'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n';
    const requests: [string, number][] = [
      [`GET // HTTP/1.1\r\n${host}Connection: close\r\n\r\n`, 400],
      [`GET http:// HTTP/1.1\r\n${host}Connection: close\r\n\r\n`, 400],
      [`GET // HTTP/1.1\r\n${host}${upgrade}\r\n`, 400],
      [`GET http://a:b:c/ws HTTP/1.1\r\n${host}${upgrade}\r\n`, 400],
      ['nonsense\r\n\r\n', 400],
      ['GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
      ['GET / HTTP/1.0\r\n\r\n', 421],
    ];
    for (const [bytes, status] of requests) {
      const text = await server.sendRaw(bytes);
      expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    }
    expect(await server.ask({})).toMatchObject({ status: 200 });
  });

  it('says that a port is in use in one sentence', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    const failed = startTestServer({ port });
    await expect(failed).rejects.toMatchObject({ code: 'conflict' });
    await expect(failed).rejects.toThrow(new RegExp(`^Port ${port} is in use on 127\\.0\\.0\\.1\\.[^\\n]*--port`));
    holder.close();
  });

  describe('an address', () => {
    const exchange = (body: string) => server.askAsPage({ method: 'POST', path: '/token', body });

    it('opens one page, once', async () => {
      const token = server.access.issueToken();
      const first = await exchange(token);
      expect(first.status).toBe(200);
      expect(JSON.parse(first.text)).toEqual({ key: server.key });
      expect(first.headers['cache-control']).toBe('no-store');
      const second = await exchange(token);
      expect(second.status).toBe(401);
      expect(JSON.parse(second.text)).toMatchObject({ error: { code: 'denied' } });
      expectSafe(second);
    });

    it.each([[''], ['x'.repeat(32)], ['key']])('is not guessed: %j', async token => {
      expect((await exchange(token === 'key' ? server.key : token)).status).toBe(401);
    });

    it('is short', async () => {
      const answer = await exchange('x'.repeat(100_000));
      expect(answer.status).toBe(413);
      expect(JSON.parse(answer.text)).toMatchObject({ error: { code: 'too-large' } });
    });
  });

  describe('the socket', () => {
    /** Gives the status that refused it, or 101. */
    function open(path: string, headers: Record<string, string>): Promise<{ status: number; socket: WebSocket }> {
      return new Promise((resolve, reject) => {
        const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers });
        socket.on('open', () => resolve({ status: 101, socket }));
        socket.on('unexpected-response', (_request, response) => {
          expectSafe(response);
          resolve({ status: response.statusCode ?? 0, socket });
        });
        socket.on('error', reject);
      });
    }

    const ours = () => ({ origin: server.origin });

    it('opens for a page with the key', async () => {
      const before = server.transports.length;
      const { status, socket } = await open(`/ws?token=${server.key}`, ours());
      expect(status).toBe(101);
      await vi.waitFor(() => expect(server.transports).toHaveLength(before + 1));
      socket.terminate();
    });

    it.each([
      ['without a key', () => ['/ws', ours(), 401]],
      ['with a wrong one', () => [`/ws?token=${'x'.repeat(32)}`, ours(), 401]],
      ['with a token that was not exchanged', () => [`/ws?token=${server.access.issueToken()}`, ours(), 401]],
      ['with a longer one', () => [`/ws?token=${server.key}x`, ours(), 401]],
      ['at another address', () => [`/socket?token=${server.key}`, ours(), 404]],
      ['from another site', () => [`/ws?token=${server.key}`, { origin: 'https://evil.example' }, 403]],
      ['from nowhere', () => [`/ws?token=${server.key}`, {}, 403]],
      [
        'under another name',
        () => [`/ws?token=${server.key}`, { host: 'evil.example', origin: 'http://evil.example' }, 421],
      ],
    ] as const)('is refused %s', async (_how, given) => {
      const before = server.transports.length;
      const [path, headers, status] = given() as unknown as [string, Record<string, string>, number];
      expect((await open(path, headers)).status).toBe(status);
      expect(server.transports).toHaveLength(before);
    });

    it('ends with a window that sends more than a frame may hold, and the server goes on', async () => {
      const { socket } = await open(`/ws?token=${server.key}`, ours());
      socket.on('error', () => undefined);
      socket.send('x'.repeat(5 * 1024 * 1024));
      const [code] = (await once(socket, 'close')) as [number];
      expect(code).toBe(1009);
      expect(await server.ask({})).toMatchObject({ status: 200 });
    });

    it('does not hear what is not text', async () => {
      const { socket } = await open(`/ws?token=${server.key}`, ours());
      await vi.waitFor(() => expect(server.transports.length).toBeGreaterThan(0));
      const heard: string[] = [];
      server.transports.at(-1)?.onText(text => heard.push(text));
      socket.send(Buffer.from('bytes'));
      socket.send('text');
      await vi.waitFor(() => expect(heard).toEqual(['text']));
      socket.terminate();
    });

    it('drops what is sent after its end', async () => {
      const { socket } = await open(`/ws?token=${server.key}`, ours());
      const transport = server.transports.at(-1);
      let ends = 0;
      transport?.onClose(() => (ends += 1));
      socket.terminate();
      await vi.waitFor(() => expect(ends).toBe(1));
      expect(() => transport?.send('too late')).not.toThrow();
    });
  });
});

describe('a window that does not read', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer({ maxBufferedBytes: 1024 * 1024 });
  });
  afterEach(() => server.close());

  it('loses its connection before what waits for it fills the memory; one that reads does not', async () => {
    const open = async () => {
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws?token=${server.key}`, { origin: server.origin });
      await once(socket, 'open');
      return socket;
    };
    const reading = await open();
    let read = 0;
    reading.on('message', () => (read += 1));
    const silent = await open();
    await vi.waitFor(() => expect(server.transports).toHaveLength(2));
    silent.pause();
    const [toReading, toSilent] = server.transports;
    let lost = false;
    toSilent?.onClose(() => (lost = true));
    const text = 'x'.repeat(256 * 1024);
    let sent = 0;
    while (!lost && sent < 1000) {
      toSilent?.send(text);
      toReading?.send(text);
      sent += 1;
      await new Promise(resolve => setTimeout(resolve, 1));
    }
    expect(lost).toBe(true);
    // What the system itself buffers for a socket comes on top of the limit.
    expect(sent).toBeLessThan(100);
    await vi.waitFor(() => expect(read).toBe(sent));
    reading.terminate();
    silent.terminate();
  });
});

describe('an error of ours', () => {
  it.each([
    ['a defect', new TypeError('x is not a function'), 500, 'internal'],
    ['a file that nobody can read', new PlayheadError('bad-input', 'Nothing in it is known.'), 400, 'bad-input'],
  ])('while a file is opened is told as JSON: %s', async (_what, error, status, code) => {
    const server = await startTestServer({ onUpload: () => Promise.reject(error) });
    const answer = await server.askAsPage({
      method: 'POST',
      path: '/upload?name=a.jsonl',
      headers: { 'x-playhead-token': server.key },
      body: '{}\n',
    });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toEqual({ error: { code, message: error.message } });
    expectSafe(answer);
    await server.close();
  });
});
