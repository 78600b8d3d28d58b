// The one door to the platform's timers. They take whole milliseconds up to a bound and fail in silence or by throwing on anything else, so every length of
// time passes through wholeMs on its way to them; the linter sees that nothing else calls them.

import type { Millis } from '../domain/base/time.ts';
import { toMillis, wholeMs } from '../domain/base/time.ts';

/** Nearly 25 days: Node holds a timer's length in 31 bits and fires at once when it is longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A signal that aborts with a TimeoutError after that long. Fractions are rounded up; what is negative aborts at the next turn. */
export function timeoutAfter(lengthMs: number): AbortSignal {
  return AbortSignal.timeout(timerMs(lengthMs));
}

/** setTimeout with a length that it can take. */
export function callAfter(lengthMs: number, call: () => void): NodeJS.Timeout {
  return setTimeout(call, timerMs(lengthMs));
}

/** setInterval with a length that it can take, one millisecond at least. */
export function callEvery(lengthMs: number, call: () => void): NodeJS.Timeout {
  return setInterval(call, Math.max(1, timerMs(lengthMs)));
}

function timerMs(lengthMs: number): Millis {
  return toMillis(Math.min(wholeMs(lengthMs), LONGEST_TIMER_MS));
}
