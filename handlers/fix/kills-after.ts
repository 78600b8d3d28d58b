// The kills of what a change was about after an instant, newest first, and which of them were of a container that had the new limit.

import type { Instant } from '../../src/domain/base/time.ts';
import { SECOND } from '../../src/domain/base/time.ts';
import { isLowering } from '../../src/domain/change/change.ts';
import type { Proposal } from '../../src/domain/change/proposal.ts';
import { incidentKey } from '../../src/domain/incident/incident.ts';
import type { Kill } from '../../src/domain/kill/oom-kill.ts';
import { happenedAt } from '../../src/domain/kill/oom-kill.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { KillIntake } from '../../src/ports/kill-intake.ts';

export type KillsAfterPorts = {
  readonly incidents: Pick<IncidentStore, 'get' | 'findOpen'>;
  readonly intake: Pick<KillIntake, 'kill'>;
};

export async function killsAfter(ports: KillsAfterPorts, proposal: Proposal, after: Instant): Promise<readonly Kill[]> {
  const incident = await incidentOf(ports, proposal);
  const kills: Kill[] = [];
  for (const id of (incident?.killIds ?? []).toReversed()) {
    const kill = await ports.intake.kill(id);
    if (kill === undefined) continue;
    // finishedAt has whole seconds only, so a kill in the second itself counts.
    if (happenedAt(kill) + SECOND <= after) break;
    kills.push(kill);
  }
  return kills;
}

/** Of the whole pod's limit a kill does not tell. */
export function hasNewLimit({ change }: Proposal, { limit }: Kill): boolean {
  return limit === change.after.limit || change.list === 'pod';
}

/** The copy of a Job is another workload by name, with an incident of its own when it is killed; what was lowered was quiet, so its next kill opens one. */
async function incidentOf(ports: KillsAfterPorts, { change, incidentId }: Proposal) {
  if (isLowering(change)) return ports.incidents.findOpen(incidentKey(change.workload, change.container));
  if (change.replacement === undefined) return ports.incidents.get(incidentId);
  return ports.incidents.findOpen(incidentKey({ ...change.workload, name: change.replacement }, change.container));
}
