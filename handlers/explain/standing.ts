// Finds the incident that whoever asks about a pod or a workload has to know of, with the change that was asked for last.

import type { Standing } from '../../src/api/answer.ts';
import { valueOf } from '../../src/domain/base/piece.ts';
import type { WorkloadRef } from '../../src/domain/base/workload.ts';
import type { Evidence } from '../../src/domain/evidence/evidence.ts';
import type { Incident } from '../../src/domain/incident/incident.ts';
import { incidentKey } from '../../src/domain/incident/incident.ts';
import { standingIncident } from '../../src/domain/incident/standing-incident.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { ProposalStore } from '../../src/ports/proposal-store.ts';

export type StandingPorts = {
  readonly incidents: Pick<IncidentStore, 'findOpen' | 'list'>;
  readonly proposals: Pick<ProposalStore, 'get'>;
  readonly clock: Clock;
};

/** As far back as answers look. */
const LOOKED_AT = 500;

type About = { readonly evidence: Pick<Evidence, 'owner'>; readonly container: string };

/** Undefined when there is none, or when nobody could say whose pod it is. */
export async function standingOf(ports: StandingPorts, { evidence, container }: About): Promise<Standing | undefined> {
  const workload = valueOf(evidence.owner)?.top;
  if (workload === undefined) return undefined;
  const incident =
    (await ports.incidents.findOpen(incidentKey(workload, container))) ?? (await among(ports, workload, container));
  if (incident === undefined) return undefined;
  const id = incident.proposalId ?? lastProposalOf(incident);
  return { incident, proposal: id === undefined ? undefined : await ports.proposals.get(id) };
}

/** Of the newest ones: its own that was resolved lately, or another container's. */
async function among(
  { incidents, clock }: StandingPorts,
  workload: WorkloadRef,
  container: string,
): Promise<Incident | undefined> {
  const known = await incidents.list({ state: 'all', limit: LOOKED_AT });
  return standingIncident(known, { cluster: workload.cluster, workload, container, now: clock.now() });
}

function lastProposalOf({ thread }: Incident): string | undefined {
  return thread.flatMap(({ subject }) => (subject.kind === 'proposal' ? [subject.proposalId] : [])).at(-1);
}
