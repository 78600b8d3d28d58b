// The queues, one per step. A post or verify job that waits covers every change until it runs; one enqueued while such a job runs is kept and
// runs after it, so the last change is never swallowed (BullMQ's keepLastIfActive).

import type { JobsOptions } from 'bullmq';
import { Queue } from 'bullmq';
import { HOUR, SECOND } from '../../domain/time.ts';
import type { Job, JobQueue } from '../../ports/job-queue.ts';
import type { Step } from '../../steps.ts';
import { STEP_NAMES, STEPS } from '../../steps.ts';
import type { RedisConnection } from './connection.ts';
import { PREFIX } from './connection.ts';
import { storing } from './faults.ts';

export type RedisJobQueue = JobQueue & {
  /** Jobs that wait, are delayed or run. */
  depth(step: Step): Promise<number>;
  close(): Promise<void>;
};

/** Finished jobs are kept a while for looking at, and so that a kill handed on twice meets its job's id. */
const KEEP_DONE = { age: HOUR / SECOND, count: 5000 };
const KEEP_FAILED = { age: (24 * HOUR) / SECOND, count: 5000 };

export function redisJobQueue(connection: RedisConnection): RedisJobQueue {
  const queues = new Map(
    STEP_NAMES.map((step) => [step, new Queue<Job>(step, { connection: connection.client, prefix: `${PREFIX}:queue` })]),
  );
  for (const queue of queues.values()) queue.on('error', () => undefined);
  return {
    enqueue: (job) =>
      storing(async () => {
        await queues.get(job.step)?.add(job.step, job, optionsFor(job));
      }),
    depth: async (step) => (await queues.get(step)?.getJobCountByTypes('wait', 'delayed', 'active', 'prioritized')) ?? 0,
    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}

function optionsFor(job: Job): JobsOptions {
  const { attempts, backoffMs } = STEPS[job.step];
  const common: JobsOptions = {
    attempts,
    backoff: { type: 'exponential', delay: backoffMs, jitter: 0.3 },
    removeOnComplete: KEEP_DONE,
    removeOnFail: KEEP_FAILED,
  };
  const deduplicated = (id: string): JobsOptions => ({ ...common, deduplication: { id, keepLastIfActive: true } });
  switch (job.step) {
    case 'enrich':
      // Kill ids hold no colon, which BullMQ refuses in a job id; the prefix keeps it from looking like a number.
      return { ...common, jobId: `kill-${job.killId}` };
    case 'post':
      return deduplicated(job.incidentId);
    case 'apply':
    case 'verify':
      return deduplicated(job.proposalId);
  }
}
