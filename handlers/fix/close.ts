// Close a proposal with its verdict, and bring its incident along: quiet resolves it, everything else opens it again.

import type { Instant } from '../../src/domain/base/time.ts';
import type { Proposal } from '../../src/domain/change/proposal.ts';
import { advance } from '../../src/domain/change/proposal.ts';
import type { Verdict } from '../../src/domain/change/verdict.ts';
import type { Incident } from '../../src/domain/incident/incident.ts';
import { addEntry, incidentKey, movedTo } from '../../src/domain/incident/incident.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { JobQueue } from '../../src/ports/job-queue.ts';
import type { Ledger } from '../../src/ports/ledger.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Meter } from '../../src/ports/meter.ts';
import type { ProposalStore } from '../../src/ports/proposal-store.ts';

export type ClosePorts = {
  readonly proposals: ProposalStore;
  readonly incidents: IncidentStore;
  readonly queue: JobQueue;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
};

/** True when this call closed it; false when it was not under way or somebody else was first. */
export async function closeProposal(ports: ClosePorts, proposal: Proposal, verdict: Verdict): Promise<boolean> {
  const now = ports.clock.now();
  const moved = advance(proposal, { kind: 'close', verdict }, now);
  if (moved.kind === 'not-allowed') return false;
  const stored = await ports.proposals.replace(moved.proposal);
  if (stored.kind === 'conflict') return false;
  await settleIncident(ports, stored.proposal, proposal.state.kind === 'observing' ? proposal.state.rolledOutAt : now);
  ports.meter.count('headroom_verdicts_total', { verdict: verdict.kind });
  ports.log.info('change closed', { incident: proposal.incidentId, proposal: proposal.id, verdict: verdict.kind });
  return true;
}

/**
 * Brings along what a closed proposal changes: the incident, which is then shown, and the ledger, which looks again at what runs since that instant.
 * May run again after a crash in between, at whatever instant.
 */
export async function settleIncident(
  ports: Pick<ClosePorts, 'incidents' | 'queue' | 'ledger'>,
  proposal: Proposal,
  since: Instant,
): Promise<void> {
  if (proposal.state.kind !== 'closed') return;
  const { at, verdict } = proposal.state;
  const before = await ports.incidents.get(proposal.incidentId);
  // First: the incident lets go of the proposal, and nobody would come back for it. One that has let go may have a later change, which is followed by now.
  if (before?.proposalId === proposal.id) await followUp(ports, proposal, { verdict, since });
  await ports.incidents.update(proposal.incidentId, (incident) => settled(incident, proposal, at));
  await ports.queue.enqueue({ step: 'post', incidentId: proposal.incidentId });
}

/** What runs with the new limit is looked at again later: after a day, a week and two. */
async function followUp(
  { ledger }: Pick<ClosePorts, 'ledger'>,
  { id: proposalId, incidentId, change }: Proposal,
  { verdict, since }: { readonly verdict: Verdict; readonly since: Instant },
): Promise<void> {
  const { limit, request } = change.after;
  if (limit === undefined || (verdict.kind !== 'quiet' && verdict.kind !== 'killed-again')) return;
  const subject = incidentKey(change.workload, change.container);
  await ledger.noteChange(subject, { proposalId, incidentId, at: since, limit, request, told: [] });
}

function settled(incident: Incident, proposal: Proposal, now: Instant): Incident {
  if (incident.proposalId !== proposal.id || proposal.state.kind !== 'closed') return incident;
  const { verdict } = proposal.state;
  const shown = addEntry(incident, `outcome/${proposal.id}`, { kind: 'outcome', proposalId: proposal.id });
  if (incident.state === 'resolved') return shown;
  // Pods in place have it only for as long as they live.
  const lasts = proposal.change.way !== 'resize' || proposal.change.workload.kind === 'Pod';
  if (verdict.kind === 'quiet' && lasts) return { ...shown, state: 'resolved', resolvedAt: now };
  // Its undo comes next, and takes its place.
  if (isUndoneNext(verdict)) return shown;
  return { ...movedTo(shown, 'open'), proposalId: undefined };
}

/** The policy has it taken back without asking. */
export function isUndoneNext(verdict: Verdict): boolean {
  return verdict.kind === 'not-rolled-out' && verdict.undo === 'automatic';
}
