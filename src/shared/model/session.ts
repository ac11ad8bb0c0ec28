// One conversation or run of one agent.

import { z } from 'zod';
import { costSchema } from './cost.ts';
import { sessionIdSchema, sourceIdSchema } from './ids.ts';
import { usageSchema } from './usage.ts';

export const sessionSchema = z.object({
  id: sessionIdSchema,
  /** The recorded program: 'claude-code', 'codex', 'anton', 'otel', … */
  agent: z.string(),
  agentVersion: z.string().nullable(),
  sourceId: sourceIdSchema,
  nativeId: z.string(),
  title: z.string(),
  /** Last part of the working directory, or of the folder that the file lies in. Sessions are grouped by it. */
  project: z.string(),
  cwd: z.string().nullable(),
  gitBranch: z.string().nullable(),
  /** The model seen last. */
  model: z.string().nullable(),
  startUs: z.number().nullable(),
  /** Time of the newest record, by the agent's clock. */
  updateUs: z.number().nullable(),
  turns: z.int(),
  spans: z.int(),
  llmSpans: z.int(),
  toolSpans: z.int(),
  errors: z.int(),
  records: z.int(),
  rejected: z.int(),
  usage: usageSchema,
  /** By the prices that hold when it is asked for; absent where whoever tells of the session knows none. */
  cost: costSchema.exactOptional(),
  revision: z.int(),
});
export type Session = z.infer<typeof sessionSchema>;
