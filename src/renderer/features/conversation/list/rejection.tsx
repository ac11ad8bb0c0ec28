import { ArrowRight, FileWarning } from 'lucide-react';
import type { ConversationEntry } from '../../../../shared/contract/trace.ts';
import { Button } from '../../../ui/button.tsx';
import { useContentActions } from '../content/content-actions.ts';
import { visibleText } from '../text/visible-text.ts';

/** In the place of a line that could not be read: which one, why, and the way to it. */
export function Rejection({ content }: { readonly content: ConversationEntry }) {
  const { openRecord } = useContentActions();
  const notice = content.blocks.find(block => block.kind === 'notice');
  return (
    <div className="conversation-rejection">
      <FileWarning aria-hidden="true" />
      <p title={visibleText(notice?.text ?? '')}>
        <bdi dir="auto">{visibleText(notice?.title ?? '') || 'A line could not be read'}</bdi>
      </p>
      {content.recordId !== null && openRecord && (
        <Button
          size="small"
          tone="quiet"
          onClick={event => {
            event.preventDefault();
            openRecord();
          }}
        >
          Show the line
          <ArrowRight aria-hidden="true" />
        </Button>
      )}
    </div>
  );
}
