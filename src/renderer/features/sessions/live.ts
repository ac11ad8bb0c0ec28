import type { Session } from '../../../shared/model/session.ts';

/** A record younger than this makes a session live. */
const LIVE_MS = 2 * 60_000;

/** True while somebody writes the session, by the age of its newest record. */
export function isWritten(session: Session, nowMs: number): boolean {
  return session.updateUs !== null && Math.abs(nowMs - session.updateUs / 1000) < LIVE_MS;
}
