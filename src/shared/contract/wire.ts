// The frames on every transport: one JSON object per text. Calls end in exactly one of 'done' and 'fail'.

import { z } from 'zod';
import { errorCodes } from '../base/errors.ts';

export const clientFrameSchema = z.discriminatedUnion('t', [
  z.object({ t: z.literal('call'), id: z.int(), name: z.string().max(100), input: z.unknown() }),
  z.object({ t: z.literal('cancel'), id: z.int() }),
]);
export type ClientFrame = z.infer<typeof clientFrameSchema>;

export const serverFrameSchema = z.discriminatedUnion('t', [
  z.object({ t: z.literal('done'), id: z.int(), output: z.unknown() }),
  z.object({ t: z.literal('fail'), id: z.int(), code: z.enum(errorCodes), message: z.string() }),
  z.object({ t: z.literal('push'), name: z.string(), payload: z.unknown() }),
]);
export type ServerFrame = z.infer<typeof serverFrameSchema>;
