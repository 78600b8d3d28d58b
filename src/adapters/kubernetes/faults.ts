// The API server's refusals and the network's failures as our faults. The message says which request, and the server's own words.

import { z } from 'zod';
import { PermanentError, TransientError, UnknownResultError } from '../../ports/fault.ts';

const status = z.object({
  message: z.string().optional(),
  reason: z.string().optional(),
  details: z
    .object({
      causes: z.array(z.object({ reason: z.string().optional(), message: z.string().optional(), field: z.string().optional() })).optional(),
      retryAfterSeconds: z.number().optional(),
    })
    .optional(),
});

export type ApiStatus = z.infer<typeof status>;

type Request = { readonly method?: string; readonly path: string };

/** The Status object of a refusal; empty when the body is something else. */
export function statusOf(body: unknown): ApiStatus {
  const parsed = status.safeParse(body);
  return parsed.success ? parsed.data : {};
}

export function answerFault(request: Request, code: number, body: unknown): PermanentError | TransientError {
  const { message = 'no message', details } = statusOf(body);
  const text = `${request.method ?? 'GET'} ${request.path}: ${code} ${message}`;
  if (code === 401 || code === 403) return new PermanentError(text, { code: 'OOM_CLUSTER_DENIED' });
  if (code === 429 || code >= 500) {
    const retryAfterMs = details?.retryAfterSeconds === undefined ? undefined : details.retryAfterSeconds * 1000;
    return new TransientError(text, { code: 'OOM_CLUSTER_UNREACHABLE', retryAfterMs });
  }
  return new PermanentError(text, { code: 'OOM_CLUSTER_ANSWER', cause: { status: code } });
}

/** Codes that say for sure nothing was sent. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'EHOSTUNREACH', 'ENETUNREACH']);

/** A read may simply be tried again; a write whose answer was lost may have happened. */
export function networkFault(request: Request, error: unknown): TransientError | UnknownResultError {
  const code = codeOf(error);
  const method = request.method ?? 'GET';
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  const text = `${method} ${request.path}: ${timedOut ? 'no answer in time' : `the API server cannot be reached (${code ?? 'connection lost'})`}`;
  if (method !== 'GET' && (code === undefined || !NEVER_SENT.has(code))) {
    return new UnknownResultError(text, { code: 'OOM_CLUSTER_UNREACHABLE', cause: error });
  }
  return new TransientError(text, { code: timedOut ? 'OOM_TIMEOUT' : 'OOM_CLUSTER_UNREACHABLE', cause: error });
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(error.cause);
}
