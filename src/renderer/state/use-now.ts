import { useSyncExternalStore } from 'react';

const MINUTE_MS = 60_000;

/** The time in milliseconds, cut to half a minute: whatever shows an age changes calmly and together. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, now);
}

function now(): number {
  return Math.floor(Date.now() / (MINUTE_MS / 2)) * (MINUTE_MS / 2);
}

function subscribe(changed: () => void): () => void {
  const timer = setInterval(changed, MINUTE_MS / 2);
  document.addEventListener('visibilitychange', changed);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', changed);
  };
}
