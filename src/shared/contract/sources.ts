import { z } from 'zod';
import { sessionIdSchema, sourceIdSchema } from '../model/ids.ts';
import { fileSchema, sourceSchema } from '../model/source.ts';
import { command, nothing, push, query } from './define.ts';

export const progressSchema = z.object({
  /** True while the first pass over the known files is not done. */
  indexing: z.boolean(),
  files: z.int(),
  filesDone: z.int(),
  bytes: z.number(),
  bytesDone: z.number(),
  sessions: z.int(),
  records: z.int(),
});
export type IndexProgress = z.infer<typeof progressSchema>;

export const sourceFormatSchema = z.object({
  id: z.string(),
  label: z.string(),
  /** Where it is looked for by default. */ places: z.array(z.string()),
});

export const sources = {
  list: query({
    input: nothing,
    output: z.object({ sources: z.array(sourceSchema), formats: z.array(sourceFormatSchema) }),
  }),
  files: query({
    input: z.object({ sourceId: sourceIdSchema }),
    output: z.object({ files: z.array(fileSchema) }),
  }),
  progress: query({ input: nothing, output: progressSchema }),
  /** Adds a folder or file to watch. Fails with 'bad-input' for a relative path or an unknown format. */
  add: command({ input: z.object({ path: z.string().min(1).max(4096), format: z.string() }), output: sourceSchema }),
  /** Stops watching an added or opened source. What was recorded stays. */
  remove: command({ input: z.object({ sourceId: sourceIdSchema }), output: nothing }),
  /** Opens files or folders as sessions of their own; answers when the first session of them is there. Fails with 'not-found', 'unreadable', 'bad-input' (no known format). */
  open: command({
    input: z.object({ paths: z.array(z.string().min(1).max(4096)).min(1).max(100) }),
    output: z.object({ sessionIds: z.array(sessionIdSchema) }),
  }),
  /** The recorded samples that ship with Playhead. */
  samples: query({
    input: nothing,
    output: z.object({
      samples: z.array(z.object({ id: z.string(), title: z.string(), agent: z.string(), what: z.string() })),
    }),
  }),
  openSample: command({
    input: z.object({ id: z.string() }),
    output: z.object({ sessionIds: z.array(sessionIdSchema) }),
  }),
  progressed: push({ payload: progressSchema }),
  /** The list of sources or one's state is different. */
  changed: push({ payload: nothing }),
};
