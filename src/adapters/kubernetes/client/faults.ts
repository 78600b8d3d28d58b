// The API server's refusals and the network's failures as our faults. The message says which request, and the server's own words.

import { z } from 'zod';
import { PermanentError, TransientError, UnknownResultError } from '../../../ports/fault.ts';

const status = z.object({
  message: z.string().optional(),
  reason: z.string().optional(),
  details: z
    .object({
      kind: z.string().optional(),
      name: z.string().optional(),
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

const LONGEST_WORDS = 600;

/**
 * The server's own words, fit to be shown. It quotes whole objects where one cannot be decoded or may not change (seen on 1.36), with everything that
 * stands in their environment: what comes after the quotation says what is wrong.
 */
export function serverWords(body: unknown): string {
  const words = withoutObjects(statusOf(body).message ?? 'no message').trim();
  return words.length <= LONGEST_WORDS ? words : `${words.slice(0, LONGEST_WORDS)} …`;
}

const QUOTED = /Invalid value: (?:"\{(?:[^"\\]|\\.)*"|&?[\w.]*\{)/;

/** Objects quoted as JSON, as JSON within a string, or as Go writes them. */
function withoutObjects(words: string): string {
  const found = QUOTED.exec(words);
  if (found === null) return words;
  const end = found[0].endsWith('"') ? found.index + found[0].length : endOfObject(words, found.index + found[0].length);
  return `${words.slice(0, found.index)}invalid value${withoutObjects(words.slice(end))}`;
}

/** Just behind the brace that closes the object; the end when none does. Braces within strings do not count. */
function endOfObject(words: string, start: number): number {
  let depth = 1;
  let inString = false;
  for (let index = start; index < words.length; index += 1) {
    const character = words[index];
    if (inString && character === '\\') index += 1;
    else if (character === '"') inString = !inString;
    else if (!inString && character === '{') depth += 1;
    else if (!inString && character === '}') depth -= 1;
    if (depth === 0) return index + 1;
  }
  return words.length;
}

export function answerFault(request: Request, code: number, body: unknown): PermanentError | TransientError {
  const text = `${request.method ?? 'GET'} ${request.path}: ${code} ${serverWords(body)}`;
  const cause = { status: code };
  if (code === 401 || code === 403) return new PermanentError(text, { code: 'OOM_CLUSTER_DENIED', cause });
  if (code === 429 || code >= 500) {
    const wait = statusOf(body).details?.retryAfterSeconds;
    return new TransientError(text, {
      code: 'OOM_CLUSTER_UNREACHABLE',
      cause,
      retryAfterMs: wait === undefined ? undefined : wait * 1000,
    });
  }
  return new PermanentError(text, { code: 'OOM_CLUSTER_ANSWER', cause });
}

/** The HTTP status of a fault made by answerFault; undefined for every other error. */
export function refusalCode(error: unknown): number | undefined {
  if (!(error instanceof PermanentError) && !(error instanceof TransientError)) return undefined;
  const { cause } = error;
  return typeof cause === 'object' && cause !== null && 'status' in cause && typeof cause.status === 'number'
    ? cause.status
    : undefined;
}

/** The answer in the shape we rely on; PermanentError, naming the request and the first thing wrong, when it is another. */
export function expectShape<Schema extends z.ZodType>(schema: Schema, body: unknown, request: Request): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const problem = `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'not understood'}`;
  throw new PermanentError(`${request.method ?? 'GET'} ${request.path}: an answer of an unknown shape (${problem})`, {
    code: 'OOM_CLUSTER_ANSWER',
  });
}

/** Codes that say for sure nothing was sent. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'EHOSTUNREACH', 'ENETUNREACH']);

/** Errors of Node and undici that say a call was made wrongly. */
const MISUSE = /^(?:ERR_INVALID_|ERR_OUT_OF_RANGE|UND_ERR_INVALID_)/;

/** Nothing of the network: thrown by this program's own mistake. */
export function isOwnFault(error: unknown): boolean {
  if (error instanceof RangeError || error instanceof ReferenceError) return true;
  const code = codeOf(error);
  return code === undefined ? error instanceof TypeError : MISUSE.test(code);
}

/**
 * A read may simply be tried again; a write whose answer was lost may have happened. A fault of this program comes back as it is: the API server is not
 * blamed for it.
 */
export function networkFault(request: Request, error: unknown): Error {
  if (error instanceof Error && isOwnFault(error)) return error;
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
