// Waiting that ends early when somebody stops.

import { callAfter } from '../ports/timers.ts';

/** Resolves after that long, or at once when the signal aborts. Never rejects. */
export function pause(lengthMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = callAfter(lengthMs, done);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** Resolves when the signal aborts. Never rejects. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Enough for work that is told to leave; a store that is away would have it wait for ever. */
const LEAVE_WITHIN_MS = 3000;

/** Resolves once all have ended, in whichever way, or have had long enough for it. Never rejects. */
export async function endedSoon(work: Iterable<Promise<unknown>>): Promise<void> {
  const ended = new AbortController();
  const all = Promise.allSettled(work).then(() => ended.abort());
  await Promise.race([all, pause(LEAVE_WITHIN_MS, ended.signal)]);
}
