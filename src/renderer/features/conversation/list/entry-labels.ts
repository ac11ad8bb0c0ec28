import type { OutlineEntry } from './outline.ts';

/** What an entry is called, for screen readers. */
export const kindLabels: Readonly<Record<OutlineEntry['kind'], string>> = {
  prompt: 'Prompt',
  system: 'System text',
  answer: 'Answer',
  thinking: 'Thinking',
  tool: 'Tool call',
  error: 'Error',
  compaction: 'Compaction',
  notice: 'Notice',
};
