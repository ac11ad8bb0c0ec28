// Numbers and times as people read them. Pure; everything that depends on the moment takes it as an argument.

const units = [
  { size: 1e9, mark: 'G' },
  { size: 1e6, mark: 'M' },
  { size: 1e3, mark: 'k' },
] as const;

/** Tokens and other big counts in at most three digits: 950, 12.3k, 456k, 1.23M. */
export function formatTokens(count: number): string {
  if (count < 1000) return String(Math.round(count));
  for (const { size, mark } of units) {
    // From 999,500 on, three digits round to "1000k", which is 1M.
    if (count >= size * 0.9995) return `${trimZeros(threeDigits(count / size))}${mark}`;
  }
  return String(Math.round(count));
}

/** Made once: toLocaleString makes one at every call, and a window shows hundreds of counts. */
const grouped = new Intl.NumberFormat('en-US');

/** 12,345: the exact number, for tooltips and small counts. */
export function formatCount(count: number): string {
  return grouped.format(count);
}

/** "1 turn", "3 turns"; the number is grouped by thousands. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Bytes in powers of 1024: 512 B, 1.2 KB, 34 MB. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  for (const mark of ['B', 'KB', 'MB', 'GB']) {
    if (value < 1000)
      return `${mark === 'B' || value >= 9.95 ? Math.round(value) : trimZeros(value.toFixed(1))} ${mark}`;
    value /= 1024;
  }
  return `${trimZeros(value.toFixed(1))} TB`;
}

/** A length of time in microseconds: 0 ms, 420 ms, 3.2 s, 2 m 05 s, 1 h 12 m, 3 d 4 h. */
export function formatDuration(us: number): string {
  const ms = us / 1000;
  if (ms < 0) return `−${formatDuration(-us)}`;
  if (ms < 999.5) return ms > 0 && ms < 1 ? `${trimZeros(ms.toFixed(2))} ms` : `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${trimZeros((ms / 1000).toFixed(1))} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${pad(seconds % 60)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`;
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`;
}

/** How long ago, in one short word that changes at most once a minute: now, 5m, 3h, 2d, 6w, 4mo, 2y. */
export function formatAge(atUs: number, nowMs: number): string {
  const minutes = Math.floor((nowMs - atUs / 1000) / 60_000);
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${minutes}m`;
  if (minutes < 1440) return `${Math.floor(minutes / 60)}h`;
  const days = Math.floor(minutes / 1440);
  if (days < 14) return `${days}d`;
  if (days < 61) return `${Math.floor(days / 7)}w`;
  if (days < 365) return `${Math.floor(days / 30.44)}mo`;
  return `${Math.floor(days / 365.25) || 1}y`;
}

/** The same as words, for titles and screen readers: "5 minutes ago". */
export function describeAge(atUs: number, nowMs: number): string {
  const short = formatAge(atUs, nowMs);
  if (short === 'now') return 'just now';
  const [, digits = '', mark = ''] = /^(\d+)(\w+)$/.exec(short) ?? [];
  const words: Readonly<Record<string, string>> = {
    m: 'minute',
    h: 'hour',
    d: 'day',
    w: 'week',
    mo: 'month',
    y: 'year',
  };
  return `${plural(Number(digits), words[mark] ?? mark)} ago`;
}

/** Local time of day: 14:03:07, with `.123` where asked. */
export function formatTime(us: number, withMs = false): string {
  const date = new Date(us / 1000);
  if (Number.isNaN(date.getTime())) return 'invalid time';
  const text = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  return withMs ? `${text}.${String(date.getMilliseconds()).padStart(3, '0')}` : text;
}

/** Local date and time: 2025-03-09 14:03:07. */
export function formatDateTime(us: number, withMs = false): string {
  const date = new Date(us / 1000);
  if (Number.isNaN(date.getTime())) return 'invalid time';
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${formatTime(us, withMs)}`;
}

/** The last parts of a path, for narrow places: "…/src/main/index.ts". The whole path goes in a title. */
export function shortPath(path: string, parts = 3): string {
  const pieces = path.split(/[\\/]/).filter(piece => piece !== '');
  return pieces.length <= parts ? path : `…/${pieces.slice(-parts).join('/')}`;
}

/** The name of a model without the date that vendors append. The whole name goes in a title. */
export function shortModel(model: string): string {
  const name = model.split('/').at(-1) ?? model;
  return name.replace(/-(\d{8}|\d{4}-\d{2}-\d{2})(?=$|[-:@])/, '').replace(/^claude-/, '');
}

function threeDigits(value: number): string {
  return value.toFixed(value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
