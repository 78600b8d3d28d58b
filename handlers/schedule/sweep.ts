// What time does: proposals expire, incidents that stayed quiet are resolved, and whatever a crash left between two steps is
// handed on. Safe to run any number of times, by any number of replicas.

import type { Instant, Millis } from '../../src/domain/base/time.ts';
import { between, DAY, isRecentlyNoted, MINUTE, toInstant } from '../../src/domain/base/time.ts';
import type { WorkloadRef } from '../../src/domain/base/workload.ts';
import type { Policy } from '../../src/domain/change/policy/policy.ts';
import type { Proposal } from '../../src/domain/change/proposal.ts';
import { isFinal } from '../../src/domain/change/proposal.ts';
import type { Stretch, Watched, WatchScope } from '../../src/domain/coverage/watched.ts';
import { closedGaps, isSameGaps, watchedWithin } from '../../src/domain/coverage/watched.ts';
import { noLongerExpected, wakeReason, woken } from '../../src/domain/incident/care.ts';
import type { Incident, ThreadEntry } from '../../src/domain/incident/incident.ts';
import { isHeldBack } from '../../src/domain/incident/incident.ts';
import type { Audit, AuditKeeping } from '../../src/ports/audit.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { JobQueue } from '../../src/ports/job-queue.ts';
import type { Keys } from '../../src/ports/keys.ts';
import type { KillIntake } from '../../src/ports/kill-intake.ts';
import type { Ledger } from '../../src/ports/ledger.ts';
import type { Log } from '../../src/ports/log.ts';
import type { People } from '../../src/ports/people.ts';
import type { ProposalStore } from '../../src/ports/proposal-store.ts';
import type { StormStore } from '../../src/ports/storm-store.ts';
import type { WatchRecord } from '../../src/ports/watch-record.ts';
import { isUndoneNext, settleIncident } from '../fix/close.ts';
import { expire } from '../fix/expire.ts';
import { releaseIncident } from '../fix/release.ts';
import { approveByPolicy } from '../fix/undo.ts';
import { watchedFor } from '../fix/watched-for.ts';

export type SweepPorts = {
  readonly intake: KillIntake;
  readonly incidents: IncidentStore;
  readonly proposals: ProposalStore;
  readonly audit: Pick<AuditKeeping, 'settle'> & Pick<Audit, 'history' | 'ofProposal' | 'append'>;
  readonly people: People;
  readonly keys: Keys;
  readonly storms: StormStore;
  readonly watched: WatchRecord;
  readonly ledger: Ledger;
  readonly queue: JobQueue;
  readonly clock: Clock;
  readonly log: Log;
  /** SHA-256, as a text, of a text. */
  readonly digest: (text: string) => string;
};

export type SweepOutcome = { readonly expired: number; readonly resumed: number; readonly resolved: number };

/** Unresolved incidents looked at per run: far above what people can have open. */
const LOOKED_AT = 1000;
/** A proposal its incident does not name after this long was left by a crash between storing it and showing it. */
const ATTACHED_WITHIN_MS = MINUTE;
/** No storm takes longer to be over. */
const STORMS_OF = 7 * DAY;

export function createSweep(ports: SweepPorts, settings: { readonly policy: Policy }) {
  return async function sweep(): Promise<SweepOutcome> {
    const outcome = { expired: 0, resumed: await ports.intake.resume(), resolved: 0 };
    for (const proposal of await ports.proposals.listActive()) {
      const swept = await sweepProposal(ports, settings.policy, proposal);
      if (swept === 'expired') outcome.expired += 1;
      if (swept === 'resumed') outcome.resumed += 1;
    }
    outcome.resolved = await sweepIncidents(ports, settings.policy.quietAfter);
    await ports.audit.settle();
    await sweepStorms(ports);
    ports.log.debug('swept', outcome);
    return outcome;
  };
}

async function sweepProposal(ports: SweepPorts, policy: Policy, proposal: Proposal): Promise<'expired' | 'resumed' | 'left'> {
  switch (proposal.state.kind) {
    case 'pending':
      return sweepPending(ports, policy, proposal);
    case 'approved':
    case 'applying':
      await ports.queue.enqueue({ step: 'apply', cluster: proposal.change.workload.cluster, proposalId: proposal.id });
      return 'resumed';
    case 'in-review':
    case 'rolling-out':
    case 'observing':
      await ports.queue.enqueue({ step: 'verify', cluster: proposal.change.workload.cluster, proposalId: proposal.id });
      return 'resumed';
    default:
      return 'left';
  }
}

async function sweepPending(ports: SweepPorts, policy: Policy, proposal: Proposal): Promise<'expired' | 'left'> {
  const now = ports.clock.now();
  if (proposal.expiresAt <= now) return (await expire(ports, proposal)) ? 'expired' : 'left';
  const incident = await ports.incidents.get(proposal.incidentId);
  if (incident?.proposalId === proposal.id) {
    if (proposal.automatic === true) await approveByPolicy(ports, policy, proposal);
    return 'left';
  }
  if (isRecentlyNoted(proposal.createdAt, now, ATTACHED_WITHIN_MS)) return 'left';
  return (await expire(ports, proposal, 'nobody was shown it')) ? 'expired' : 'left';
}

/** A storm that rages is looked at until its message says that it is over. */
async function sweepStorms({ storms, queue, clock }: SweepPorts): Promise<void> {
  for (const { id, isOver } of await storms.recent(toInstant(clock.now() - STORMS_OF)))
    if (isOver !== true) await queue.enqueue({ step: 'storm', stormId: id });
}

async function sweepIncidents(ports: SweepPorts, quietAfter: Millis): Promise<number> {
  const now = ports.clock.now();
  const watchedSince = createAsk(ports.watched);
  let resolved = 0;
  for (const incident of await ports.incidents.list({ state: 'unresolved', limit: LOOKED_AT })) {
    await catchUp(ports, incident);
    await wake(ports, incident);
    const lastKill = incident.killTimes.at(-1) ?? incident.openedAt;
    if (incident.state !== 'open' || between(lastKill, now) < quietAfter) continue;
    const watched = watchedWithin(await watchedSince(incident.workload), { from: lastKill, now });
    if (await settle(ports, incident, { watched, quietAfter })) resolved += 1;
  }
  return resolved;
}

/** When a workload was watched, asked once in a sweep for each of the scopes. */
function createAsk(record: WatchRecord) {
  const asked = new Map<WatchScope, Promise<readonly Stretch[]>>();
  const stretches = (scope: WatchScope, since: Instant): Promise<readonly Stretch[]> => {
    const answer = asked.get(scope) ?? record.stretches(scope, since);
    asked.set(scope, answer);
    return answer;
  };
  return (workload: WorkloadRef) => watchedFor({ stretches }, workload, toInstant(0));
}

type Settling = { readonly watched: Watched; readonly quietAfter: Millis };

/** True when nobody saw a kill although it was watched for so long; else it stays open, and says why. */
async function settle(ports: SweepPorts, incident: Incident, { watched, quietAfter }: Settling): Promise<boolean> {
  const now = ports.clock.now();
  const missingMs = quietAfter - watched.watchedMs;
  const isQuiet = missingMs <= 0;
  if (!isQuiet && isSameGaps(watched.gaps, incident.watched?.gaps ?? [])) return false;
  const isWatched = watched.gaps.at(-1)?.until !== undefined;
  const { state } = await ports.incidents.update(incident.id, (current) => {
    if (current.state !== 'open' || current.version !== incident.version) return current;
    if (isQuiet) return { ...current, state: 'resolved', resolvedAt: now, watched: { ...watched, gaps: closedGaps(watched) } };
    return { ...current, watched: isWatched ? { ...watched, until: toInstant(now + missingMs) } : watched };
  });
  await ports.queue.enqueue({ step: 'post', incidentId: incident.id });
  return state === 'resolved';
}

/** A snooze or a mute whose time is over ends, and its thread says so. */
async function wake(ports: SweepPorts, incident: Incident): Promise<void> {
  const now = ports.clock.now();
  const ended = (current: Incident): Incident => noLongerExpected(woken(current, wakeReason(current, now), now), now);
  if (ended(incident) === incident) return;
  await ports.incidents.update(incident.id, ended);
  await ports.queue.enqueue({ step: 'post', incidentId: incident.id });
}

/** What a crash left half done: a message never queued, or an ended proposal its incident still waits for. */
async function catchUp(ports: SweepPorts, incident: Incident): Promise<void> {
  if (incident.thread.some((entry) => isUnsent(entry) && !isHeldBack(incident, entry)))
    await ports.queue.enqueue({ step: 'post', incidentId: incident.id });
  if (incident.proposalId === undefined) return;
  const proposal = await ports.proposals.get(incident.proposalId);
  if (proposal === undefined || !isFinal(proposal.state)) return;
  if (proposal.state.kind !== 'closed') return releaseIncident(ports, proposal);
  await settleIncident(ports, proposal, proposal.state.at);
  if (isUndoneNext(proposal.state.verdict))
    await ports.queue.enqueue({ step: 'verify', cluster: proposal.change.workload.cluster, proposalId: proposal.id });
}

function isUnsent({ posted, undeliverable }: ThreadEntry): boolean {
  return posted === undefined && undeliverable === undefined;
}
