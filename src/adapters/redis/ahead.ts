// Jobs that wait by a clock that was ahead. A job's turn is written as a time of the process that put it off; where that clock was an hour ahead the job would
// wait an hour longer than it was to. Such a job is given the wait it was to have, from now.

import { Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { SECOND } from '../../domain/base/time.ts';
import type { Log } from '../../ports/log.ts';
import { callEvery } from '../../ports/timers.ts';
import type { RedisConnection } from './connection.ts';
import { PREFIX } from './connection.ts';

/** Clocks of machines that are kept in time differ by less. */
const DIFFERENCE_MS = 5 * SECOND;
/** Jobs looked at each time, those that wait longest first: they are the ones. */
const LOOKED_AT = 1000;
/** How BullMQ writes a time as the score of a job that waits: in its upper bits. */
const SCORE_OF_MS = 0x1000;

const LOOK_EVERY_MS = 5 * SECOND;

/** Looks at the jobs that wait in those queues, until it is stopped. */
export function watchForAhead(
  { connection, log }: { readonly connection: RedisConnection; readonly log: Log },
  names: readonly string[],
) {
  const queues = names.map((name) => new Queue(name, { connection: connection.client, prefix: `${PREFIX}:queue` }));
  for (const queue of queues) queue.on('error', () => undefined);
  let isLooking = false;
  const look = async (): Promise<void> => {
    // While Redis is away the last look is not over.
    if (isLooking) return;
    isLooking = true;
    try {
      for (const queue of queues) {
        const jobs = await bringForward(connection.client, queue, Date.now());
        if (jobs > 0) log.warn('jobs waited by a clock that was ahead', { queue: queue.name, jobs });
      }
    } catch (error) {
      log.debug('the jobs that wait could not be looked at', { error });
    } finally {
      isLooking = false;
    }
  };
  const timer = callEvery(LOOK_EVERY_MS, () => void look());
  return {
    async stop(): Promise<void> {
      clearInterval(timer);
      await Promise.all(queues.map((queue) => queue.close()));
    },
  };
}

/** Resolves to how many were brought forward. `now`: milliseconds since 1970 by this process. */
async function bringForward(client: Redis, queue: Queue, now: number): Promise<number> {
  const found = await client.zrevrange(queue.toKey('delayed'), 0, LOOKED_AT - 1, 'WITHSCORES');
  const late = found.flatMap((id, index) =>
    index % 2 === 0 && Number(found[index + 1]) / SCORE_OF_MS > now + DIFFERENCE_MS
      ? [{ id, at: Number(found[index + 1]) / SCORE_OF_MS }]
      : [],
  );
  let forward = 0;
  for (const { id, at } of late) {
    const delayMs = Number((await client.hget(queue.toKey(id), 'delay')) ?? Number.NaN);
    // Put off at a time that is yet to come.
    if (!(at - delayMs > now + DIFFERENCE_MS)) continue;
    const job = await Job.fromId(queue, id);
    // It may run by now.
    await job?.changeDelay(delayMs).catch(() => undefined);
    forward += 1;
  }
  return forward;
}
