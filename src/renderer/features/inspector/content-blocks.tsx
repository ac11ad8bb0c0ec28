import { useMemo } from 'react';
import type { ContentBlock } from '../../../shared/model/content.ts';
import { ContentActionsContext, ContentBlockView } from '../conversation/index.tsx';

interface ContentBlocksProps {
  readonly blocks: readonly ContentBlock[];
  readonly openRecord: (() => void) | undefined;
}

/** The blocks as the conversation draws them, in full. */
export function ContentBlocks({ blocks, openRecord }: ContentBlocksProps) {
  const actions = useMemo(() => (openRecord ? { openRecord } : {}), [openRecord]);
  const calls = new Map(blocks.filter(block => block.kind === 'tool-call').map(call => [call.callId, call]));
  return (
    <ContentActionsContext value={actions}>
      {blocks.map((block, index) => (
        // Blocks have no id of their own; a record's blocks keep their order.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={`${block.kind} ${index}`} className="inspector-block">
          {block.kind in blockNames && <p className="inspector-block-kind">{blockNames[block.kind]}</p>}
          <ContentBlockView
            block={block}
            // Thinking is long and beside the point: it opens on demand.
            mode={block.kind === 'thinking' ? 'entry' : 'full'}
            call={block.kind === 'tool-result' ? calls.get(block.callId) : undefined}
          />
        </div>
      ))}
    </ContentActionsContext>
  );
}

/** The other kinds say themselves what they are. */
const blockNames: Partial<Readonly<Record<ContentBlock['kind'], string>>> = {
  prompt: 'Prompt',
  answer: 'Answer',
  'tool-call': 'Input',
  'tool-result': 'Result',
};
