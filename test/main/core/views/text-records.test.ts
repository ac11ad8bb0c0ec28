import { expect, it } from 'vitest';
import { parserById } from '../../../../src/main/core/parsers/registry.ts';
import { ContentReader } from '../../../../src/main/core/views/content.ts';
import type { RecordId } from '../../../../src/shared/model/ids.ts';
import { query, readStore, Recorder, tempDir, writeAt } from '../../../builders/store.ts';

it('shows a streamed answer put together, though its record is a text of events', async () => {
  const root = tempDir();
  const events = [
    {
      type: 'message_start',
      message: { id: 'msg_1', model: 'claude-x', content: [], usage: { input_tokens: 3, output_tokens: 1 } },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello ' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'there.' } },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 9 } },
    { type: 'message_stop' },
  ];
  const text = events.map(event => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
  writeAt(root, 'answer.jsonl', text);
  const recorder = await new Recorder({ root, once: true }).settle();
  await recorder.close();

  expect(query(recorder.dataDir, 'SELECT agent, llm_spans, input, output FROM session')).toEqual([
    { agent: 'anthropic', llm_spans: 1, input: 3, output: 9 },
  ]);
  const [record] = query<{ id: RecordId; length: number }>(recorder.dataDir, 'SELECT id, length FROM record');
  expect(record?.length).toBe(text.trimEnd().length);
  const shown = readStore(recorder.dataDir, reader =>
    new ContentReader(reader, parserById).record(record?.id ?? (0 as RecordId), 1000),
  );
  expect(shown).toEqual([{ kind: 'answer', parts: [{ kind: 'text', text: 'Hello there.' }] }]);
});
