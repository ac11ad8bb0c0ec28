// The window: sessions on the left, one session in the middle, the inspector on the right, a bar above all.

import { lazy, Suspense, useRef, useState } from 'react';
import { DropZone, OpenStatus } from './features/open/index.tsx';
import { SearchScreen } from './features/search/index.tsx';
import { SessionPanel } from './features/sessions/index.tsx';
import { Banners, Centre, ShortcutsDialog, useStart, useWindowWidth } from './features/shell/index.tsx';
import { SourcesDialog } from './features/sources/index.tsx';
import { TopBar } from './features/top-bar/index.tsx';
import { usePlace } from './state/place.ts';
import { useShortcuts } from './state/shortcuts.ts';
import { isBoolean, isNumber, useStored } from './state/stored.ts';
import { Skeleton } from './ui/skeleton.tsx';
import { Splitter } from './ui/splitter.tsx';
import './app.css';

const Inspector = lazy(async () => ({ default: (await import('./features/inspector/index.tsx')).Inspector }));

const LEFT = { initial: 320, min: 240, max: 520 };
const RIGHT = { initial: 360, min: 280, max: 760 };
/** What the middle keeps at least, in pixels. */
const CENTRE_MIN = 400;

export function App() {
  const { place, go } = usePlace();
  const [leftOpen, setLeftOpen] = useStored('left-open', true, isBoolean);
  const [rightOpen, setRightOpen] = useStored('right-open', true, isBoolean);
  const [openAsked, setOpenAsked] = useState(0);
  const centre = useRef<HTMLElement>(null);
  const hasRight = place.sessionId !== null && place.screen !== 'welcome' && place.screen !== 'usage';
  const panels = usePanelWidths(leftOpen, rightOpen && hasRight);
  useShortcuts({
    '1': () => go({ view: 'graph' }),
    '2': () => go({ view: 'conversation' }),
    '3': () => go({ view: 'raw' }),
    '[': () => setLeftOpen(!leftOpen),
    ']': () => setRightOpen(!rightOpen),
    '?': () => go({ screen: 'shortcuts' }),
    o: () => setOpenAsked(openAsked + 1),
    s: () => go({ screen: 'sources' }),
    u: () => go({ screen: place.screen === 'usage' ? null : 'usage' }),
    Escape: () => go(place.screen === 'usage' ? { screen: null } : { spanId: null, eventId: null }),
  });
  return (
    <div className="app">
      <Start />
      <button type="button" className="app-skip" onClick={() => centre.current?.focus()}>
        Skip to the session
      </button>
      <TopBar
        leftOpen={leftOpen}
        rightOpen={rightOpen}
        hasRight={hasRight}
        onLeft={() => setLeftOpen(!leftOpen)}
        onRight={() => setRightOpen(!rightOpen)}
        openAsked={openAsked}
      />
      <Banners />
      <div className="app-panels">
        {leftOpen && (
          <>
            <nav className="app-left" style={{ width: panels.left.size }} aria-label="Sessions">
              <SessionPanel />
            </nav>
            <Splitter panel="left" label="Width of the session list" {...panels.left} />
          </>
        )}
        <main className="app-centre" ref={centre} tabIndex={-1}>
          <Centre />
        </main>
        {rightOpen && hasRight && (
          <>
            <Splitter panel="right" label="Width of the inspector" {...panels.right} />
            <aside className="app-right" style={{ width: panels.right.size }} aria-label="Inspector">
              <Suspense fallback={<Skeleton rows={6} label="Loading the inspector" />}>
                <Inspector />
              </Suspense>
            </aside>
          </>
        )}
      </div>
      <SearchScreen />
      <SourcesDialog />
      <ShortcutsDialog />
      <OpenStatus />
      <DropZone />
    </div>
  );
}

/** A part of its own: it hears of every change of every session, and the window is not drawn again for that. */
function Start() {
  useStart();
  return null;
}

/** The remembered widths, cut to what the window has room for. */
function usePanelWidths(leftOpen: boolean, rightOpen: boolean) {
  const width = useWindowWidth();
  const [left, setLeft] = useStored('left-width', LEFT.initial, isNumber);
  const [right, setRight] = useStored('right-width', RIGHT.initial, isNumber);
  const room = width - CENTRE_MIN;
  const rightMax = Math.max(RIGHT.min, Math.min(RIGHT.max, room - (leftOpen ? LEFT.min : 0)));
  const rightSize = Math.min(right, rightMax);
  const leftMax = Math.max(LEFT.min, Math.min(LEFT.max, room - (rightOpen ? rightSize : 0)));
  return {
    left: {
      size: Math.min(left, leftMax),
      min: LEFT.min,
      max: leftMax,
      onResize: setLeft,
      onReset: () => setLeft(LEFT.initial),
    },
    right: {
      size: rightSize,
      min: RIGHT.min,
      max: rightMax,
      onResize: setRight,
      onReset: () => setRight(RIGHT.initial),
    },
  };
}
