// When a job that failed is tried again. What is away (Slack, the API server, Redis) comes back at a time that nobody knows: a job waits a few seconds at most
// between two looks, however long it lasted, so that it goes on soon after. An error that nobody expects is another matter: it gets few tries.

import { UnrecoverableError } from 'bullmq';
import type { Millis } from '../../domain/base/time.ts';
import { DAY, SECOND, wholeMs } from '../../domain/base/time.ts';
import { PermanentError, TransientError, UnknownResultError } from '../../ports/fault.ts';

/** With the eight seconds of a call to Slack that nobody answers, it goes on within fifteen after Slack is back. */
export const LONGEST_BACKOFF_MS = 5 * SECOND;
const JITTER = 0.3;

/** About a day's worth: then the job counts as failed, and the sweep makes new ones of what is still to be done. */
export const MOST_TRIES = DAY / LONGEST_BACKOFF_MS;

/** The wait after so many tries: doubled each time, up to five seconds, less up to 30 % by chance. 0 ≤ random < 1. With 500 ms: 0.5 s, 1 s, 2 s, 4 s, 5 s, 5 s … */
export function backoffAfter(tries: number, firstMs: number, random: number): Millis {
  return wholeMs(Math.min(firstMs * 2 ** Math.max(0, tries - 1), LONGEST_BACKOFF_MS) * (1 - JITTER * random));
}

/**
 * The error to fail this try with. What is away is tried on; what is refused for good, or failed in an unexpected way for the last time that such an error may,
 * is given up. `tries`: with this one.
 */
export function endOfTry(error: unknown, tries: number, mostUnexpected: number): unknown {
  if (error instanceof PermanentError) return new UnrecoverableError(`${error.code}: ${error.message}`);
  if (error instanceof TransientError || error instanceof UnknownResultError || tries < mostUnexpected) return error;
  return new UnrecoverableError(error instanceof Error ? error.message : String(error));
}
