// How a page proves that it was given the server's address. The address holds a one-time token in its fragment
// (`#token=…`): it is taken out of the address at once and exchanged for the server's key, which this tab keeps, so that
// a reload, or a server that was started again, still knows it.

const KEY = 'playhead.key';

/** The token in the page's address, taken out of it; null where there is none. Call it before anything reads the place from the fragment. */
export function takeToken(): string | null {
  const { hash, pathname, search } = window.location;
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const params = new URLSearchParams(path.startsWith('/') ? query : path);
  const given = params.get('token');
  if (given === null) return null;
  params.delete('token');
  const rest = path.startsWith('/') ? `#${path}${params.size > 0 ? `?${params}` : ''}` : '';
  history.replaceState(null, '', `${pathname}${search}${rest}`);
  return given;
}

/** Exchanges a token for the server's key and keeps it. Rejects when the server is away; a used token keeps what is there. */
export async function exchangeToken(token: string): Promise<void> {
  const response = await fetch('/token', { method: 'POST', body: token });
  if (!response.ok) return;
  const { key } = (await response.json()) as { key?: unknown };
  if (typeof key === 'string') sessionStorage.setItem(KEY, key);
}

/** The key of this tab; empty where there is none. */
export function serverKey(): string {
  return sessionStorage.getItem(KEY) ?? '';
}
