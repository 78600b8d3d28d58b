// The steps put together on fakes, and their jobs run as a queue runs them: again after a crash, later when they ask for it.

import { createWatch } from '../../../../handlers/detect/pod.ts';
import { createEnrich } from '../../../../handlers/explain/enrich.ts';
import { createApply } from '../../../../handlers/fix/apply.ts';
import { createDecide } from '../../../../handlers/fix/decide.ts';
import { createPropose } from '../../../../handlers/fix/propose.ts';
import { createUndo } from '../../../../handlers/fix/undo.ts';
import { createVerify } from '../../../../handlers/fix/verify.ts';
import { createTellDigest } from '../../../../handlers/notify/digest.ts';
import { createPost } from '../../../../handlers/notify/post.ts';
import { createTellStorm } from '../../../../handlers/notify/post-storm.ts';
import { createSweep } from '../../../../handlers/schedule/sweep.ts';
import type { DecideInput, DecideOutcome } from '../../../../src/api/conversation.ts';
import type { PodFacts } from '../../../../src/domain/base/pod.ts';
import { DAY, HOUR, MINUTE, SECOND, toInstant, toMillis } from '../../../../src/domain/base/time.ts';
import type { Policy } from '../../../../src/domain/change/policy/policy.ts';
import type { Job } from '../../../../src/ports/job-queue.ts';
import type { FakeWorld } from '../../../fakes/world.ts';
import { Crashed } from '../../../fakes/world.ts';
import { policy as defaultPolicy, podContainer, podFacts, size } from '../../../support/build.ts';

export type Bot = ReturnType<typeof createBot>;

const MOST_RUNS = 4000;

const STORM = { incidents: 5, within: toMillis(MINUTE), overAfter: toMillis(10 * MINUTE) };
export const ALERTS = { remindAfter: 10, reopenWithin: toMillis(72 * HOUR) };
export const FALLBACK = 'C2';
const PULL_REQUESTS = { lookEvery: toMillis(HOUR), closeAfter: toMillis(14 * DAY), syncWithin: toMillis(2 * HOUR) };

export function soon(): AbortSignal {
  return AbortSignal.timeout(30_000);
}

/** The pod after a kill a second ago, of a container with this limit in MiB. */
export function killedPod(world: FakeWorld, containerId = 'abc', limitMi = 256): PodFacts {
  const now = world.clock.now();
  const end = {
    kind: 'terminated' as const,
    reason: 'OOMKilled',
    exitCode: 137,
    containerId,
    startedAt: toInstant(now - 2 * HOUR),
    finishedAt: toInstant(now - SECOND),
  };
  const resources = { request: size(128), limit: size(limitMi) };
  return podFacts({ containers: [podContainer({ lastState: end, resources })] });
}

type Decide = ReturnType<typeof createDecide>;
type Decided = Omit<DecideInput, 'decision'> & {
  readonly decision: { readonly kind: 'approve'; readonly hash?: string } | { readonly kind: 'refuse'; readonly reason: string };
};

/** Who approves has seen what is stored at that moment, unless the test says what they have seen. */
function decideAsShown({ proposals }: FakeWorld, { draft, decide }: Decide) {
  return {
    draft,
    async decide({ decision, ...input }: Decided, signal: AbortSignal): Promise<DecideOutcome> {
      if (decision.kind === 'refuse') return decide({ ...input, decision }, signal);
      const hash = decision.hash ?? (await proposals.get(input.proposalId))?.hash ?? '';
      return decide({ ...input, decision: { kind: 'approve', hash } }, signal);
    },
  };
}

/** `cluster`: the one the bot's own editor reads. */
export function createBot(world: FakeWorld, policy: Policy = defaultPolicy(), { cluster = 'prod' } = {}) {
  const { ports, clock, jobs } = world;
  const steps = {
    watch: createWatch(ports, { reportWithin: toMillis(60 * MINUTE) }),
    enrich: createEnrich(ports, {
      routes: [],
      channel: 'C1',
      policy,
      ...ALERTS,
      evidenceDeadline: toMillis(1000),
      lateDeadline: toMillis(2000),
    }),
    post: createPost(ports, { policy, storm: STORM, fallbackChannel: FALLBACK }),
    storm: createTellStorm(ports, { storm: STORM, fallbackChannel: FALLBACK }),
    propose: createPropose(ports, { policy, cluster }),
    decide: decideAsShown(world, createDecide(ports, { policy, cluster })),
    apply: createApply(ports, { policy }),
    verify: createVerify(ports, { policy, pullRequests: PULL_REQUESTS, pollEvery: toMillis(4 * HOUR) }),
    undo: createUndo(ports, { policy, cluster }),
    tellDigest: createTellDigest(ports, { routes: [], channel: 'C1', cluster }),
    sweep: createSweep(ports, { policy }),
  };
  const runJob = (job: Job): Promise<{ readonly kind: string; readonly afterMs?: number }> => {
    switch (job.step) {
      case 'enrich':
        return steps.enrich(job, soon());
      case 'digest':
        return steps.tellDigest(job, soon());
      case 'post':
        return steps.post(job);
      case 'storm':
        return steps.storm(job);
      case 'apply':
        return steps.apply(job, soon());
      case 'verify':
        return steps.verify(job, soon());
    }
  };
  return {
    ...steps,
    /** Runs until nothing waits; a job that crashed comes again, one that asks for later gets its time. */
    async drain(): Promise<void> {
      for (let runs = 0; jobs.length > 0; runs += 1) {
        if (runs > MOST_RUNS) throw new Error(`the jobs never end: ${JSON.stringify(jobs)}`);
        const [job] = jobs.splice(0, 1);
        if (job === undefined) return;
        if ('afterMs' in job) clock.advance(job.afterMs ?? 0);
        try {
          const outcome = await runJob(job);
          if (outcome.kind !== 'later') continue;
          clock.advance(outcome.afterMs ?? 1);
          jobs.push(job);
        } catch (error) {
          if (!(error instanceof Crashed)) throw error;
          world.revive();
          clock.advance(20 * SECOND);
          jobs.push(job);
        }
      }
    },
  };
}
