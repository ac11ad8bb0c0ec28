// The frames on every transport: one JSON object per text. Calls end in exactly one of 'done' and 'fail'. JSON leaves
// out what is undefined, so a frame without input, output or payload is a frame.

import { z } from 'zod';
import { errorCodes } from '../base/errors.ts';

export const clientFrameSchema = z.discriminatedUnion('t', [
  z.object({ t: z.literal('call'), id: z.int(), name: z.string(), input: z.unknown().optional() }),
  z.object({ t: z.literal('cancel'), id: z.int() }),
]);
export type ClientFrame = z.infer<typeof clientFrameSchema>;

export const serverFrameSchema = z.discriminatedUnion('t', [
  z.object({ t: z.literal('done'), id: z.int(), output: z.unknown().optional() }),
  z.object({ t: z.literal('fail'), id: z.int(), code: z.enum(errorCodes), message: z.string() }),
  z.object({ t: z.literal('push'), name: z.string(), payload: z.unknown().optional() }),
]);
export type ServerFrame = z.infer<typeof serverFrameSchema>;
