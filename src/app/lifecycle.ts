// Everything started registers a named closer; stop runs them last in, first out, each within what is left of one deadline, and
// collects what went wrong instead of stopping at it.

import type { Log } from '../ports/log.ts';
import { timeoutAfter } from '../ports/timers.ts';

export type Closer = () => Promise<void> | void;

export type Lifecycle = {
  onStop(name: string, closer: Closer): void;
  /** Runs every closer once, newest first. Resolves when all have ended or the deadline has passed. */
  stop(deadlineMs: number): Promise<void>;
};

export function createLifecycle(log: Log): Lifecycle {
  const closers: { readonly name: string; readonly closer: Closer }[] = [];
  return {
    onStop(name, closer) {
      closers.push({ name, closer });
    },
    async stop(deadlineMs) {
      const deadline = timeoutAfter(deadlineMs);
      for (let next = closers.pop(); next !== undefined; next = closers.pop()) {
        await closeOne(next, { deadline, log });
      }
    },
  };
}

type Closing = { readonly deadline: AbortSignal; readonly log: Log };

async function closeOne(
  { name, closer }: { readonly name: string; readonly closer: Closer },
  { deadline, log }: Closing,
): Promise<void> {
  try {
    await Promise.race([closer(), expired(deadline)]);
    log.debug('stopped', { part: name });
  } catch (error) {
    log.error('could not stop cleanly', { part: name, error });
  }
}

function expired(deadline: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = (): void => reject(new Error('took longer than the deadline'));
    if (deadline.aborted) fail();
    else deadline.addEventListener('abort', fail, { once: true });
  });
}
