import { z } from 'zod';
import { sessionIdSchema } from '../model/ids.ts';
import { sessionSchema } from '../model/session.ts';
import { push, query } from './define.ts';

export const sessions = {
  /**
   * Sessions by time of their newest record, newest first. `before` is the last one of the page before.
   * `since` gives only those changed after that revision (order the same), to catch up.
   */
  list: query({
    input: z.object({
      limit: z.int().min(1).max(1000).default(200),
      before: z.object({ updateUs: z.number(), id: sessionIdSchema }).nullable().default(null),
      since: z.int().nullable().default(null),
      /** Words that title, project, agent or model must contain. */
      filter: z.string().max(200).default(''),
    }),
    output: z.object({ sessions: z.array(sessionSchema), total: z.int(), revision: z.int() }),
  }),
  /** One session. Fails with 'not-found'. */
  get: query({ input: z.object({ sessionId: sessionIdSchema }), output: sessionSchema }),
  /** Finds a session by public id, native id, or a prefix of either that fits one only. Fails with 'not-found', 'conflict'. */
  find: query({ input: z.object({ text: z.string().min(1).max(300) }), output: sessionSchema }),
  /** Something in these sessions is new; `revision` is the store's. Whoever shows one asks what changed since its own. */
  changed: push({ payload: z.object({ revision: z.int(), sessionIds: z.array(sessionIdSchema) }) }),
  /** Somebody asked to see this session (a file was opened, a second start): the window goes there. */
  shown: push({ payload: z.object({ sessionId: sessionIdSchema }) }),
};
