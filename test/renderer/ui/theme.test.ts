import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync('src/renderer/ui/theme.css', 'utf8');

/** A token as [light, dark]. */
function token(name: string): readonly [string, string] {
  const value = new RegExp(`--${name}:\\s*([^;]+);`).exec(css)?.[1]?.trim() ?? '';
  const pair = /^light-dark\((#\w+), (#\w+)\)$/.exec(value);
  return pair ? [pair[1] ?? '', pair[2] ?? ''] : [value, value];
}

/** WCAG 2.1, relative luminance and contrast ratio. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map(at => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

const grounds = ['ground', 'ground-panel', 'ground-raised', 'ground-sunken'];
const kinds = ['orchestrator', 'agent', 'llm', 'tool', 'phase'];
const pairs = [
  ...['text', 'text-muted', 'text-faint', 'accent', 'good', 'warn', 'bad'].flatMap(ink =>
    grounds.map(ground => [ink, ground]),
  ),
  ...['text', 'text-muted', 'accent'].map(ink => [ink, 'ground-selected']),
  ...['text', 'text-muted'].map(ink => [ink, 'ground-selected-quiet']),
  ...['good', 'warn', 'bad'].map(ink => [ink, `${ink}-ground`]),
  ...['warn-ground', 'bad-ground', 'good-ground', 'added-ground', 'removed-ground'].map(ground => ['text', ground]),
  ...kinds.flatMap(kind => ['ground', 'ground-panel', `kind-${kind}-ground`].map(g => [`kind-${kind}-ink`, g])),
  ['text-on-accent', 'accent-ground'],
  ['text-on-accent', 'accent-ground-hover'],
] as [string, string][];

describe('the theme', () => {
  it.each(pairs)('has %s readable on %s in light and dark', (ink, ground) => {
    const [lightInk, darkInk] = token(ink);
    const [lightGround, darkGround] = token(ground);
    expect(contrast(lightInk, lightGround)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(darkInk, darkGround)).toBeGreaterThanOrEqual(4.5);
  });
});
