// The queues, one per step. A post or verify job that waits covers every change until it runs; one enqueued while such a job runs is kept and
// runs after it, so the last change is never swallowed (BullMQ's keepLastIfActive).

import type { JobsOptions } from 'bullmq';
import { Queue } from 'bullmq';
import { HOUR, SECOND, wholeMs } from '../../domain/base/time.ts';
import type { QueueCounts } from '../../domain/coverage/presence.ts';
import type { Job, JobQueue } from '../../ports/job-queue.ts';
import type { Step } from '../../ports/steps.ts';
import { STEP_NAMES } from '../../ports/steps.ts';
import type { RedisConnection } from './connection.ts';
import { PREFIX } from './connection.ts';
import { storing } from './faults.ts';
import { MOST_TRIES } from './retries.ts';

export type RedisJobQueue = JobQueue & {
  /** Jobs of that kind that wait, are delayed or run. */
  depth(job: Job): Promise<number>;
  /** Over the queues that a worker of that cluster takes from. */
  counts(cluster: string): Promise<QueueCounts>;
  close(): Promise<void>;
};

/** Finished jobs are kept a while for looking at, and so that a kill handed on twice meets its job's id. */
const KEEP_DONE = { age: HOUR / SECOND, count: 5000 };
/** Of a job's last failed tries. */
const KEPT_TRACES = 3;
const KEEP_FAILED = { age: (24 * HOUR) / SECOND, count: 5000 };

/** The steps that read or write a cluster have a queue for each; what only talks to Slack has one for all. */
export function queueName(step: Step, cluster: string): string {
  return isShared(step) ? step : `${step}.${cluster}`;
}

/** Posting, storms and digests need no cluster's rights to be told; any worker takes them. */
function isShared(step: Step): boolean {
  return step === 'post' || step === 'storm' || step === 'digest';
}

function queueOf(job: Job): string {
  return 'cluster' in job ? queueName(job.step, job.cluster) : job.step;
}

export function redisJobQueue(connection: RedisConnection): RedisJobQueue {
  const queues = new Map<string, Queue<Job>>();
  const open = (name: string): Queue<Job> => {
    const known = queues.get(name);
    if (known !== undefined) return known;
    const queue = new Queue<Job>(name, { connection: connection.client, prefix: `${PREFIX}:queue` });
    queue.on('error', () => undefined);
    queues.set(name, queue);
    return queue;
  };
  return {
    enqueue: (job) =>
      storing(async () => {
        await open(queueOf(job)).add(job.step, job, optionsFor(job));
      }),
    depth: (job) => open(queueOf(job)).getJobCountByTypes('wait', 'delayed', 'active', 'prioritized'),
    counts: (cluster) =>
      storing(async () => {
        const names = [...new Set(STEP_NAMES.map((step) => queueName(step, cluster)))];
        const all = await Promise.all(names.map((name) => open(name).getJobCounts('wait', 'prioritized', 'active', 'failed')));
        const sum = (...kinds: readonly string[]): number =>
          all.reduce((total, counts) => total + kinds.reduce((part, kind) => part + (counts[kind] ?? 0), 0), 0);
        return { waiting: sum('wait', 'prioritized'), running: sum('active'), failed: sum('failed') };
      }),
    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}

/** Why a kill is looked at once more: each a job of its own. */
const LOOKS = ['marked', 'late', 'kernel'] as const;

function optionsFor(job: Job): JobsOptions {
  const common: JobsOptions = {
    attempts: MOST_TRIES,
    // Computed by the worker: BullMQ's own has no end.
    backoff: { type: 'capped' },
    stackTraceLimit: KEPT_TRACES,
    removeOnComplete: KEEP_DONE,
    removeOnFail: KEEP_FAILED,
  };
  const deduplicated = (id: string): JobsOptions => ({ ...common, deduplication: { id, keepLastIfActive: true } });
  // A job that may wait has an id of its own, so that it does not hold up one that may not.
  const waiting = (id: string, afterMs: number | undefined): JobsOptions =>
    afterMs === undefined ? deduplicated(id) : { ...deduplicated(`${id}/later`), delay: wholeMs(afterMs) };
  switch (job.step) {
    case 'enrich':
      // Kill ids hold no colon, which BullMQ refuses in a job id; the prefix keeps it from looking like a number.
      return { ...common, jobId: ['kill', job.killId, ...LOOKS.filter((look) => job[look] === true)].join('-') };
    case 'post':
      return waiting(job.incidentId, job.afterMs);
    case 'storm':
      return waiting(job.stormId, job.afterMs);
    case 'digest':
      // The same for every worker's schedule: one of them adds it.
      return { ...common, jobId: `digest-${job.period}-${job.channel}-${job.at}` };
    case 'apply':
    case 'verify':
      return deduplicated(job.proposalId);
  }
}
