// The flow's jobs as data: how long each may take, how often it is tried, how many run at once in one worker.

import type { Job } from './job-queue.ts';

export type Step = Job['step'];

export type StepSettings = {
  /** Tries that may end in an error nobody expects. What is away is tried for about a day; waiting for a rate limit or a later time is not a try. */
  readonly attempts: number;
  readonly timeoutMs: number;
  readonly concurrency: number;
  /** First wait between tries; doubles each time, with jitter, up to five seconds. */
  readonly backoffMs: number;
};

export const STEPS = {
  enrich: { attempts: 8, timeoutMs: 15_000, concurrency: 16, backoffMs: 500 },
  post: { attempts: 30, timeoutMs: 60_000, concurrency: 16, backoffMs: 500 },
  digest: { attempts: 20, timeoutMs: 60_000, concurrency: 2, backoffMs: 2000 },
  storm: { attempts: 30, timeoutMs: 60_000, concurrency: 2, backoffMs: 500 },
  // One try of the write each time: the step looks before it writes again.
  apply: { attempts: 8, timeoutMs: 30_000, concurrency: 16, backoffMs: 1000 },
  verify: { attempts: 30, timeoutMs: 30_000, concurrency: 8, backoffMs: 1000 },
} as const satisfies Record<Step, StepSettings>;

export const STEP_NAMES = ['enrich', 'post', 'storm', 'digest', 'apply', 'verify'] as const satisfies readonly Step[];
