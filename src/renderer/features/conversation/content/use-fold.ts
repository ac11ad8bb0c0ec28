// What the reader opened or folded, remembered beyond the life of the element: a virtual list unmounts what scrolls away.

import { createContext, useContext, useState } from 'react';

export interface FoldMemory {
  /** Folds that the reader changed, by key; true is open. */
  readonly changed: Map<string, boolean>;
  /** Told before something grows or shrinks because the reader asked for it. */
  readonly onToggle: () => void;
}

/** The memory and the place in it. Without one, folds are remembered as long as their element lives. */
export const FoldContext = createContext<{ readonly memory: FoldMemory | undefined; readonly scope: string }>({
  memory: undefined,
  scope: '',
});

/** Whether the fold named `key` is open in this scope, and a function that turns it. */
export function useFold(key: string, initiallyOpen: boolean): readonly [open: boolean, toggle: () => void] {
  const { memory, scope } = useContext(FoldContext);
  const place = `${scope}/${key}`;
  const [changed, setChanged] = useState(memory?.changed.get(place));
  const open = changed ?? initiallyOpen;
  const toggle = () => {
    memory?.onToggle();
    memory?.changed.set(place, !open);
    setChanged(!open);
  };
  return [open, toggle];
}
