// A proposal becomes invalid: its time ran out, or what was reviewed is no longer what is there. Its incident waits for a fix again.

import type { Proposal } from '../../src/domain/change/proposal.ts';
import { advance } from '../../src/domain/change/proposal.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { JobQueue } from '../../src/ports/job-queue.ts';
import type { ProposalStore } from '../../src/ports/proposal-store.ts';
import { releaseIncident } from './release.ts';

type ExpirePorts = {
  readonly proposals: ProposalStore;
  readonly incidents: IncidentStore;
  readonly queue: JobQueue;
  readonly clock: Clock;
};

/** True when this call expired it. With a reason when it is not time that made it invalid. */
export async function expire(ports: ExpirePorts, proposal: Proposal, reason?: string): Promise<boolean> {
  const moved = advance(proposal, { kind: 'expire', reason }, ports.clock.now());
  if (moved.kind === 'not-allowed') return false;
  const stored = await ports.proposals.replace(moved.proposal);
  if (stored.kind === 'conflict') return false;
  await releaseIncident(ports, stored.proposal);
  return true;
}
