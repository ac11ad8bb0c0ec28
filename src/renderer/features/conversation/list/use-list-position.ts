// Where the conversation's list stands: what is rendered, whether its end is followed, what is new below.
//
// Contract: what the reader looks at does not move by itself. The virtual list keeps the first entry in view in place
// when entries above it are measured or arrive; the end is followed only by a reader who is at the end.

import { defaultRangeExtractor, useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { FoldMemory } from '../content/use-fold.ts';
import type { Conversation, ConversationStore } from './conversation-store.ts';
import { END_THRESHOLD, firstPosition, followsAfterScroll, type ScrollPosition } from './follow.ts';
import { byPlace, countUpTo, estimateHeight } from './outline.ts';

const OVERSCAN = 6;

interface ListPositionInput {
  readonly store: ConversationStore;
  readonly conversation: Conversation;
  readonly selectedIndex: number;
  /** The thread is over: it opens at its start. */
  readonly over: boolean;
}

export interface ListPosition {
  readonly scrollRef: RefObject<HTMLDivElement | null>;
  readonly virtualizer: Virtualizer<HTMLDivElement, HTMLDivElement>;
  readonly onScroll: () => void;
  readonly folds: FoldMemory;
  readonly following: boolean;
  /** Entries that came below since the end was last seen. */
  readonly newBelow: number;
  readonly toEnd: () => void;
  /** Brings an entry into view; with 'near' only as far as is needed. */
  readonly reveal: (index: number, how: 'near' | 'center') => void;
}

export function useListPosition({ store, conversation, selectedIndex, over }: ListPositionInput): ListPosition {
  const { entries } = conversation;
  const scrollRef = useRef<HTMLDivElement>(null);
  const [first] = useState(() =>
    firstPosition({ entries, kept: store.position, selectedId: entries[selectedIndex]?.id ?? null, over }),
  );
  const [following, setFollowing] = useState(first.to === 'end');
  /** The last entry that was in view. */
  const [seen, setSeen] = useState(entries.at(-1));
  const lastScroll = useRef<ScrollPosition>({ top: 0, distanceFromEnd: 0 });

  // The same functions as long as the entries are: else every drawing would measure all of them anew.
  const estimateSize = useCallback((index: number) => estimateHeight(entries, index), [entries]);
  const getItemKey = useCallback((index: number) => entries[index]?.id ?? index, [entries]);
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: entries.length,
    getScrollElement: () => scrollRef.current,
    estimateSize,
    getItemKey,
    overscan: OVERSCAN,
    initialMeasurementsCache: store.heights,
    paddingStart: 8,
    paddingEnd: 72,
    scrollPaddingStart: 8,
    scrollPaddingEnd: 24,
    anchorTo: 'end',
    followOnAppend: following,
    // Below zero nothing counts as the end: then what grows in view grows downwards.
    scrollEndThreshold: following ? END_THRESHOLD : -1,
    rangeExtractor: range => {
      const indexes = defaultRangeExtractor(range);
      // The selected entry stays rendered, so that it keeps the focus when it is scrolled away.
      if (selectedIndex < 0 || indexes.includes(selectedIndex)) return indexes;
      return [...indexes, selectedIndex].sort((a, b) => a - b);
    },
    onChange: instance => noteView(instance),
  });
  // What is wholly above the edge is compensated for whichever way the reader scrolls: contents arrive late.
  virtualizer.shouldAdjustScrollPositionOnItemSizeChange = item => item.end <= (virtualizer.scrollOffset ?? 0) + 1;

  const noteView = (instance: Virtualizer<HTMLDivElement, HTMLDivElement>) => {
    const { range } = instance;
    if (!range) return;
    store.show({ first: range.startIndex, last: range.endIndex });
    const last = entries[range.endIndex];
    if (last && (!seen || byPlace(last, seen) > 0)) setSeen(last);
  };

  const readScroll = useCallback((): ScrollPosition | undefined => {
    const element = scrollRef.current;
    if (!element) return undefined;
    const top = element.scrollTop;
    return { top, distanceFromEnd: element.scrollHeight - element.clientHeight - top };
  }, []);

  const onScroll = () => {
    const now = readScroll();
    if (!now) return;
    setFollowing(followsAfterScroll(following, lastScroll.current, now));
    lastScroll.current = now;
    keepPosition(now);
  };

  const keepPosition = (now: ScrollPosition) => {
    const item = virtualizer.getVirtualItemForOffset(now.top);
    const entryId = item === undefined ? undefined : entries[item.index]?.id;
    if (item === undefined || entryId === undefined) return;
    store.position = {
      entryId,
      above: now.top - item.start,
      atEnd: now.distanceFromEnd <= END_THRESHOLD,
      selectedId: entries[selectedIndex]?.id ?? null,
    };
  };

  const folds = useMemo<FoldMemory>(
    () => ({
      changed: store.folds,
      onToggle: () => {
        setFollowing(false);
        // Once what was opened has its height: a reader who still sees the end goes on following it.
        requestAnimationFrame(() =>
          requestAnimationFrame(() => {
            const now = readScroll();
            if (now && now.distanceFromEnd <= END_THRESHOLD) setFollowing(true);
          }),
        );
      },
    }),
    [store, readScroll],
  );

  const toEnd = () => {
    setFollowing(true);
    virtualizer.scrollToEnd();
  };

  const reveal = (index: number, how: 'near' | 'center') => {
    const element = scrollRef.current;
    const item = virtualizer.measurementsCache[index];
    if (!element || !item) return;
    const { scrollTop: top, clientHeight: height } = element;
    if (item.start >= top && item.end <= top + height) return;
    if (index < entries.length - 1) setFollowing(false);
    const tall = item.size > height - 40;
    virtualizer.scrollToIndex(index, { align: tall ? 'start' : how === 'near' ? 'auto' : 'center' });
  };

  useLayoutEffect(
    () => () => {
      store.heights = virtualizer.takeSnapshot();
    },
    [store, virtualizer],
  );

  useLayoutEffect(() => {
    if (first.to === 'end') virtualizer.scrollToEnd();
    else if (first.to === 'entry') virtualizer.scrollToIndex(first.index, { align: 'center' });
    else if (first.to === 'kept') {
      const start = virtualizer.getOffsetForIndex(first.index, 'start')?.[0] ?? 0;
      virtualizer.scrollToOffset(start + virtualizer.options.scrollPaddingStart + first.above);
    }
    // Once, when the list appears.
    // oxlint-disable-next-line react/exhaustive-deps
  }, []);

  // The range is known after the list has a size; contents of what is in view are asked for then.
  useLayoutEffect(() => noteView(virtualizer));

  return {
    scrollRef,
    virtualizer,
    onScroll,
    folds,
    following,
    newBelow: following || !seen ? 0 : entries.length - countUpTo(entries, seen),
    toEnd,
    reveal,
  };
}
