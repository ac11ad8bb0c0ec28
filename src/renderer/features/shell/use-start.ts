// What the window does by itself: it goes where its start or somebody else asked it to go, opens the newest session
// when it was asked nothing, and remembers what the user has looked at.

import { useEffect, useEffectEvent, useRef } from 'react';
import { useClient } from '../../state/client-context.tsx';
import { hasBaseline, useLookedAt } from '../../state/looked-at.ts';
import { go, parsePlace, usePlace } from '../../state/place.ts';
import { useAllSessions } from '../../state/use-session-list.tsx';
import { useQuery } from '../../state/use-query.ts';

export function useStart(): void {
  useShown();
  useFirstPlace();
  useLooking();
}

/** Somebody asked to see a session: a second start, a file that the system opened. */
function useShown(): void {
  const client = useClient();
  useEffect(() => {
    const listening = client.sessions.shown(({ sessionId }) => go({ sessionId, screen: null }));
    return () => listening.dispose();
  }, [client]);
}

/** Once, and only where the address does not say already: what the start asked for, else the newest session. */
function useFirstPlace(): void {
  const client = useClient();
  const info = useQuery(client.app.info, {});
  const { sessions, status } = useAllSessions();
  const settled = useRef(false);
  const settle = useEffectEvent(() => {
    if (settled.current || info.status !== 'ready') return;
    const { show, project } = info.data;
    const here = parsePlace(window.location.hash);
    if (here.sessionId !== null || here.screen !== null) {
      settled.current = true;
      return;
    }
    if (project !== null && here.filter === '' && show === null) go({ filter: project }, { replace: true });
    const fits = project === null ? sessions[0] : sessions.find(session => session.cwd?.startsWith(project) === true);
    const first = show ?? (status === 'ready' ? fits?.id : undefined);
    if (first === undefined) return;
    settled.current = true;
    go({ sessionId: first }, { replace: true });
  });
  useEffect(() => settle(), [info, status, sessions]);
}

/** Marks the session on the screen as looked at, and what the first index brings as nothing new. */
function useLooking(): void {
  const client = useClient();
  const { place } = usePlace();
  const { byId, revision } = useAllSessions();
  const { look, lookAtAll } = useLookedAt();
  const progress = useQuery(client.sources.progress, {});
  const indexing = progress.status !== 'ready' || progress.data.indexing;
  const session = place.sessionId === null ? undefined : byId.get(place.sessionId);
  useEffect(() => {
    if (session && document.visibilityState === 'visible') look(session.id, session.revision);
  }, [session, look]);
  useEffect(() => {
    if (!indexing && revision >= 0 && !hasBaseline()) lookAtAll(revision);
  }, [indexing, revision, lookAtAll]);
}
