// Amounts as people say them: sizes, tokens, times.

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** 512 B, 1.7 MB; thousands, as file managers count. */
export function formatBytes(bytes: number): string {
  return scaled(bytes, UNITS);
}

/** 950, 12.3k, 1.2M. */
export function formatCount(count: number): string {
  return scaled(count, ['', 'k', 'M', 'G', 'T']).replace(' ', '');
}

function scaled(value: number, units: readonly string[]): string {
  let rest = value;
  let unit = 0;
  // 999.95 would be shown as 1000.
  while (rest >= (unit === 0 ? 1000 : 999.95) && unit < units.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? rest : rest.toFixed(1)} ${units[unit]}`.trimEnd();
}

const STEPS = [
  ['y', 31_557_600],
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
] as const;

/** How long ago: now, 5 min ago, 3 h ago, 12 d ago. A time to come is now: clocks differ. */
export function formatAge(us: number, nowMs: number): string {
  const seconds = nowMs / 1000 - us / 1e6;
  for (const [unit, size] of STEPS) if (seconds >= size) return `${Math.floor(seconds / size)} ${unit} ago`;
  return 'now';
}

/** 40 ms, 1.2 s, 3 min 5 s, 2 h 10 min. */
export function formatDuration(us: number): string {
  const seconds = us / 1e6;
  if (seconds < 1) return `${Math.round(us / 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return pair(Math.floor(whole / 60), 'min', whole % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(seconds / 3600);
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
