import { ArrowUp, ChevronLeft, ChevronRight } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { ROOT_SPAN } from '../../../shared/model/ids.ts';
import type { Span } from '../../../shared/model/span.ts';
import { type PlacePatch, usePlace } from '../../state/place.ts';
import { Button } from '../../ui/button.tsx';
import { formatCount, formatDuration } from '../../ui/format.ts';
import { KindIcon } from '../../ui/kind-icon.tsx';
import type { Family } from './family.ts';
import { shownText } from './shown-text.ts';

const firstShown = 8;

/** The way up, down and sideways from a span. */
export function Relatives({ family }: { readonly family: Family }) {
  const { go } = usePlace();
  const [all, setAll] = useState(false);
  const { parent, before, after, children } = family;
  const shown = all ? children : children.slice(0, firstShown);
  return (
    <section className="inspector-section" aria-label="Around it">
      <h3 className="inspector-heading">Around it</h3>
      <div className="inspector-neighbours">
        <Step icon={<ArrowUp />} to={parent && { spanId: parent.id }}>
          {parent ? shownText(parent.name) : 'No parent'}
        </Step>
        <Step icon={<ChevronLeft />} to={before && { spanId: before.id }}>
          Previous
        </Step>
        <Step icon={<ChevronRight />} to={after && { spanId: after.id }}>
          Next
        </Step>
      </div>
      {children.length > 0 && (
        <>
          <p className="inspector-note number">
            {children.length === 1 ? '1 step below it' : `${formatCount(children.length)} steps below it`}
          </p>
          <ul className="inspector-children">
            {shown.map(child => (
              <li key={child.id}>
                <button type="button" onClick={() => go({ spanId: child.id })}>
                  <SpanLine span={child} />
                </button>
              </li>
            ))}
          </ul>
          {children.length > firstShown && (
            <Button size="small" tone="quiet" onClick={() => setAll(!all)}>
              {all ? 'Show fewer' : `Show all ${formatCount(children.length)}`}
            </Button>
          )}
        </>
      )}
    </section>
  );
}

interface NeighboursProps {
  /** 'prompt': what the buttons lead to. */
  readonly what: string;
  readonly before: PlacePatch | null;
  readonly after: PlacePatch | null;
}

export function Neighbours({ what, before, after }: NeighboursProps) {
  return (
    <section className="inspector-section" aria-label="Around it">
      <div className="inspector-neighbours">
        <Step icon={<ChevronLeft />} to={before}>
          Previous {what}
        </Step>
        <Step icon={<ChevronRight />} to={after}>
          Next {what}
        </Step>
      </div>
    </section>
  );
}

/** A span on one line: kind, name, summary, how long it took. */
export function SpanLine({ span }: { readonly span: Span }) {
  const { startUs, endUs } = span;
  return (
    <span className="inspector-span-line">
      <KindIcon kind={span.kind} root={span.id === ROOT_SPAN} />
      <span className="truncate" dir="auto">
        {shownText(span.name)}
        {span.summary !== null && span.summary !== span.name && (
          <span className="inspector-weak"> {shownText(span.summary)}</span>
        )}
      </span>
      {span.status === 'error' && <span className="inspector-bad">error</span>}
      {startUs !== null && endUs !== null && (
        <span className="inspector-weak number">{formatDuration(endUs - startUs)}</span>
      )}
    </span>
  );
}

interface StepProps {
  readonly icon: ReactNode;
  readonly to: PlacePatch | null;
  readonly children: ReactNode;
}

function Step({ icon, to, children }: StepProps) {
  const { go } = usePlace();
  return (
    <Button size="small" disabled={to === null} onClick={() => to && go(to)}>
      {icon}
      <span className="truncate">{children}</span>
    </Button>
  );
}
