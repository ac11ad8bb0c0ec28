import { beforeEach, describe, expect, it, vi } from 'vitest';
import { exchangeToken, serverKey, takeToken } from '../../../src/renderer/platform/token.ts';

beforeEach(() => {
  sessionStorage.clear();
  history.replaceState(null, '', '/');
  vi.unstubAllGlobals();
});

describe('the token in the address', () => {
  it('is taken out of the address, so that nobody bookmarks it', () => {
    history.replaceState(null, '', '/#token=secret');
    expect(takeToken()).toBe('secret');
    expect(window.location.href).not.toContain('secret');
    expect(takeToken()).toBeNull();
  });

  it('leaves the rest of the place in the address', () => {
    history.replaceState(null, '', '/#/session-1/raw?span=a&token=secret');
    expect(takeToken()).toBe('secret');
    expect(window.location.hash).toBe('#/session-1/raw?span=a');
  });
});

describe('the key of the server', () => {
  const answer = (status: number, body: unknown) =>
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(body), { status })));

  it('is kept for this tab, so that a reload knows it', async () => {
    answer(200, { key: 'the key' });
    await exchangeToken('secret');
    expect(serverKey()).toBe('the key');
  });

  it('stays when the token was used already', async () => {
    answer(200, { key: 'the key' });
    await exchangeToken('secret');
    answer(403, { error: { code: 'denied', message: 'used' } });
    await exchangeToken('secret');
    expect(serverKey()).toBe('the key');
  });

  it('is asked for again later when the server is away', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    await expect(exchangeToken('secret')).rejects.toThrow('Failed to fetch');
    expect(serverKey()).toBe('');
  });
});
