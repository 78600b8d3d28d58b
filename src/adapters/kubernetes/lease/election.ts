// One leader among the processes that could all do the same work: whoever holds the Lease leads, the others stand by and are ready at once. A leader that
// cannot renew gives up before the Lease can be taken from it, so that two lead at once only when a process was stopped in its tracks.

import { PermanentError, TransientError, UnknownResultError } from '../../../ports/fault.ts';
import type { Log } from '../../../ports/log.ts';
import type { Meter } from '../../../ports/meter.ts';
import { timeoutAfter } from '../../../ports/timers.ts';
import { aborted, pause } from '../../pause.ts';
import type { Attempt, LeaseOptions } from './lease.ts';
import { createLease } from './lease.ts';

export type Timings = {
  /** How long nobody else may take an unchanged Lease. Whole seconds. */
  readonly lengthMs: number;
  /** A leader that has not renewed for this long gives up; less than the length. */
  readonly renewWithinMs: number;
  readonly retryMs: number;
  /** A process that stops does not wait longer to let the Lease go; it then runs out by itself. */
  readonly releaseWithinMs: number;
};

/** As kube-controller-manager and client-go have them. */
export const TIMINGS: Timings = { lengthMs: 15_000, renewWithinMs: 10_000, retryMs: 2000, releaseWithinMs: 3000 };

export type ElectionOptions = Omit<LeaseOptions, 'lengthMs'> & {
  readonly timings?: Timings;
  readonly log: Log;
  readonly meter: Meter;
  /** 0 ≤ random() < 1, for jitter. */
  readonly random: () => number;
  /** Called each time this process begins to lead. Works until the signal aborts, and resolves when it has ended everything. */
  readonly lead: (signal: AbortSignal) => Promise<void>;
};

type Standing = 'leading' | 'standing-by';

export type Election = {
  /** Resolves once it is known whether this process leads or stands by; rejects when stopped before. */
  start(): Promise<Standing>;
  /** Ends leading, then lets the Lease go. */
  stop(): Promise<void>;
  standing(): Standing;
};

/** client-go's jitter, so that those who stand by do not ask as one. */
const JITTER = 1.2;
const SAY_AGAIN_MS = 10_000;

export function createElection(options: ElectionOptions): Election {
  const timings = options.timings ?? TIMINGS;
  const lease = createLease({ ...options, lengthMs: timings.lengthMs });
  const stopping = new AbortController();
  const state: State = { standing: 'standing-by', renewedAt: 0, saidAt: Number.NEGATIVE_INFINITY, holder: undefined };
  let candidacy: Promise<void> | undefined;
  return {
    standing: () => state.standing,
    start() {
      return new Promise((resolve, reject) => {
        stopping.signal.addEventListener('abort', () => reject(new Error('the election was stopped')), { once: true });
        candidacy = stand({ ...options, timings, lease, state, stopping: stopping.signal, onStanding: resolve });
      });
    },
    async stop() {
      stopping.abort();
      await candidacy;
    },
  };
}

type State = {
  standing: Standing;
  /** By ticks(). */
  renewedAt: number;
  saidAt: number;
  /** Who led when last asked. */
  holder: string | undefined;
};

type Candidate = ElectionOptions & {
  readonly timings: Timings;
  readonly lease: ReturnType<typeof createLease>;
  readonly state: State;
  readonly stopping: AbortSignal;
  readonly onStanding: (standing: Standing) => void;
};

async function stand(candidate: Candidate): Promise<void> {
  const { stopping, timings, random, ticks } = candidate;
  while (!stopping.aborted) {
    const begun = ticks();
    const attempt = await tryOnce(candidate, timings.renewWithinMs);
    if (attempt?.kind === 'held' || attempt?.kind === 'refused') await serve(candidate, attempt, begun);
    else if (attempt !== undefined) standBy(candidate, attempt.holder);
    await pause(timings.retryMs * (1 + (JITTER - 1) * random()), stopping);
  }
}

function standBy({ state, log, meter, onStanding }: Candidate, holder: string): void {
  state.standing = 'standing-by';
  meter.set('headroom_watch_leading', 0);
  if (state.holder !== holder) log.info('standing by; another process leads', { holder });
  state.holder = holder;
  onStanding('standing-by');
}

/** Leads until the Lease is lost or the process stops. `begun`: when it was asked for; an answer may come seconds after it was written. */
async function serve(candidate: Candidate, attempt: Attempt, begun: number): Promise<void> {
  const { state, stopping, log, meter, onStanding, lead, identity } = candidate;
  const term = new AbortController();
  const signal = AbortSignal.any([stopping, term.signal]);
  state.standing = 'leading';
  state.renewedAt = begun;
  meter.set('headroom_watch_leading', 1);
  const led = lead(signal).catch((error: unknown) => log.error('leading ended with an error', { error }));
  onStanding('leading');
  if (attempt.kind === 'refused') {
    log.warn(
      'no Lease can be had, so this process leads without one; a second one would do the same work, and tell nothing twice',
      {
        because: attempt.because,
      },
    );
    await aborted(signal);
  } else {
    log.info('leading', { identity });
    const lost = await renewWhileHeld(candidate, signal);
    if (lost !== undefined) log.warn('the Lease is lost; standing by', { because: lost });
  }
  term.abort();
  await led;
  state.standing = 'standing-by';
  meter.set('headroom_watch_leading', 0);
  if (attempt.kind === 'held') await release(candidate);
}

/** Why the Lease is lost; undefined when the signal aborted. */
async function renewWhileHeld(candidate: Candidate, signal: AbortSignal): Promise<string | undefined> {
  const { timings, state, ticks } = candidate;
  const leftMs = (): number => state.renewedAt + timings.renewWithinMs - ticks();
  for (;;) {
    // Not a moment longer than it may: whoever takes the Lease next waits for no more than its length.
    await pause(Math.min(timings.retryMs, Math.max(0, leftMs())), signal);
    if (signal.aborted) return undefined;
    if (leftMs() <= 0) return 'it could not be renewed in time';
    const begun = ticks();
    const attempt = await tryOnce(candidate, leftMs());
    if (attempt?.kind === 'held') state.renewedAt = begun;
    else if (attempt?.kind === 'other') return `${attempt.holder} has it`;
  }
}

/** Undefined when there was no answer in time. */
async function tryOnce({ lease, stopping, state, log, ticks }: Candidate, withinMs: number): Promise<Attempt | undefined> {
  try {
    return await lease.attempt(AbortSignal.any([stopping, timeoutAfter(withinMs)]));
  } catch (error) {
    if (stopping.aborted || ticks() - state.saidAt < SAY_AGAIN_MS) return undefined;
    state.saidAt = ticks();
    if (isFault(error)) log.warn('the Lease could not be read or written; trying again', { error: error.message });
    else log.error('the Lease was not asked for, by a mistake in Headroom itself; trying again', { error });
    return undefined;
  }
}

/** Of the API server or the way to it; anything else that is thrown is a mistake of this program. */
function isFault(error: unknown): error is TransientError | PermanentError | UnknownResultError {
  return error instanceof TransientError || error instanceof PermanentError || error instanceof UnknownResultError;
}

async function release({ lease, log, timings }: Candidate): Promise<void> {
  try {
    await lease.release(timeoutAfter(timings.releaseWithinMs));
  } catch (error) {
    log.debug('the Lease could not be let go; it runs out by itself', { error });
  }
}
