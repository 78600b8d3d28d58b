// Everything started registers a named closer; stop runs them last in, first out, each within what is left of one deadline, and collects what went wrong
// instead of stopping at it. What works for itself stops together, within a part of the deadline: what a store that is away holds up in one is not waited
// for in each, and what the work used is still closed in time.

import type { Log } from '../ports/log.ts';
import { timeoutAfter } from '../ports/timers.ts';

export type Closer = () => Promise<void> | void;

export type Lifecycle = {
  /** Of something that others use. */
  onStop(name: string, closer: Closer): void;
  /** Of something that works for itself, and that no other work needs to stop. */
  onStopWork(name: string, closer: Closer): void;
  /** Runs every closer once, newest first. Resolves when all have ended or the deadline has passed. */
  stop(deadlineMs: number): Promise<void>;
};

/** How much of the deadline work may take. */
const SHARE_OF_WORK = 0.75;

type Part = { readonly name: string; readonly closer: Closer; readonly isWork: boolean };

export function createLifecycle(log: Log): Lifecycle {
  const parts: Part[] = [];
  const nextOnes = (): readonly Part[] => {
    const last = parts.pop();
    if (last === undefined) return [];
    const together = [last];
    while (last.isWork && parts.at(-1)?.isWork === true) together.push(...parts.splice(-1));
    return together;
  };
  return {
    onStop: (name, closer) => void parts.push({ name, closer, isWork: false }),
    onStopWork: (name, closer) => void parts.push({ name, closer, isWork: true }),
    async stop(deadlineMs) {
      const deadlines = { work: timeoutAfter(SHARE_OF_WORK * deadlineMs), all: timeoutAfter(deadlineMs) };
      for (let next = nextOnes(); next.length > 0; next = nextOnes()) {
        await Promise.all(next.map((part) => closeOne(part, { deadline: part.isWork ? deadlines.work : deadlines.all, log })));
      }
    },
  };
}

type Closing = { readonly deadline: AbortSignal; readonly log: Log };

async function closeOne({ name, closer }: Part, { deadline, log }: Closing): Promise<void> {
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
