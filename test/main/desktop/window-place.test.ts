import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fitPlace, readPlace, writePlace } from '../../../src/main/desktop/window-place.ts';

const LAPTOP = { x: 0, y: 25, width: 1440, height: 875 };
const SCREEN = { x: 1440, y: 0, width: 2560, height: 1440 };
const at = (x: number, y: number, width: number, height: number) => ({
  bounds: { x, y, width, height },
  maximized: false,
});

describe('the place of the window', () => {
  it('is the middle of the first display at first', () => {
    expect(fitPlace(undefined, [SCREEN])).toEqual({ width: 1280, height: 800 });
  });

  it('is never larger than the display', () => {
    expect(fitPlace(undefined, [{ x: 0, y: 0, width: 1024, height: 600 }])).toEqual({ width: 1024, height: 600 });
    expect(fitPlace(at(1500, 10, 4000, 3000), [LAPTOP, SCREEN])).toEqual({ x: 1500, y: 10, width: 2560, height: 1440 });
  });

  it('is where it was, also on the second display', () => {
    expect(fitPlace(at(2000, 100, 1200, 900), [LAPTOP, SCREEN])).toEqual({ x: 2000, y: 100, width: 1200, height: 900 });
  });

  it.each([
    ['on a display that is gone', at(2000, 100, 1200, 900)],
    ['with its title bar above the top', at(100, -300, 1200, 900)],
    ['below the bottom', at(100, 890, 1200, 900)],
    ['with a sliver left in view', at(1400, 100, 1200, 900)],
  ])('is the middle again when it was %s', (_where, saved) => {
    expect(fitPlace(saved, [LAPTOP])).toEqual({ width: 1280, height: 800 });
  });
});

describe('the file that keeps it', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'playhead-place-'));
    file = join(folder, 'deeper', 'window.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('gives back what was written', () => {
    writePlace(file, at(1, 2, 800, 600));
    expect(readPlace(file)).toEqual(at(1, 2, 800, 600));
  });

  it.each(['', '{', '{"bounds":{"x":0,"y":0,"width":0,"height":1},"maximized":false}', '[]'])(
    'is as good as missing when it holds %j',
    text => {
      writeFileSync(join(folder, 'window.json'), text);
      expect(readPlace(join(folder, 'window.json'))).toBeUndefined();
    },
  );

  it('is not worth a failure', () => {
    writeFileSync(join(folder, 'a-file'), '');
    expect(() => writePlace(join(folder, 'a-file', 'window.json'), at(0, 0, 800, 600))).not.toThrow();
  });
});
