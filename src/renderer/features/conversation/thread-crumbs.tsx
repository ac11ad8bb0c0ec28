import { ChevronRight } from 'lucide-react';
import { Fragment } from 'react';
import { ROOT_SPAN, type SpanId } from '../../../shared/model/ids.ts';
import type { Span } from '../../../shared/model/span.ts';
import { usePlace } from '../../state/place.ts';
import { KindIcon } from '../../ui/kind-icon.tsx';
import type { ThreadStep } from './threads.ts';
import { visibleText } from './text/visible-text.ts';

interface ThreadCrumbsProps {
  readonly steps: readonly ThreadStep[];
  readonly spans: ReadonlyMap<SpanId, Span>;
}

/** The way from the main conversation to the subagent's that is shown; each step leads back to where it branched off. */
export function ThreadCrumbs({ steps, spans }: ThreadCrumbsProps) {
  const { go } = usePlace();
  return (
    <nav className="conversation-crumbs" aria-label="Conversations">
      <ol>
        {steps.map((step, index) => {
          const span = spans.get(step.threadId);
          const name = step.threadId === ROOT_SPAN ? 'Main conversation' : (span?.name ?? 'Subagent');
          const next = steps[index + 1];
          return (
            <Fragment key={step.threadId}>
              {index > 0 && <ChevronRight aria-hidden="true" />}
              <li>
                {next === undefined ? (
                  <span aria-current="page">
                    <KindIcon kind="agent" />
                    <bdi>{visibleText(name)}</bdi>
                    {span?.summary != null && (
                      <bdi className="conversation-crumbs-summary">{visibleText(span.summary)}</bdi>
                    )}
                  </span>
                ) : (
                  <button
                    type="button"
                    onClick={() =>
                      go({
                        threadId: step.threadId === ROOT_SPAN ? null : step.threadId,
                        spanId: next.startedBy,
                        entryId: null,
                      })
                    }
                  >
                    <KindIcon kind="agent" root={step.threadId === ROOT_SPAN} />
                    <bdi>{visibleText(name)}</bdi>
                  </button>
                )}
              </li>
            </Fragment>
          );
        })}
      </ol>
    </nav>
  );
}
