import { ArrowRight, Waypoints } from 'lucide-react';
import { memo, type MouseEvent, useMemo } from 'react';
import type { ContentBlock, Part } from '../../../../shared/model/content.ts';
import type { ConversationEntry } from '../../../../shared/contract/trace.ts';
import type { SpanId } from '../../../../shared/model/ids.ts';
import type { Span } from '../../../../shared/model/span.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { formatDateTime, formatTime, shortModel } from '../../../ui/format.ts';
import { KindIcon } from '../../../ui/kind-icon.tsx';
import { ContentActionsContext } from '../content/content-actions.ts';
import { ContentBlockView } from '../content/content-block.tsx';
import { FoldScope } from '../content/fold.tsx';
import { visibleText } from '../text/visible-text.ts';
import type { Content } from './content-cache.ts';
import { labelOf } from './entry-labels.ts';
import { isRejection, type OutlineEntry } from './outline.ts';
import { Rejection } from './rejection.tsx';
import { ToolCard } from './tool-card.tsx';

/** What an entry asks of the list. The functions stay the same between renderings. */
export interface EntryActions {
  select(entry: OutlineEntry): void;
  showInGraph(entry: OutlineEntry): void;
  openRecord(entry: OutlineEntry, content: Content | undefined): void;
  openThread(threadId: SpanId): void;
}

interface EntryProps {
  readonly entry: OutlineEntry;
  readonly content: Content | undefined;
  readonly span: Span | undefined;
  /** The span of the subagent that this entry started. */
  readonly subagent: Span | undefined;
  readonly selected: boolean;
  /** In a conversation that an agent began, prompts are written by a model. */
  readonly byModel: boolean;
  /** From 1. */
  readonly place: number;
  readonly total: number;
  readonly actions: EntryActions;
}

export const Entry = memo(function Entry({
  entry,
  content,
  span,
  subagent,
  selected,
  byModel,
  place,
  total,
  actions,
}: EntryProps) {
  const known = content === undefined || content === 'gone' ? undefined : content;
  const contentActions = useMemo(
    () => ({ openRecord: () => actions.openRecord(entry, content) }),
    [actions, entry, content],
  );
  const atUs = known?.atUs ?? span?.startUs ?? null;
  const onClick = (event: MouseEvent) => {
    // Marking text to copy it is no selection of the entry.
    if (window.getSelection()?.isCollapsed === false || event.defaultPrevented) return;
    actions.select(entry);
  };
  return (
    // Keys are taken by the list around: an article is no control of its own.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <article
      className={`conversation-entry conversation-entry-${isRejection(entry) ? 'rejection' : entry.kind}`}
      data-entry={entry.id}
      aria-label={`${labelOf(entry)}${atUs === null ? '' : `, ${formatTime(atUs)}`}`}
      aria-posinset={place}
      aria-setsize={total}
      aria-current={selected ? 'true' : undefined}
      tabIndex={-1}
      onClick={onClick}
    >
      <ContentActionsContext value={contentActions}>
        <FoldScope name={entry.id}>
          <EntryBody entry={entry} content={content} span={span} byModel={byModel} />
          {subagent && <SubagentLine subagent={subagent} onOpen={() => actions.openThread(subagent.id)} />}
        </FoldScope>
      </ContentActionsContext>
      <EntryFoot entry={entry} content={known} span={span} atUs={atUs} actions={actions} />
    </article>
  );
});

const copiedKinds: ReadonlySet<OutlineEntry['kind']> = new Set(['prompt', 'answer']);

// The number of entries changes with every new one, and with it every article; what stands in them does not.
const EntryBody = memo(function EntryBody({
  entry,
  content,
  span,
  byModel,
}: Pick<EntryProps, 'entry' | 'content' | 'span' | 'byModel'>) {
  if (content === undefined) return <div className={`conversation-skeleton conversation-skeleton-${entry.kind}`} />;
  if (content === 'gone') return <p className="conversation-none">This entry is not recorded any more.</p>;
  if (isRejection(entry)) return <Rejection content={content} />;
  if (entry.kind === 'tool') return <ToolCard blocks={content.blocks} span={span} />;
  if (content.blocks.length === 0)
    return <p className="conversation-none">Nothing to read was recorded for this {labelOf(entry).toLowerCase()}.</p>;
  return content.blocks.map((block, index) => (
    <FoldScope key={index} name={`block-${index}`}>
      <ContentBlockView block={block} mode="entry" byModel={byModel} />
    </FoldScope>
  ));
});

interface EntryFootProps extends Pick<EntryProps, 'entry' | 'span' | 'actions'> {
  readonly content: ConversationEntry | undefined;
  readonly atUs: number | null;
}

/** When and by which model, and what can be done with it: shown while the pointer or the focus is in the entry. */
const EntryFoot = memo(function EntryFoot({ entry, content, span, atUs, actions }: EntryFootProps) {
  return (
    <div className="conversation-entry-actions">
      {span?.kind === 'llm' && span.model !== null && (
        <span className="conversation-entry-model" title={span.model}>
          {shortModel(span.model)}
        </span>
      )}
      {atUs !== null && <time title={formatDateTime(atUs, true)}>{formatTime(atUs)}</time>}
      {content && copiedKinds.has(entry.kind) && (
        <CopyButton text={() => textOf(content.blocks)} label={`Copy ${labelOf(entry).toLowerCase()}`} />
      )}
      {(entry.spanId !== null || entry.eventId !== null) && (
        <IconButton
          size="small"
          label="Show in the graph"
          shortcut="g"
          tabIndex={-1}
          onClick={event => {
            event.preventDefault();
            actions.showInGraph(entry);
          }}
        >
          <Waypoints />
        </IconButton>
      )}
    </div>
  );
});

function SubagentLine({ subagent, onOpen }: { readonly subagent: Span; readonly onOpen: () => void }) {
  return (
    <div className="conversation-subagent">
      <KindIcon kind="agent" />
      <bdi className="conversation-subagent-name">{visibleText(subagent.name)}</bdi>
      {subagent.summary !== null && (
        <bdi className="conversation-fold-hint" dir="auto">
          {visibleText(subagent.summary)}
        </bdi>
      )}
      <Button
        size="small"
        tone="quiet"
        onClick={event => {
          event.preventDefault();
          onOpen();
        }}
      >
        Open conversation
        <ArrowRight aria-hidden="true" />
      </Button>
    </div>
  );
}

function textOf(blocks: readonly ContentBlock[]): string {
  return blocks
    .flatMap((block): readonly Part[] => ('parts' in block ? block.parts : []))
    .map(part => (part.kind === 'text' ? part.text : ''))
    .filter(text => text !== '')
    .join('\n\n');
}
