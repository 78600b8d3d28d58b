// A proposal ended before anything was written (refused or expired): its incident waits for a fix again.

import type { Proposal } from '../../src/domain/change/proposal.ts';
import { movedTo } from '../../src/domain/incident/incident.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { JobQueue } from '../../src/ports/job-queue.ts';

export async function releaseIncident(
  ports: { readonly incidents: IncidentStore; readonly queue: JobQueue },
  proposal: Proposal,
): Promise<void> {
  await ports.incidents.update(proposal.incidentId, (incident) =>
    incident.proposalId === proposal.id ? { ...movedTo(incident, 'open'), proposalId: undefined } : incident,
  );
  await ports.queue.enqueue({ step: 'post', incidentId: proposal.incidentId });
}
