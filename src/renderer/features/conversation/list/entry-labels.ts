import { isRejection, type OutlineEntry } from './outline.ts';

const kindLabels: Readonly<Record<OutlineEntry['kind'], string>> = {
  prompt: 'Prompt',
  system: 'System text',
  answer: 'Answer',
  thinking: 'Thinking',
  tool: 'Tool call',
  error: 'Error',
  compaction: 'Compaction',
  notice: 'Notice',
};

/** What an entry is called, for screen readers. */
export function labelOf(entry: OutlineEntry): string {
  return isRejection(entry) ? 'Line that could not be read' : kindLabels[entry.kind];
}
