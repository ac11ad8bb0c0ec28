import type { PlayheadClient } from '../../../../shared/contract/index.ts';
import type { ConversationEntry } from '../../../../shared/contract/trace.ts';
import type { RecordId, SessionId } from '../../../../shared/model/ids.ts';
import type { ContentBlock } from '../../../../shared/model/content.ts';
import type { OutlineEntry } from './outline.ts';

/**
 * The record that holds what was cut from an entry: that of the result where the result was cut, else the entry's own.
 * Null where none is known.
 */
export async function recordOf(
  client: PlayheadClient,
  sessionId: SessionId,
  entry: OutlineEntry,
  content: ConversationEntry | undefined,
): Promise<RecordId | null> {
  const own = content?.recordId ?? null;
  const cutResult = content?.blocks.some(block => block.kind === 'tool-result' && isCut(block)) === true;
  if (!cutResult || entry.spanId === null) return own;
  try {
    const { records } = await client.trace.span({ sessionId, spanId: entry.spanId });
    return records.findLast(record => record.role === 'result')?.recordId ?? own;
  } catch {
    return own; // the place of the call is better than none
  }
}

function isCut(block: ContentBlock): boolean {
  return 'parts' in block && block.parts.some(part => part.kind === 'text' && (part.cut ?? 0) > 0);
}
