// Whether there is something to review for an incident: a fix while it is open, or, once it is quiet, a lower limit that was measured under load. What is
// under way keeps the next one waiting; what has ended does not.

import type { Refused } from '../../src/api/conversation.ts';
import type { Bytes } from '../../src/domain/base/memory.ts';
import type { Proposal } from '../../src/domain/change/proposal.ts';
import { isFinal } from '../../src/domain/change/proposal.ts';
import type { Incident } from '../../src/domain/incident/incident.ts';
import type { Lowering } from '../../src/domain/sizing/lower.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { ProposalStore } from '../../src/ports/proposal-store.ts';

/** What was measured: for the limit, and where it is about it the request, that were there then. */
export type Measured = Extract<Lowering, { readonly kind: 'lower' }> & {
  readonly of: Bytes;
  readonly ofRequest: Bytes | undefined;
};

export type Reviewable = {
  readonly kind: 'reviewable';
  readonly incident: Incident;
  /** Set when the review is about a lower limit. */
  readonly measured?: Measured | undefined;
  /** The ended proposal that the incident still shows. */
  readonly ended?: string | undefined;
};

type Asked = { readonly incidentId: string; readonly editing?: Proposal | undefined };

export async function reviewable(
  ports: { readonly incidents: IncidentStore; readonly proposals: ProposalStore },
  { incidentId, editing }: Asked,
): Promise<Reviewable | Refused> {
  const incident = await ports.incidents.get(incidentId);
  if (incident === undefined) return refused(`${incidentId} is not known any more.`);
  const { proposalId } = incident;
  const measured = incident.state === 'resolved' ? measuredOf(incident) : undefined;
  if (incident.state === 'resolved' && measured === undefined)
    return refused(`${incident.id} is resolved; there is nothing left to fix.`);
  if (proposalId === undefined || proposalId === editing?.id) return { kind: 'reviewable', incident, measured };
  const shown = measured === undefined ? undefined : await ports.proposals.get(proposalId);
  if (shown !== undefined && isFinal(shown.state)) return { kind: 'reviewable', incident, measured, ended: shown.id };
  return refused(`${proposalId} is already under way for ${incident.id}; see its thread.`);
}

/** The newest follow-up counts, whatever an older one said. */
function measuredOf({ followUps = [] }: Incident): Measured | undefined {
  const last = followUps.at(-1);
  return last?.lowering?.kind === 'lower' ? { ...last.lowering, of: last.limit, ofRequest: last.request } : undefined;
}

function refused(reason: string): Refused {
  return { kind: 'refused', reason };
}

/** Whether a new proposal may take its place in the incident now. */
export function hasRoom(current: Incident, { measured, ended }: Pick<Reviewable, 'measured' | 'ended'>): boolean {
  if (current.state === 'resolved' && measured === undefined) return false;
  return current.proposalId === undefined || current.proposalId === ended;
}
