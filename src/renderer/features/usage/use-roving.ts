import { type KeyboardEvent, useState } from 'react';

interface Roving {
  /** The one that Tab comes to. */
  readonly active: number;
  /** For each mark: moves on, or runs `choose` on Enter and Space. */
  readonly onKeyDown: (event: KeyboardEvent<SVGElement>, choose: () => void) => void;
  readonly onFocus: (index: number) => void;
}

/**
 * Marks of a drawing as one stop of the Tab key: arrows move by `steps`, Home and End to the ends. Marks carry their
 * place in `data-index` and are focused there.
 */
export function useRoving(count: number, first: number, steps: Readonly<Record<string, number>>): Roving {
  const [chosen, setChosen] = useState<number | null>(null);
  const active = Math.min(chosen ?? first, count - 1);
  const onKeyDown = (event: KeyboardEvent<SVGElement>, choose: () => void) => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      choose();
      return;
    }
    const step = Object.hasOwn(steps, event.key) ? steps[event.key] : undefined;
    const to =
      event.key === 'Home' ? 0 : event.key === 'End' ? count - 1 : step === undefined ? undefined : active + step;
    if (to === undefined || to < 0 || to >= count) return;
    event.preventDefault();
    setChosen(to);
    event.currentTarget.ownerSVGElement?.querySelector<SVGElement>(`[data-index="${to}"]`)?.focus();
  };
  return { active, onKeyDown, onFocus: setChosen };
}
