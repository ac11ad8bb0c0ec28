// Answers the addresses of app://ui/ with the built renderer's files and a strict content policy.
// Contract: plain Node; never reads outside the renderer's folder; whatever it does not serve is a 404.

import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';

export const builtOrigin = 'app://ui/';

/** Styles are set inline by Cytoscape and CodeMirror; images of transcripts come as data. Nothing else is let in or out. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'none'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** The file that an app://ui/ address names, from inside `rendererDir` only; 404 for everything else. */
export async function respond(rendererDir: string, request: Request): Promise<Response> {
  const path = request.method === 'GET' ? pathInside(rendererDir, request.url) : undefined;
  const type = path === undefined ? undefined : contentTypes[extname(path)];
  if (path === undefined || type === undefined) return notFound();
  try {
    return new Response(await readFile(path), { headers: headers(type) });
  } catch {
    return notFound();
  }
}

function pathInside(rendererDir: string, address: string): string | undefined {
  if (!address.startsWith(builtOrigin)) return undefined;
  let name: string;
  try {
    name = decodeURIComponent(new URL(address).pathname);
  } catch {
    return undefined;
  }
  if (name.includes('\0') || name.includes('\\')) return undefined;
  const path = normalize(join(rendererDir, name === '/' ? 'index.html' : name));
  return path.startsWith(normalize(rendererDir) + sep) ? path : undefined;
}

function notFound(): Response {
  return new Response('Not found', { status: 404, headers: headers('text/plain; charset=utf-8') });
}

function headers(type: string): Record<string, string> {
  return {
    'content-type': type,
    'content-security-policy': contentPolicy,
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
  };
}
