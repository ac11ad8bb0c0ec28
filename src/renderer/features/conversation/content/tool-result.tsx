import type { ContentBlock, Part } from '../../../../shared/model/content.ts';
import { Badge } from '../../../ui/badge.tsx';
import { readNumbered } from '../text/numbered-lines.ts';
import { lookOf, todosOf, type ToolLook } from '../text/tool-shape.ts';
import { DiffView } from './diff-view.tsx';
import { Fold, FoldScope } from './fold.tsx';
import { JsonView } from './json-view.tsx';
import { FoldedMarkdown } from './markdown.tsx';
import { NumberedText } from './numbered-text.tsx';
import { CutNotice, Parts } from './parts.tsx';
import { TerminalOutput } from './terminal-output.tsx';
import type { ToolCallBlock } from './tool-call.tsx';

export type ToolResultBlock = Extract<ContentBlock, { kind: 'tool-result' }>;

interface ToolResultProps {
  readonly result: ToolResultBlock;
  /** Its call, where it is known: says how the result is best read. */
  readonly call?: ToolCallBlock | undefined;
  readonly full: boolean;
  /** That it failed is said beside it already. */
  readonly bare?: boolean;
}

/** What a tool answered. */
export function ToolResult({ result, call, full, bare = false }: ToolResultProps) {
  const look = call ? lookOf(call.name, call.command !== undefined) : 'other';
  const diffs = result.diffs ?? [];
  const exit = result.exitCode !== undefined && result.exitCode !== 0 ? result.exitCode : undefined;
  const failed = result.isError || exit !== undefined;
  const answer = <ResultParts parts={result.parts} look={look} failed={failed} full={full} />;
  return (
    <div className={failed ? 'conversation-result conversation-result-failed' : 'conversation-result'}>
      {failed && !bare && (
        <p className="conversation-result-head">
          <Badge tone="bad">{exit === undefined ? 'Failed' : `Exit code ${exit}`}</Badge>
        </p>
      )}
      {diffs.map((diff, index) => (
        <DiffView key={index} name={`result-diff-${index}`} diff={diff} full={full} />
      ))}
      {!failed && result.parts.length > 0 && (diffs.length > 0 || repeats(look, call)) ? (
        <Fold name="answer" title="Answer of the tool" className="conversation-quiet">
          {answer}
        </Fold>
      ) : (
        answer
      )}
    </div>
  );
}

/** Whether the tool only says that it did what the call shows already. */
function repeats(look: ToolLook, call: ToolCallBlock | undefined): boolean {
  return (call?.diffs?.length ?? 0) > 0 || (look === 'todo' && todosOf(call?.input) !== undefined);
}

interface ResultPartsProps {
  readonly parts: readonly Part[];
  readonly look: ToolLook;
  readonly failed: boolean;
  readonly full: boolean;
}

const isProse = (look: ToolLook) => look === 'web' || look === 'agent' || look === 'plan';

function ResultParts({ parts, look, failed, full }: ResultPartsProps) {
  if (parts.length === 0)
    return <p className="conversation-none">{look === 'command' ? 'No output.' : 'Empty result.'}</p>;
  return parts.map((part, index) => (
    <FoldScope key={index} name={`result-${index}`}>
      {part.kind === 'text' ? (
        <>
          <ResultText text={unwrapError(part.text)} look={failed ? 'command' : look} full={full} />
          <CutNotice cut={part.cut} />
        </>
      ) : (
        <Parts parts={[part]} look="output" full={full} />
      )}
    </FoldScope>
  ));
}

function ResultText({ text, look, full }: { readonly text: string; readonly look: ToolLook; readonly full: boolean }) {
  if (look !== 'command') {
    const numbered = readNumbered(text);
    if (numbered)
      return (
        <>
          <NumberedText name="lines" lines={numbered.lines} full={full} />
          {numbered.rest !== '' && <TerminalOutput name="rest" text={numbered.rest} full={full} label="What follows" />}
        </>
      );
    const json = parsedJson(text);
    if (json !== undefined) return <JsonView value={json} open={2} />;
  }
  if (isProse(look))
    return (
      <div className="conversation-prose">
        <FoldedMarkdown name="prose" text={text} limit={full ? 40_000 : 2400} />
      </div>
    );
  return <TerminalOutput name="output" text={text} full={full} label="Result" />;
}

/** Agents wrap an error's text for the model's eyes; people need the text only. */
function unwrapError(text: string): string {
  return /^\s*<tool_use_error>([\s\S]*)<\/tool_use_error>\s*$/.exec(text)?.[1] ?? text;
}

const MOST_PARSED = 200_000;

/** The value of a text that is one JSON object or list; undefined for any other text. */
function parsedJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text) || text.length > MOST_PARSED) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
