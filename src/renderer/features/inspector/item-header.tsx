import { FileJson, MessagesSquare, Network } from 'lucide-react';
import type { ReactNode } from 'react';
import type { RecordId } from '../../../shared/model/ids.ts';
import { type PlacePatch, usePlace, type View } from '../../state/place.ts';
import { Button } from '../../ui/button.tsx';
import { shownText } from './shown-text.ts';

interface ItemHeaderProps {
  readonly icon: ReactNode;
  readonly kind: string;
  readonly title: string;
  readonly subtitle: string | null;
  readonly badges: ReactNode;
  /** What the other views are to show. */
  readonly jump: PlacePatch;
  /** Its first record, for the raw view; null while it is not known. */
  readonly recordId: RecordId | null;
}

const views: readonly { readonly view: View; readonly name: string; readonly icon: ReactNode }[] = [
  { view: 'graph', name: 'Graph', icon: <Network aria-hidden="true" /> },
  { view: 'conversation', name: 'Conversation', icon: <MessagesSquare aria-hidden="true" /> },
  { view: 'raw', name: 'Raw', icon: <FileJson aria-hidden="true" /> },
];

/** What it is, how it is, and the way to it in the other views. */
export function ItemHeader({ icon, kind, title, subtitle, badges, jump, recordId }: ItemHeaderProps) {
  const { place, go } = usePlace();
  return (
    <header className="inspector-header">
      <p className="inspector-kind">
        {icon}
        <span>{kind}</span>
        <span className="inspector-badges">{badges}</span>
      </p>
      <h2 className="inspector-title" dir="auto">
        {shownText(title)}
      </h2>
      {subtitle !== null && (
        <p className="inspector-subtitle" dir="auto">
          {shownText(subtitle)}
        </p>
      )}
      <nav className="inspector-jumps" aria-label="Show it in">
        {views.map(({ view, name, icon: viewIcon }) => (
          <Button
            key={view}
            size="small"
            tone="quiet"
            disabled={view === place.view || (view === 'raw' && recordId === null)}
            onClick={() => go({ view, ...jump, ...(view === 'raw' ? { recordId } : {}) })}
          >
            {viewIcon}
            {name}
          </Button>
        ))}
      </nav>
    </header>
  );
}
