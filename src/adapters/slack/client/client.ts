// The one way to Slack's Web API: no hidden queue, no hidden retries, every call with a timeout, every failure one of our faults. A rate limit
// goes back to the job queue with the time Slack named; an answer that was lost is said to be lost.

import type { WebClientOptions } from '@slack/web-api';
import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError, WebClient } from '@slack/web-api';
import { SECOND } from '../../../domain/base/time.ts';
import { PermanentError, TransientError, UnknownResultError } from '../../../ports/fault.ts';
import type { Meter } from '../../../ports/meter.ts';
import { silentLogger } from './logger.ts';

/** How Slack reaches the bot: over connections that the bot opens, or by signed requests. */
export type SlackIncoming =
  | { readonly kind: 'socket'; readonly appToken: string }
  | { readonly kind: 'http'; readonly signingSecret: string; readonly host: string; readonly port: number };

export type SlackCredentials = {
  readonly botToken: string;
  readonly incoming: SlackIncoming;
  readonly apiUrl: string | undefined;
};

const TIMEOUT_MS = 8 * SECOND;
/** How long to wait with a message when somebody has to change something in Slack first: an invitation, a scope, a token. */
const UNTIL_MENDED_MS = 30 * SECOND;

export function clientOptions(apiUrl: string | undefined): WebClientOptions {
  return {
    timeout: TIMEOUT_MS,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
    logger: silentLogger,
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
  };
}

export function createWebClient(credentials: SlackCredentials): WebClient {
  return new WebClient(credentials.botToken, clientOptions(credentials.apiUrl));
}

/** Slack's words for "the blocks are not acceptable". */
const CONTENT_ERRORS: ReadonlySet<string> = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
  'invalid_attachments',
  'no_text',
]);
/** The message that was to be edited, or the thread, was deleted. */
const GONE_ERRORS: ReadonlySet<string> = new Set(['message_not_found', 'thread_not_found']);
/** Nobody can mend it: somebody else's message, or one too old to be edited. */
const FINAL_ERRORS: ReadonlySet<string> = new Set(['cant_update_message', 'edit_window_closed']);
/** This channel takes no message of ours as long as nobody changes something there. */
const CLOSED_ERRORS: ReadonlySet<string> = new Set([
  'not_in_channel',
  'channel_not_found',
  'is_archived',
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_thread_locked',
]);
/** Slack's own trouble: the call may have worked. */
const TROUBLE: ReadonlySet<string> = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]);

/** True when Slack refused the blocks themselves: another layout of the same message may pass. */
export function isContentRefused(error: unknown): boolean {
  return (
    error instanceof PermanentError && error.cause instanceof WebAPIPlatformError && CONTENT_ERRORS.has(error.cause.data.error)
  );
}

type CallKind = 'read' | 'write';

export type Called = {
  readonly method: string;
  /** write: asked twice it happens twice, so a lost answer is an unknown result. read: also edits, which end the same. */
  readonly kind: CallKind;
  readonly meter: Meter;
};

/** Runs one call of the Web API and translates what goes wrong. */
export async function calling<Result>({ method, kind, meter }: Called, call: () => Promise<Result>): Promise<Result> {
  const started = performance.now();
  try {
    const result = await call();
    meter.count('headroom_slack_calls_total', { method, outcome: 'ok' });
    return result;
  } catch (error) {
    const fault = toFault(method, kind, error);
    meter.count('headroom_slack_calls_total', { method, outcome: fault.code });
    throw fault;
  } finally {
    meter.time('headroom_slack_call_duration_seconds', (performance.now() - started) / SECOND, { method });
  }
}

function toFault(method: string, kind: CallKind, error: unknown): TransientError | PermanentError | UnknownResultError {
  if (error instanceof WebAPIRateLimitedError) {
    return new TransientError(`Slack allows no more ${method} for ${error.retryAfter} s`, {
      code: 'OOM_SLACK_RATE_LIMITED',
      retryAfterMs: error.retryAfter * SECOND,
      cause: error,
    });
  }
  if (error instanceof WebAPIPlatformError) return platformFault(method, kind, error);
  if (error instanceof WebAPIHTTPError) return lost(method, kind, { words: `HTTP ${error.statusCode}`, cause: error });
  if (error instanceof WebAPIRequestError) {
    if (neverSent(error.original))
      return new TransientError(`Slack cannot be reached for ${method}`, {
        code: 'OOM_SLACK_UNREACHABLE',
        cause: error.original,
      });
    return lost(method, kind, { words: error.original.message, cause: error.original });
  }
  return lost(method, kind, { words: error instanceof Error ? error.message : 'unknown error', cause: error });
}

function platformFault(
  method: string,
  kind: CallKind,
  error: WebAPIPlatformError,
): TransientError | PermanentError | UnknownResultError {
  const word = error.data.error;
  if (TROUBLE.has(word)) return lost(method, kind, { words: word, cause: error });
  const details = (error.data.response_metadata?.messages ?? []).slice(0, 3).join('; ');
  const message = `Slack refused ${method}: ${word}${details === '' ? '' : ` (${details})`}${hint(word)}`;
  if (GONE_ERRORS.has(word)) return new PermanentError(message, { code: 'OOM_SLACK_MESSAGE_GONE', cause: error });
  if (CONTENT_ERRORS.has(word) || FINAL_ERRORS.has(word) || method.startsWith('views.')) {
    return new PermanentError(message, { code: 'OOM_SLACK_REFUSED', cause: error });
  }
  // Somebody can mend it: keep the message and try again.
  const code = CLOSED_ERRORS.has(word) ? 'OOM_SLACK_CHANNEL_CLOSED' : 'OOM_SLACK_REFUSED';
  return new TransientError(message, { code, retryAfterMs: UNTIL_MENDED_MS, cause: error });
}

function hint(word: string): string {
  switch (word) {
    case 'not_in_channel':
      return ': invite the bot to the channel';
    case 'channel_not_found':
      return ': the channel does not exist or is private and the bot is not in it';
    case 'is_archived':
      return ': the channel is archived';
    case 'missing_scope':
      return ': add the scope to the Slack app and install it again';
    case 'invalid_auth':
    case 'token_revoked':
    case 'account_inactive':
      return ': check SLACK_BOT_TOKEN';
    default:
      return '';
  }
}

type Lost = { readonly words: string; readonly cause: unknown };

function lost(method: string, kind: CallKind, { words, cause }: Lost): TransientError | UnknownResultError {
  if (kind === 'read')
    return new TransientError(`Slack did not answer ${method}: ${words}`, { code: 'OOM_SLACK_UNREACHABLE', cause });
  return new UnknownResultError(`no answer from Slack to ${method}: ${words}; it may have worked`, {
    code: 'OOM_SLACK_UNREACHABLE',
    cause,
  });
}

const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Whether the connection failed before a byte of the request could have arrived. */
function neverSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && NEVER_SENT.has(error.code)) return true;
  return neverSent(error.cause);
}
