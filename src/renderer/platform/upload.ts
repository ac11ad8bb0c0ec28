// Sends one file to the server that this page came from, where a browser cannot tell its path.

import { z } from 'zod';
import { errorCodes, PlayheadError } from '../../shared/base/errors.ts';
import { type SessionId, sessionIdSchema } from '../../shared/model/ids.ts';
import { serverKey } from './token.ts';

export const UPLOAD_LIMIT_BYTES = 512 * 1024 * 1024;

const answerSchema = z.union([
  z.object({ sessionIds: z.array(sessionIdSchema) }),
  z.object({ error: z.object({ code: z.enum(errorCodes), message: z.string() }) }),
]);

export interface UploadOptions {
  /** Told with the share sent, 0 to 1. */
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Uploads a file under a name (which may hold folders) and gives the sessions found in it. Fails with 'too-large' over
 * UPLOAD_LIMIT_BYTES, 'unavailable' when the server is away, 'cancelled', and what the server answers.
 */
export function uploadFile(file: File, name: string, options: UploadOptions = {}): Promise<readonly SessionId[]> {
  const { onProgress, signal } = options;
  return new Promise((resolve, reject) => {
    if (file.size > UPLOAD_LIMIT_BYTES) {
      reject(new PlayheadError('too-large', `${name} is larger than 512 MB. Open it with: playhead open FILE`));
      return;
    }
    const request = new XMLHttpRequest();
    request.open('POST', `/upload?name=${encodeURIComponent(name)}`);
    request.setRequestHeader('x-playhead-token', serverKey());
    request.upload.addEventListener('progress', event => {
      if (event.lengthComputable && event.total > 0) onProgress?.(event.loaded / event.total);
    });
    request.addEventListener('load', () => {
      const answer = parseAnswer(request.responseText);
      if (!answer) reject(new PlayheadError('internal', `The server answered with status ${request.status}.`));
      else if ('error' in answer) reject(new PlayheadError(answer.error.code, answer.error.message));
      else resolve(answer.sessionIds);
    });
    request.addEventListener('error', () =>
      reject(new PlayheadError('unavailable', `The connection was lost while ${name} was sent.`)),
    );
    request.addEventListener('abort', () => reject(new PlayheadError('cancelled', 'Cancelled.')));
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}

function parseAnswer(text: string): z.infer<typeof answerSchema> | undefined {
  try {
    return answerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
