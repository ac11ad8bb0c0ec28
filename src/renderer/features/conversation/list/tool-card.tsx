import { ChevronRight, CircleX } from 'lucide-react';
import { useId } from 'react';
import type { ContentBlock } from '../../../../shared/model/content.ts';
import type { Span } from '../../../../shared/model/span.ts';
import { Badge } from '../../../ui/badge.tsx';
import { formatCount, formatDuration } from '../../../ui/format.ts';
import { ContentBlockView } from '../content/content-block.tsx';
import { ToolInput } from '../content/tool-call.tsx';
import { ToolResult } from '../content/tool-result.tsx';
import { useFold } from '../content/use-fold.ts';
import { diffCounts } from '../text/diff-rows.ts';
import { oneLineOf } from '../text/one-line.ts';
import { inputSummary, lookOf, questionsOf, todosOf, toolTitle } from '../text/tool-shape.ts';
import { failureLine, toolHalves, toolState } from '../text/tool-state.ts';
import { visibleText } from '../text/visible-text.ts';
import { ToolIcon } from './tool-icon.tsx';

interface ToolCardProps {
  readonly blocks: readonly ContentBlock[];
  readonly span: Span | undefined;
}

/** A tool call on one line: what, on what, how it went, how long. Opens to its input and its result. */
export function ToolCard({ blocks, span }: ToolCardProps) {
  const { call, results, others } = toolHalves(blocks);
  const result = results.at(-1);
  const name = call?.name ?? span?.name ?? 'Tool';
  const look = lookOf(name, call?.command !== undefined);
  const state = toolState(span?.status, result);
  const diffs = result?.diffs?.length ? result.diffs : (call?.diffs ?? []);
  const todos = look === 'todo' ? todosOf(call?.input) : undefined;
  const small = diffs.length === 1 && (diffs[0]?.hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0) ?? 0) <= 14;
  const [open, toggle] = useFold('tool', todos !== undefined || small || questionsOf(call?.input) !== undefined);
  const bodyId = useId();
  const summary = diffs[0]?.path ?? call?.command ?? inputSummary(call?.input) ?? span?.summary ?? '';
  const failure = state === 'failed' && !open ? failureLine(result) : undefined;
  return (
    <div className={`conversation-card conversation-card-${state}`}>
      <button
        type="button"
        className="conversation-card-head"
        aria-expanded={open}
        aria-controls={open ? bodyId : undefined}
        onClick={toggle}
      >
        <ChevronRight className="conversation-chevron" aria-hidden="true" />
        <ToolIcon look={look} />
        <span className="conversation-words">
          <bdi className="conversation-card-name">{visibleText(toolTitle(name))}</bdi>
          <bdi className="conversation-card-summary" dir="auto">
            {todos === undefined
              ? oneLineOf(summary, 300)
              : `${todos.filter(todo => todo.state === 'done').length} of ${todos.length} done`}
          </bdi>
        </span>
        <DiffTotals diffs={diffs} />
        <State state={state} exitCode={result?.exitCode} />
        <Duration span={span} />
      </button>
      {failure !== undefined && (
        <p className="conversation-card-failure">
          <bdi dir="auto">{oneLineOf(failure, 240)}</bdi>
        </p>
      )}
      {open && (
        <div id={bodyId} className="conversation-card-body">
          {call && <ToolInput call={call} full={false} withoutDiffs={(result?.diffs?.length ?? 0) > 0} />}
          {results.map((half, index) => (
            <ToolResult key={index} result={half} call={call} full={false} bare />
          ))}
          {results.length === 0 && <p className="conversation-none">{withoutResult[state]}</p>}
          {others.map((block, index) => (
            <ContentBlockView key={index} block={block} mode="entry" />
          ))}
        </div>
      )}
    </div>
  );
}

const withoutResult = {
  ok: 'No result was recorded.',
  failed: 'No result was recorded.',
  interrupted: 'Interrupted before there was a result.',
  open: 'No result yet.',
} as const;

function DiffTotals({ diffs }: { readonly diffs: readonly Parameters<typeof diffCounts>[0][] }) {
  if (diffs.length === 0) return null;
  const counts = diffs.map(diffCounts);
  const added = counts.reduce((sum, count) => sum + count.added, 0);
  const removed = counts.reduce((sum, count) => sum + count.removed, 0);
  return (
    <span className="conversation-diff-counts conversation-card-counts">
      {added > 0 && <span className="conversation-diff-plus">+{formatCount(added)}</span>}
      {removed > 0 && <span className="conversation-diff-minus">−{formatCount(removed)}</span>}
      {diffs.length > 1 && <span className="conversation-none">{diffs.length} files</span>}
    </span>
  );
}

function State({
  state,
  exitCode,
}: {
  readonly state: ReturnType<typeof toolState>;
  readonly exitCode: number | undefined;
}) {
  switch (state) {
    case 'ok':
      return null;
    case 'open':
      return <Badge tone="accent">no result yet</Badge>;
    case 'interrupted':
      return <Badge tone="warn">interrupted</Badge>;
    case 'failed':
      return (
        <Badge tone="bad">
          <CircleX aria-hidden="true" />
          {exitCode === undefined || exitCode === 0 ? 'failed' : `exit ${exitCode}`}
        </Badge>
      );
  }
}

function Duration({ span }: { readonly span: Span | undefined }) {
  if (span?.startUs == null || span.endUs == null || span.endUs < span.startUs) return null;
  return <span className="conversation-card-time number">{formatDuration(span.endUs - span.startUs)}</span>;
}
