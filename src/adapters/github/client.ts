// Octokit for one GitHub: by a token, or as a GitHub App whose installation tokens it fetches and renews itself; of github.com or of an Enterprise server
// by its URL. Every call has a timeout, every answer is parsed, every fault is one of ours. Credentials never leave it.

import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/core';
import type { z } from 'zod';
import { SECOND } from '../../domain/base/time.ts';
import { PermanentError, TransientError } from '../../ports/fault.ts';
import { timeoutAfter } from '../../ports/timers.ts';

export type GitHubCredentials =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'app'; readonly appId: string; readonly privateKey: string; readonly installationId: string };

export type GitHubOptions = {
  readonly credentials: GitHubCredentials;
  /** "https://api.github.com", or "https://github.example.com/api/v3" of an Enterprise server. */
  readonly apiUrl: string;
  /** Of each call. */
  readonly timeoutMs?: number | undefined;
};

type Call = {
  /** "GET /repos/{owner}/{repo}/git/trees/{tree_sha}". */
  readonly route: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
};

export type GitHub = {
  /** The parsed answer. */
  call<Answer>(call: Call, schema: z.ZodType<Answer>): Promise<Answer>;
  /** Undefined for 404. */
  find<Answer>(call: Call, schema: z.ZodType<Answer>): Promise<Answer | undefined>;
  /** The status of an answer that matters in itself: 422 for what is there already. Other faults are thrown. */
  attempt(call: Call, expected: readonly number[]): Promise<number>;
};

const TIMEOUT_MS = 15 * SECOND;
const RATE_LIMIT_MS = 60 * SECOND;

function withTimeout(timeoutMs: number): typeof fetch {
  return (input, init) => {
    const deadline = timeoutAfter(timeoutMs);
    return fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, deadline]) : deadline });
  };
}

/** A caller that stops waiting does not wait for a token either. */
function before<Answer>(signal: AbortSignal, answer: Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new Error('stopped waiting', { cause: signal.reason }));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    void answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

export function createGitHub({ credentials, apiUrl, timeoutMs = TIMEOUT_MS }: GitHubOptions): GitHub {
  const octokit = new Octokit({
    baseUrl: apiUrl.replace(/\/+$/, ''),
    userAgent: 'headroom',
    ...authentication(credentials),
    // Every call, also those for the App's tokens, which Octokit makes itself and without our signal.
    request: { fetch: withTimeout(timeoutMs) },
    log: SILENT,
  });
  const send = async ({ route, parameters, signal }: Call): Promise<{ readonly status: number; readonly data: unknown }> =>
    before(signal, octokit.request(route, { ...parameters, request: { signal } }));
  return {
    async call(call, schema) {
      try {
        return parsed(call, schema, (await send(call)).data);
      } catch (error) {
        throw faultOf(error, call);
      }
    },
    async find(call, schema) {
      try {
        return parsed(call, schema, (await send(call)).data);
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw faultOf(error, call);
      }
    },
    async attempt(call, expected) {
      try {
        return (await send(call)).status;
      } catch (error) {
        const status = statusOf(error);
        if (status !== undefined && expected.includes(status) && !isRateLimit(error)) return status;
        throw faultOf(error, call);
      }
    },
  };
}

const nothing = (): void => undefined;
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };

function authentication(credentials: GitHubCredentials) {
  if (credentials.kind === 'token') return { auth: credentials.token };
  const { appId, privateKey, installationId } = credentials;
  return { authStrategy: createAppAuth, auth: { appId, privateKey, installationId: Number(installationId) } };
}

function parsed<Answer>({ route }: Call, schema: z.ZodType<Answer>, data: unknown): Answer {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const place = result.error.issues[0]?.path.map(String).join('.') ?? '';
  throw new PermanentError(`the answer of GitHub to ${route} is not what it should be at "${place}"`, {
    code: 'OOM_REPOSITORY_ANSWER',
    cause: result.error,
  });
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function statusOf(error: unknown): number | undefined {
  const status = field(error, 'status');
  return typeof status === 'number' ? status : undefined;
}

function headersOf(error: unknown): unknown {
  return field(field(error, 'response'), 'headers');
}

function isRateLimit(error: unknown): boolean {
  const status = statusOf(error);
  if (status === 429) return true;
  const headers = headersOf(error);
  return status === 403 && (field(headers, 'retry-after') !== undefined || field(headers, 'x-ratelimit-remaining') === '0');
}

function faultOf(error: unknown, { route }: Call): Error {
  if (error instanceof PermanentError) return error;
  const status = statusOf(error);
  if (isRateLimit(error)) {
    const seconds = Number(field(headersOf(error), 'retry-after'));
    const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? seconds * SECOND : RATE_LIMIT_MS;
    return new TransientError('GitHub asks to slow down', { code: 'OOM_REPOSITORY_RATE_LIMITED', retryAfterMs });
  }
  // Octokit gives 500 to what never reached GitHub.
  if (status === undefined || status >= 500)
    return new TransientError(`GitHub did not answer ${route}`, { code: 'OOM_REPOSITORY_UNREACHABLE', cause: error });
  const code = status === 401 || status === 403 || status === 404 ? 'OOM_REPOSITORY_DENIED' : 'OOM_REPOSITORY_ANSWER';
  return new PermanentError(`GitHub refused ${route} with ${status}`, { code, cause: error });
}
