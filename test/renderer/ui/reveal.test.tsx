import { describe, expect, it } from 'vitest';
import { reveal } from '../../../src/renderer/ui/reveal.ts';

/** A list of 500 pixels' height that is scrolled to some place. */
function scrolledTo(scrollTop: number): HTMLElement {
  const element = document.createElement('div');
  Object.defineProperty(element, 'clientHeight', { value: 500 });
  element.scrollTop = scrollTop;
  element.scrollTo = (options?: ScrollToOptions | number) => {
    if (typeof options === 'object') element.scrollTop = options.top ?? 0;
  };
  return element;
}

describe('reveal', () => {
  it.each([
    ['leaves what is visible alone', 1000, 1200, 1000],
    ['leaves what touches the lower edge alone', 1000, 1450, 1000],
    ['scrolls down by as little as it takes', 1000, 1460, 1010],
    ['scrolls up until nothing sticky covers the row', 1000, 1010, 980],
    ['leaves what stands just below the sticky heading alone', 1000, 1030, 1000],
    ['brings what is far away to the middle', 1000, 5000, 4760],
    ['brings what is far above to the middle', 5000, 1000, 760],
    ['stops at the beginning', 3000, 20, 0],
  ])('%s', (_name, scrollTop, top, expected) => {
    const element = scrolledTo(scrollTop);
    reveal(element, { top, height: 50, covered: 30 });
    expect(element.scrollTop).toBe(expected);
  });
});
