import { Paperclip } from 'lucide-react';
import type { Part } from '../../../../shared/model/content.ts';
import { formatCount } from '../../../ui/format.ts';
import { visibleText } from '../text/visible-text.ts';
import { useContentActions } from './content-actions.ts';
import { ImagePart } from './image-part.tsx';
import { JsonView } from './json-view.tsx';
import { FoldScope } from './fold.tsx';
import { RecordedMarkdown } from './markdown.tsx';
import { PlainText } from './plain-text.tsx';
import { TerminalOutput } from './terminal-output.tsx';

/** How text parts are read. */
export type TextLook = 'plain' | 'markdown' | 'output';

interface PartsProps {
  readonly parts: readonly Part[];
  readonly look: TextLook;
  readonly full: boolean;
}

/** The parts of a block in their order. */
export function Parts({ parts, look, full }: PartsProps) {
  return parts.map((part, index) => (
    // Parts have no identity but their place in a recorded block.
    <FoldScope key={index} name={`part-${index}`}>
      <PartView part={part} look={look} full={full} />
    </FoldScope>
  ));
}

function PartView({ part, look, full }: { readonly part: Part; readonly look: TextLook; readonly full: boolean }) {
  switch (part.kind) {
    case 'text':
      return (
        <>
          <TextPart text={part.text} look={look} full={full} />
          <CutNotice cut={part.cut} />
        </>
      );
    case 'image':
      return <ImagePart mediaType={part.mediaType} base64={part.base64} />;
    case 'json':
      return <JsonView value={part.value} />;
    case 'file':
      return (
        <p className="conversation-file">
          <Paperclip aria-hidden="true" />
          <bdi>{visibleText(part.name)}</bdi>
          {part.note !== undefined && <bdi className="conversation-none">{visibleText(part.note)}</bdi>}
        </p>
      );
  }
}

function TextPart({ text, look, full }: { readonly text: string; readonly look: TextLook; readonly full: boolean }) {
  switch (look) {
    case 'plain':
      return <PlainText name="text" text={text} {...(full ? { fold: { head: 400, tail: 20 } } : {})} />;
    case 'markdown':
      return <RecordedMarkdown name="text" text={text} />;
    case 'output':
      return <TerminalOutput name="text" text={text} full={full} />;
  }
}

/** Says how much of a long text was left out, and where it is. */
export function CutNotice({ cut }: { readonly cut: number | undefined }) {
  const { openRecord } = useContentActions();
  if (cut === undefined || cut <= 0) return null;
  return (
    <p className="conversation-cut">
      {formatCount(cut)} more characters are not shown here.
      {openRecord && (
        <button type="button" className="conversation-text-button" onClick={openRecord}>
          Open the full record
        </button>
      )}
    </p>
  );
}
