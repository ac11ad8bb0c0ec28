// The one error class that crosses layers and the wire. Codes are a closed list; text is for people.

export const errorCodes = [
  'bad-input', // the caller's values do not fit
  'not-found', // the named thing does not exist (any more)
  'conflict', // somebody else holds it, or it changed meanwhile
  'cancelled', // the caller gave up
  'unavailable', // the other side is away; trying again may help
  'unreadable', // a file or record exists but cannot be read
  'too-large', // over a stated limit
  'store-newer', // the store was written by a newer Playhead
  'store-corrupt', // the store is damaged
  'denied', // not allowed for this caller
  'internal', // a defect of ours
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export class PlayheadError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PlayheadError';
    this.code = code;
  }
}

/** Anything thrown, as a PlayheadError; foreign errors become 'internal' and keep their cause. */
export function toPlayheadError(thrown: unknown): PlayheadError {
  if (thrown instanceof PlayheadError) return thrown;
  if (thrown instanceof Error) {
    if (thrown.name === 'AbortError') return new PlayheadError('cancelled', 'Cancelled.', { cause: thrown });
    return new PlayheadError('internal', thrown.message, { cause: thrown });
  }
  return new PlayheadError('internal', String(thrown));
}
