import { z } from 'zod';
import { sessionIdSchema } from '../model/ids.ts';
import { nothing, query } from './define.ts';

export const app = {
  /** What is running, and what the start asked to show. */
  info: query({
    input: nothing,
    output: z.object({
      version: z.string(),
      platform: z.string(),
      dataDir: z.string(),
      /** Session that the start asked for by --session, --path or a file; null where none. */
      show: sessionIdSchema.nullable(),
      /** Project folder that the start asked for: the session list is narrowed to it. */
      project: z.string().nullable(),
      /** True where files are uploaded (browser), false where paths are known (desktop). */
      upload: z.boolean(),
      /** What went wrong with the store at start and was mended, for people; empty where nothing. */
      notices: z.array(z.string()),
    }),
  }),
};
