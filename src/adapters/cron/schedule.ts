// Work on a schedule, once however many replicas run it: node-cron ticks in each, a lock lets one through. A run that still goes on when the next
// is due is not joined by a second.

import { schedule, validate } from 'node-cron';
import type { Instant } from '../../domain/time.ts';
import { toInstant } from '../../domain/time.ts';
import type { Lock } from '../../ports/lock.ts';
import type { Log } from '../../ports/log.ts';

export type ScheduleOptions = {
  /** Five or six fields, seconds first when six: for example each tenth second. */
  readonly expression: string;
  readonly timezone: string;
  readonly name: string;
  /** Told when the schedule said that it is due, the same in every replica, and when somebody else may be at it by now. */
  readonly run: (dueAt: Instant, lost: AbortSignal) => Promise<unknown>;
  readonly lock: Lock;
  /** A replica that dies while running frees the work after this. */
  readonly lockMs: number;
  readonly log: Log;
};

export type Schedule = { stop(): Promise<void> };

/** Throws RangeError for an expression that is not one, naming it. */
export function startSchedule(options: ScheduleOptions): Schedule {
  const { expression, timezone, name, log } = options;
  if (!validate(expression))
    throw new RangeError(`"${expression}" is not a cron expression; write five fields, for example "*/5 * * * *"`);
  const tick = async (dueAt: Instant): Promise<void> => {
    try {
      await options.lock.holding(name, options.lockMs, (lost) => options.run(dueAt, lost));
    } catch (error) {
      log.warn('scheduled run failed; the next one tries again', { schedule: name, error });
    }
  };
  const task = schedule(expression, ({ date }) => tick(toInstant(date.getTime())), { timezone, name, noOverlap: true });
  return {
    async stop() {
      await task.destroy();
    },
  };
}
