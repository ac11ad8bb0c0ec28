// The token that the server put into the fragment of the page's address (`#token=…`). It is taken out of the address at
// once, so that it is neither seen nor bookmarked, and kept for this tab, so that a reload still works.

const KEY = 'playhead.token';

/** The token of this tab, or null where there is none. Call it before anything reads the place from the fragment. */
export function takeToken(): string | null {
  const { hash, pathname, search } = window.location;
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const params = new URLSearchParams(path.startsWith('/') ? query : path);
  const given = params.get('token');
  if (given === null) return sessionStorage.getItem(KEY);
  sessionStorage.setItem(KEY, given);
  params.delete('token');
  const rest = path.startsWith('/') ? `#${path}${params.size > 0 ? `?${params}` : ''}` : '';
  history.replaceState(null, '', `${pathname}${search}${rest}`);
  return given;
}

/** The token of this tab for requests beside the socket; empty where there is none. */
export function uploadToken(): string {
  return sessionStorage.getItem(KEY) ?? '';
}
