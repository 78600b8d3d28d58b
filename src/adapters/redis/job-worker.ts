// Runs the jobs: each under its step's timeout; a transient fault is tried again later (when the other side said when, then; retries.ts), a permanent one
// fails at once, "later" waits in the queue without holding a worker or counting as a try. A job whose worker died is run again.

import type { Job as BullJob } from 'bullmq';
import { DelayedError, UnrecoverableError, Worker } from 'bullmq';
import { z } from 'zod';
import { SECOND, wholeMs } from '../../domain/base/time.ts';
import { TransientError } from '../../ports/fault.ts';
import type { Job, Later } from '../../ports/job-queue.ts';
import type { Log } from '../../ports/log.ts';
import type { Meter } from '../../ports/meter.ts';
import type { Step } from '../../ports/steps.ts';
import { STEP_NAMES, STEPS } from '../../ports/steps.ts';
import { timeoutAfter } from '../../ports/timers.ts';
import { watchForAhead } from './ahead.ts';
import type { RedisConnection } from './connection.ts';
import { PREFIX } from './connection.ts';
import { queueName } from './job-queue.ts';
import { backoffAfter, endOfTry } from './retries.ts';
import { instant } from './schema/basic.ts';

type JobOf<Name extends Step> = Extract<Job, { readonly step: Name }>;
type Outcome = { readonly kind: string };

export type JobHandlers = {
  readonly [Name in Step]: (job: JobOf<Name>, signal: AbortSignal) => Promise<Later | Outcome>;
};

export type WorkerOptions = {
  readonly connection: RedisConnection;
  /** Whose jobs these workers take, beside those that need no cluster. */
  readonly cluster: string;
  readonly handlers: JobHandlers;
  readonly log: Log;
  readonly meter: Meter;
};

export type JobWorkers = { stop(): Promise<void> };

/** A worker that died loses its job's lock after this long; another takes the job within two of these. */
const LOCK_MS = 10 * SECOND;
const STALLED_CHECK_MS = 5 * SECOND;

const jobSchema = z.discriminatedUnion('step', [
  z.object({
    step: z.literal('enrich'),
    cluster: z.string(),
    killId: z.string(),
    marked: z.boolean().optional(),
    late: z.boolean().optional(),
    kernel: z.boolean().optional(),
  }),
  z.object({ step: z.literal('post'), incidentId: z.string(), afterMs: z.number().optional() }),
  z.object({ step: z.literal('storm'), stormId: z.string(), afterMs: z.number().optional() }),
  z.object({ step: z.literal('digest'), period: z.enum(['daily', 'weekly']), channel: z.string(), at: instant }),
  z.object({ step: z.literal('apply'), cluster: z.string(), proposalId: z.string() }),
  z.object({ step: z.literal('verify'), cluster: z.string(), proposalId: z.string() }),
]);

export function startWorkers(options: WorkerOptions): JobWorkers {
  const workers = STEP_NAMES.map((step) => startOne(step, options));
  const queues = new Set(STEP_NAMES.map((step) => queueName(step, options.cluster)));
  const looking = watchForAhead(options, [...queues]);
  return {
    async stop() {
      await Promise.all([looking.stop(), ...workers.map((worker) => worker.close())]);
    },
  };
}

function startOne(step: Step, options: WorkerOptions): Worker {
  const worker = new Worker(queueName(step, options.cluster), (job, token) => run(job, token, options), {
    connection: options.connection.duplicate(),
    prefix: `${PREFIX}:queue`,
    concurrency: STEPS[step].concurrency,
    lockDuration: LOCK_MS,
    stalledInterval: STALLED_CHECK_MS,
    maxStalledCount: STEPS[step].attempts,
    settings: { backoffStrategy: (tries) => backoffAfter(tries, STEPS[step].backoffMs, Math.random()) },
  });
  // Redis being away is said once by the shared connection; here it must only not be an unhandled event.
  worker.on('error', (error) => options.log.debug('worker error', { step, error }));
  worker.on('failed', (job, error) => {
    if (job !== undefined && job.attemptsMade < (job.opts.attempts ?? 1) && !(error instanceof UnrecoverableError)) return;
    options.meter.count('headroom_jobs_total', { step, outcome: 'failed' });
    options.log.error('job failed', { step, job: job?.id, error });
  });
  return worker;
}

async function run(bullJob: BullJob, token: string | undefined, { handlers, log, meter }: WorkerOptions): Promise<string> {
  const job = jobSchema.parse(bullJob.data);
  const started = performance.now();
  try {
    const outcome = await dispatch(handlers, job, timeoutAfter(STEPS[job.step].timeoutMs));
    meter.time('headroom_step_duration_seconds', (performance.now() - started) / SECOND, { step: job.step });
    if (isLater(outcome)) return await postpone(bullJob, token, outcome.afterMs);
    meter.count('headroom_jobs_total', { step: job.step, outcome: 'done' });
    log.debug('job done', { step: job.step, outcome: outcome.kind });
    return outcome.kind;
  } catch (error) {
    if (error instanceof DelayedError) throw error;
    if (error instanceof TransientError && error.retryAfterMs !== undefined)
      return await postpone(bullJob, token, error.retryAfterMs);
    const tries = bullJob.attemptsMade + 1;
    const ending = endOfTry(error, tries, STEPS[job.step].attempts);
    if (ending instanceof UnrecoverableError) throw ending;
    meter.count('headroom_jobs_total', { step: job.step, outcome: 'retried' });
    log.warn('job will be tried again', { step: job.step, attempt: tries, error });
    throw error;
  }
}

function isLater(outcome: Later | Outcome): outcome is Later {
  return outcome.kind === 'later' && 'afterMs' in outcome;
}

async function postpone(job: BullJob, token: string | undefined, afterMs: number): Promise<never> {
  await job.moveToDelayed(Date.now() + Math.max(1, wholeMs(afterMs)), token);
  throw new DelayedError();
}

function dispatch(handlers: JobHandlers, job: Job, signal: AbortSignal): Promise<Later | Outcome> {
  switch (job.step) {
    case 'enrich':
      return handlers.enrich(job, signal);
    case 'post':
      return handlers.post(job, signal);
    case 'storm':
      return handlers.storm(job, signal);
    case 'digest':
      return handlers.digest(job, signal);
    case 'apply':
      return handlers.apply(job, signal);
    case 'verify':
      return handlers.verify(job, signal);
  }
}
