// Faults, as opposed to expected outcomes. Adapters turn a vendor's errors into one of these two; the job queue maps them to
// "try again" or "give up", the Slack edge to a private reply with the reference.

import type { Millis } from '../domain/base/time.ts';
import { wholeMs } from '../domain/base/time.ts';

type FaultCode =
  | 'OOM_CLUSTER_UNREACHABLE'
  | 'OOM_CLUSTER_DENIED'
  | 'OOM_CLUSTER_ANSWER'
  | 'OOM_USAGE_UNREACHABLE'
  | 'OOM_USAGE_ANSWER'
  | 'OOM_STORE_UNREACHABLE'
  | 'OOM_STORE_CONTENT'
  | 'OOM_STORE_CONTENDED'
  | 'OOM_SLACK_UNREACHABLE'
  | 'OOM_SLACK_RATE_LIMITED'
  | 'OOM_SLACK_REFUSED'
  | 'OOM_REPOSITORY_UNREACHABLE'
  | 'OOM_REPOSITORY_RATE_LIMITED'
  | 'OOM_REPOSITORY_DENIED'
  | 'OOM_REPOSITORY_ANSWER'
  /** The bot cannot post there: removed, archived, read-only, or no such channel. */
  | 'OOM_SLACK_CHANNEL_CLOSED'
  /** The message to edit, or the thread to reply in, was deleted. */
  | 'OOM_SLACK_MESSAGE_GONE'
  /** A request that Headroom may never send, whatever asked for it. */
  | 'OOM_WRITE_REFUSED'
  | 'OOM_TIMEOUT'
  /** A setting of this process is wrong, as only its use showed. */
  | 'OOM_SETTING';

type FaultOptions = {
  readonly code: FaultCode;
  readonly cause?: unknown;
  /** The earliest that another attempt makes sense, when the other side said so. */
  readonly retryAfterMs?: number | undefined;
};

abstract class Fault extends Error {
  readonly code: FaultCode;
  readonly retryAfterMs: Millis | undefined;

  constructor(message: string, options: FaultOptions) {
    super(message, { cause: options.cause });
    this.code = options.code;
    this.retryAfterMs = waitOf(options.retryAfterMs);
  }
}

/** The other side's word, in whichever form it came; a wait that is no number is none. */
function waitOf(saidMs: number | undefined): Millis | undefined {
  return saidMs === undefined || Number.isNaN(saidMs) ? undefined : wholeMs(saidMs);
}

/** The same call may succeed later. */
export class TransientError extends Fault {
  override readonly name = 'TransientError';
}

/** The same call will fail again until somebody changes something. */
export class PermanentError extends Fault {
  override readonly name = 'PermanentError';
}

/**
 * The other side may or may not have done what was asked: the answer was lost. Whoever asked has to look before asking again.
 */
export class UnknownResultError extends Fault {
  override readonly name = 'UnknownResultError';
}
