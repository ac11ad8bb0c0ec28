// One block of recorded content, the same in the conversation and in the inspector.

import { Brain, CircleAlert, Info, Layers } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ContentBlock } from '../../../../shared/model/content.ts';
import { firstWordsOf } from '../text/one-line.ts';
import { visibleText } from '../text/visible-text.ts';
import { Fold } from './fold.tsx';
import { RecordedMarkdown } from './markdown.tsx';
import { Parts } from './parts.tsx';
import { PlainText } from './plain-text.tsx';
import { type ToolCallBlock, ToolInput } from './tool-call.tsx';
import { ToolResult } from './tool-result.tsx';
import './markdown.css';
import './output.css';
import './blocks.css';

export interface ContentBlockViewProps {
  readonly block: ContentBlock;
  /** 'entry': as the chat shows it, what is long or beside the point folded. 'full': everything open. */
  readonly mode: 'entry' | 'full';
  /** For a tool's result: the call that it answers, which tells how it is best read. */
  readonly call?: ToolCallBlock | undefined;
  /** A prompt that a model wrote (to a subagent) is Markdown; what people type is shown as they typed it. */
  readonly byModel?: boolean;
}

export function ContentBlockView({ block, mode, call, byModel = false }: ContentBlockViewProps) {
  const full = mode === 'full';
  switch (block.kind) {
    case 'prompt':
      return (
        <div className="conversation-prompt">
          <Parts parts={block.parts} look={byModel ? 'markdown' : 'plain'} full={full} />
        </div>
      );
    case 'answer':
      return (
        <div className="conversation-answer">
          <Parts parts={block.parts} look="markdown" full={full} />
        </div>
      );
    case 'thinking':
      return <Thinking text={block.text} hidden={block.hidden} open={full} />;
    case 'system':
      return (
        <Fold
          name="system"
          className="conversation-aside"
          title={<Titled icon={<Info aria-hidden="true" />}>{visibleText(block.title) || 'System text'}</Titled>}
          hint={firstWordsOf(firstText(block.parts))}
          open={full}
        >
          <Parts parts={block.parts} look="plain" full={full} />
        </Fold>
      );
    case 'tool-call':
      return (
        <div className="conversation-tool-part">
          <ToolInput call={block} full={full} />
        </div>
      );
    case 'tool-result':
      return (
        <div className="conversation-tool-part">
          <ToolResult result={block} call={call} full={full} />
        </div>
      );
    case 'error':
      return (
        <figure className="conversation-error" aria-label="Error">
          <CircleAlert aria-hidden="true" />
          <div>
            <p className="conversation-error-title" dir="auto">
              {visibleText(block.title) || 'Error'}
            </p>
            {block.text !== '' && block.text !== block.title && <PlainText name="error" text={block.text} />}
          </div>
        </figure>
      );
    case 'compaction':
      return <Compaction title={block.title} text={block.text} open={full} />;
    case 'notice':
      return <Notice title={block.title} text={block.text} open={full} />;
  }
}

function Thinking({ text, hidden, open }: { readonly text: string; readonly hidden: boolean; readonly open: boolean }) {
  const title = <Titled icon={<Brain aria-hidden="true" />}>Thinking</Titled>;
  if (hidden || text.trim() === '')
    return (
      <p className="conversation-aside conversation-line">
        <span className="conversation-words">
          {title}
          <span className="conversation-none">hidden: its text was not recorded</span>
        </span>
      </p>
    );
  return (
    <Fold name="thinking" className="conversation-aside" title={title} hint={firstWordsOf(text)} open={open}>
      <div className="conversation-thinking">
        <RecordedMarkdown name="thinking" text={text} />
      </div>
    </Fold>
  );
}

/** A band: what stands above was replaced by a summary, which opens from it. */
function Compaction({ title, text, open }: { readonly title: string; readonly text: string; readonly open: boolean }) {
  const head = (
    <span className="conversation-titled">
      <Layers aria-hidden="true" />
      <bdi dir="auto">{visibleText(title) || 'Compacted'}</bdi>
    </span>
  );
  const note = text.trim();
  if (note.length > 160 || note.includes('\n'))
    return (
      <Fold name="summary" className="conversation-compaction" title={head} hint="show the summary" open={open}>
        <div className="conversation-thinking">
          <RecordedMarkdown name="summary" text={text} />
        </div>
      </Fold>
    );
  return (
    <p className="conversation-compaction conversation-compaction-line">
      {head}
      <bdi className="conversation-none">
        the context was replaced here{note === '' ? '' : ` (${visibleText(note)})`}
      </bdi>
    </p>
  );
}

function Notice({ title, text, open }: { readonly title: string; readonly text: string; readonly open: boolean }) {
  const head = <Titled icon={<Info aria-hidden="true" />}>{visibleText(title) || 'Notice'}</Titled>;
  if (text.trim() === '' || text === title) return <p className="conversation-aside conversation-line">{head}</p>;
  return (
    <Fold name="notice" className="conversation-aside" title={head} hint={firstWordsOf(text)} open={open}>
      <PlainText name="notice" text={text} />
    </Fold>
  );
}

function Titled({ icon, children }: { readonly icon: ReactNode; readonly children: string }) {
  return (
    <span className="conversation-titled">
      {icon}
      <bdi dir="auto">{children}</bdi>
    </span>
  );
}

function firstText(parts: Extract<ContentBlock, { kind: 'system' }>['parts']): string {
  const part = parts.find(candidate => candidate.kind === 'text');
  return part?.kind === 'text' ? part.text : '';
}
