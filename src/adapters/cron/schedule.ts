// Work on a schedule, once however many replicas run it: node-cron ticks in each, a lock lets one through. A run that still goes on when the next
// is due is not joined by a second.

import { schedule, validate } from 'node-cron';
import type { Instant } from '../../domain/base/time.ts';
import { toInstant } from '../../domain/base/time.ts';
import type { Lock } from '../../ports/lock.ts';
import type { Log } from '../../ports/log.ts';
import { endedSoon } from '../pause.ts';

export type ScheduleOptions = {
  /** Five or six fields, seconds first when six: for example each tenth second. */
  readonly expression: string;
  readonly timezone: string;
  readonly name: string;
  /** Runs once at the start, too, as if it were due then. Nothing waits for it. */
  readonly atOnce?: Instant;
  /** Told when the schedule said that it is due, the same in every replica, and when to leave the rest: somebody else may be at it by now, or this one stops. */
  readonly run: (dueAt: Instant, leave: AbortSignal) => Promise<unknown>;
  readonly lock: Lock;
  /** A replica that dies while running frees the work after this. */
  readonly lockMs: number;
  readonly log: Log;
};

/** `stop` resolves once what was under way has ended and freed its lock, or a little later: the lock then runs out by itself. */
export type Schedule = { stop(): Promise<void> };

/** Throws RangeError for an expression that is not one, naming it. */
export function startSchedule(options: ScheduleOptions): Schedule {
  const { expression, timezone, name, log } = options;
  if (!validate(expression))
    throw new RangeError(`"${expression}" is not a cron expression; write five fields, for example "*/5 * * * *"`);
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  const tick = async (dueAt: Instant): Promise<void> => {
    try {
      const run = (lost: AbortSignal) => options.run(dueAt, AbortSignal.any([lost, stopping.signal]));
      await options.lock.holding(name, options.lockMs, run);
    } catch (error) {
      if (stopping.signal.aborted) log.debug('scheduled run ended, for it is stopped', { schedule: name, error });
      else log.warn('scheduled run failed; the next one tries again', { schedule: name, error });
    }
  };
  const begin = async (dueAt: Instant): Promise<void> => {
    const run = tick(dueAt);
    underWay.add(run);
    await run;
    underWay.delete(run);
  };
  const task = schedule(expression, ({ date }) => begin(toInstant(date.getTime())), { timezone, name, noOverlap: true });
  if (options.atOnce !== undefined) void begin(options.atOnce);
  return {
    async stop() {
      stopping.abort();
      await task.destroy();
      // Else its lock would keep whoever comes next from the work until it runs out.
      await endedSoon(underWay);
    },
  };
}
