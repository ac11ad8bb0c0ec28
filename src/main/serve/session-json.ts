// Sessions, spans and events as programs get them from the command line: times are ISO 8601 in UTC.

import { usToIso } from '../../shared/base/time.ts';
import type { Cost } from '../../shared/model/cost.ts';
import type { Session } from '../../shared/model/session.ts';
import type { SessionEvent, Span } from '../../shared/model/span.ts';

export function sessionJson(session: Session): object {
  return {
    id: session.id,
    agent: session.agent,
    agentVersion: session.agentVersion,
    nativeId: session.nativeId,
    title: session.title,
    project: session.project,
    cwd: session.cwd,
    gitBranch: session.gitBranch,
    model: session.model,
    startedAt: time(session.startUs),
    updatedAt: time(session.updateUs),
    turns: session.turns,
    spans: session.spans,
    records: session.records,
    rejected: session.rejected,
    errors: session.errors,
    usage: session.usage,
    /** API value; null where it is not known. */
    costNanoUsd: session.cost?.nanoUsd ?? null,
  };
}

/** `cost` of a span whose response counts. */
export function spanJson(span: Span, cost: Cost | undefined): object {
  const { startUs, endUs, revision: _, ...rest } = span;
  return { ...rest, costNanoUsd: cost?.nanoUsd ?? null, startedAt: time(startUs), endedAt: time(endUs) };
}

export function eventJson(event: SessionEvent): object {
  const { atUs, revision: _, ...rest } = event;
  return { ...rest, at: time(atUs) };
}

function time(us: number | null): string | null {
  return us === null ? null : usToIso(us);
}
