// What may stand in the way of an approved change at the moment it is to be written, although nothing did at the click: time has passed, headroom.yaml may
// be another, an approver may have lost the right, a tool may have taken the workload over. What was not asked is not written.

import type { TemplateState } from '../../src/domain/change/change.ts';
import { markOf } from '../../src/domain/change/change-mark.ts';
import type { Policy } from '../../src/domain/change/policy/policy.ts';
import { policyFor } from '../../src/domain/change/policy/policy.ts';
import type { Proposal } from '../../src/domain/change/proposal.ts';
import { POLICY } from '../../src/domain/change/proposal.ts';
import { TransientError } from '../../src/ports/fault.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { People } from '../../src/ports/people.ts';
import { ownerSince } from './ownership.ts';
import { labelledNow, permission, placeOf } from './permission.ts';
import type { PolicyPorts } from './policy-check.ts';
import { changingBy, writingDenied } from './policy-check.ts';

export type WriteCheckPorts = PolicyPorts & { readonly people: People; readonly incidents: Pick<IncidentStore, 'dossier'> };

/** `template`: the object as it was just read; undefined for pods in place. */
type Approved = { readonly proposal: Proposal; readonly template: TemplateState | undefined };

/** The reason not to write, for people; undefined when there is none. Throws a TransientError while it cannot be known: then it is asked again. */
export async function deniedAtWrite(
  ports: WriteCheckPorts,
  policy: Policy,
  { proposal, template }: Approved,
): Promise<string | undefined> {
  if (proposal.expiresAt <= ports.clock.now()) return 'it was approved and expired before it could be written';
  if (template?.mark === markOf(proposal)) return 'it was written before, and somebody has taken it back since; review it again';
  const since = ownerSince(proposal, template);
  if (since !== undefined) return since;
  const dossier = await ports.incidents.dossier(proposal.incidentId);
  const against = await writingDenied(ports, policy, changingBy(proposal, { template, dossier }));
  return against === undefined
    ? approvalsDenied(ports, policy, labelledNow(proposal, template))
    : `the policy does not allow it now: ${against}`;
}

/** Every approval is one of somebody who may give it now, and there are as many as are needed now. */
async function approvalsDenied({ people }: WriteCheckPorts, policy: Policy, proposal: Proposal): Promise<string | undefined> {
  const { approvals } = proposal;
  const { approvals: needed, undoAutomatically } = policyFor(policy, placeOf(proposal));
  if (approvals.some(({ by }) => by === POLICY))
    return undoAutomatically ? undefined : 'policy.undoAutomatically: it is no longer set, so somebody has to ask for it';
  if (approvals.length < needed)
    return `policy.approvals: ${needed} people have to approve by now, and ${approvals.length} did; review it again`;
  for (const { by } of approvals) {
    const verdict = await permission(people, policy, { proposal, person: by });
    if (verdict.kind === 'may') continue;
    if (verdict.reason === 'group-unknown') throw new TransientError(verdict.words, { code: 'OOM_SLACK_UNREACHABLE' });
    return `somebody who approved it may not approve it any more (${verdict.reason.replaceAll('-', ' ')}); review it again`;
  }
  return undefined;
}
