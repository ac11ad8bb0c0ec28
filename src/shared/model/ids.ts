// Branded ids. All are opaque text; nothing reads meaning out of them.

import { z } from 'zod';

/** Public id of a session: stable over re-reading, made from source and native id. */
export type SessionId = string & { readonly brand: 'SessionId' };
/** Id of a span inside its session: the agent's own id where there is one, else derived from file and line. */
export type SpanId = string & { readonly brand: 'SpanId' };
export type SourceId = string & { readonly brand: 'SourceId' };
/** Row number of a record in the store. */
export type RecordId = number & { readonly brand: 'RecordId' };

export const sessionIdSchema = z.string().min(1).max(200) as unknown as z.ZodType<SessionId, SessionId>;
export const spanIdSchema = z.string().min(1).max(2000) as unknown as z.ZodType<SpanId, SpanId>;
export const sourceIdSchema = z.string().min(1).max(200) as unknown as z.ZodType<SourceId, SourceId>;
export const recordIdSchema = z.int().nonnegative() as unknown as z.ZodType<RecordId, RecordId>;

/** The key of the span that stands for the session itself; every tree hangs below it. */
export const ROOT_SPAN = 'session' as SpanId;
