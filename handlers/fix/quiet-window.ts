// The quiet window of a change: over when the cluster was watched for all its length, whoever watched. A time nobody watched makes it longer, and is said.

import type { Instant, Millis } from '../../src/domain/base/time.ts';
import { after, between, SECOND, toMillis } from '../../src/domain/base/time.ts';
import type { Proposal, ProposalState } from '../../src/domain/change/proposal.ts';
import type { Verdict } from '../../src/domain/change/verdict.ts';
import { closedGaps, isSameGaps, watchedWithin } from '../../src/domain/coverage/watched.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { JobQueue, Later } from '../../src/ports/job-queue.ts';
import type { ProposalStore } from '../../src/ports/proposal-store.ts';
import type { WatchRecord } from '../../src/ports/watch-record.ts';
import type { KillsAfterPorts } from './kills-after.ts';
import { hasNewLimit, killsAfter } from './kills-after.ts';
import { move } from './transition.ts';
import { watchedFor } from './watched-for.ts';

export type ObservePorts = KillsAfterPorts & {
  readonly proposals: ProposalStore;
  readonly watched: WatchRecord;
  readonly queue: JobQueue;
  readonly clock: Clock;
};

type Observing = {
  readonly proposal: Proposal;
  readonly state: Extract<ProposalState, { readonly kind: 'observing' }>;
  readonly pollEvery: Millis;
};

const AT_LEAST_MS = SECOND / 2;

export async function observe(ports: ObservePorts, { proposal, state, pollEvery }: Observing): Promise<Later | Verdict> {
  const now = ports.clock.now();
  const { rolledOutAt: from, until } = state;
  const windowMs = state.windowMs ?? between(from, until);
  const watched = watchedWithin(await watchedFor(ports.watched, proposal.change.workload, from), { from, now });
  const { watchedMs, gaps, pausedMs } = watched;
  if (watchedMs >= windowMs) {
    const unwatched = closedGaps(watched);
    return {
      kind: 'quiet',
      watchedMs,
      delaysOnly: proposal.temporary,
      ...(unwatched.length === 0 ? {} : { unwatched }),
      ...(pausedMs === undefined ? {} : { pausedMs }),
      ...(await otherKills(ports, proposal, from)),
    };
  }
  const missingMs = toMillis(windowMs - watchedMs);
  if (!isSameGaps(gaps, state.gaps ?? [])) {
    await move(ports, proposal, { kind: 'watch-on', until: after(now, missingMs), gaps });
    await ports.queue.enqueue({ step: 'post', incidentId: proposal.incidentId });
  }
  const reason = gaps.length === 0 ? 'watching' : 'watching for longer: nobody watched for a while';
  return { kind: 'later', afterMs: Math.min(pollEvery, Math.max(AT_LEAST_MS, missingMs)), reason };
}

/** Pods from before the change may still end. */
async function otherKills(ports: ObservePorts, proposal: Proposal, from: Instant): Promise<{ readonly otherKills?: number }> {
  const others = (await killsAfter(ports, proposal, from)).filter((kill) => !hasNewLimit(proposal, kill)).length;
  return others === 0 ? {} : { otherKills: others };
}
