import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { uploadFile } from '../../../src/renderer/platform/upload.ts';
import { PlayheadError } from '../../../src/shared/base/errors.ts';

/** What jsdom's XMLHttpRequest sends goes to a real server on loopback. */
describe('uploadFile', () => {
  let server: Server;
  let status: number;
  let reply: string;
  let received: { url: string; token: string | string[] | undefined; body: string }[];
  const RealRequest = XMLHttpRequest;

  beforeEach(async () => {
    received = [];
    status = 200;
    reply = JSON.stringify({ sessionIds: ['one', 'two'] });
    server = createServer((request, response) => {
      response.setHeader('access-control-allow-origin', '*');
      response.setHeader('access-control-allow-headers', '*');
      if (request.method === 'OPTIONS') {
        response.end();
        return;
      }
      void readBody(request).then(body => {
        received.push({ url: request.url ?? '', token: request.headers['x-playhead-token'], body });
        response.statusCode = status;
        response.end(reply);
      });
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    // The page's own origin is jsdom's; everything else is as in a browser.
    vi.stubGlobal(
      'XMLHttpRequest',
      class extends RealRequest {
        override open(method: string, url: string) {
          super.open(method, `http://127.0.0.1:${port}${url}`);
        }
      },
    );
    sessionStorage.setItem('playhead.key', 'the key');
  });
  afterEach(async () => {
    vi.unstubAllGlobals();
    await new Promise(resolve => server.close(resolve));
  });

  const file = new File(['{"a":1}\n'], 'a.jsonl');

  it('sends the bytes under the name, with the key, and gives the sessions', async () => {
    await expect(uploadFile(file, 'logs/a b&c.jsonl')).resolves.toEqual(['one', 'two']);
    expect(received).toEqual([{ url: '/upload?name=logs%2Fa%20b%26c.jsonl', token: 'the key', body: '{"a":1}\n' }]);
  });

  it('fails with what the server says', async () => {
    status = 400;
    reply = JSON.stringify({ error: { code: 'bad-input', message: 'a.jsonl holds no session.' } });
    await expect(uploadFile(file, 'a.jsonl')).rejects.toEqual(
      new PlayheadError('bad-input', 'a.jsonl holds no session.'),
    );
  });

  it('fails in words when the server answers something else', async () => {
    status = 502;
    reply = '<html>';
    await expect(uploadFile(file, 'a.jsonl')).rejects.toMatchObject({ code: 'internal', message: /502/ });
  });

  it('is cancelled by its signal', async () => {
    const controller = new AbortController();
    const sent = uploadFile(file, 'a.jsonl', { signal: controller.signal });
    controller.abort();
    await expect(sent).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('refuses what is over the limit before it sends a byte', async () => {
    const huge = { size: 512 * 1024 * 1024 + 1, name: 'huge' } as File;
    await expect(uploadFile(huge, 'huge')).rejects.toMatchObject({ code: 'too-large' });
    expect(received).toEqual([]);
  });
});

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
