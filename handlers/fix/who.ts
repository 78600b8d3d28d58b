// Who may ask for a change and who may approve it, asked of Slack at the moment of the question: nothing of it is remembered.

import { valueOf } from '../../src/domain/base/piece.ts';
import type { ApprovalVerdict } from '../../src/domain/change/policy/approval.ts';
import { approversFor, mayApprove, mayPropose, proposersFor } from '../../src/domain/change/policy/approval.ts';
import type { Policy, PolicyPlace } from '../../src/domain/change/policy/policy.ts';
import { policyFor } from '../../src/domain/change/policy/policy.ts';
import { policyScope } from '../../src/domain/change/policy/scope.ts';
import type { PersonId, Proposal } from '../../src/domain/change/proposal.ts';
import { POLICY } from '../../src/domain/change/proposal.ts';
import { TransientError } from '../../src/ports/fault.ts';
import type { People } from '../../src/ports/people.ts';

export async function permission(
  people: People,
  policy: Policy,
  { proposal, person }: { readonly proposal: Proposal; readonly person: PersonId },
): Promise<ApprovalVerdict> {
  const place = policyScope(proposal);
  const known = await lookUp(people, person, approversFor(policy, place).groups);
  return mayApprove({ policy, place, requester: proposal.requester, ...known });
}

/** Why this person may not approve it, in a sentence; undefined when they may. */
export async function approvingDenied(
  people: People,
  policy: Policy,
  asked: { readonly proposal: Proposal; readonly person: PersonId },
): Promise<string | undefined> {
  const verdict = await permission(people, policy, asked);
  return verdict.kind === 'may' ? undefined : verdict.words;
}

/** Why this person may not ask for changes of the workload, in a sentence; undefined when they may. */
export async function askingDenied(
  people: People,
  policy: Policy,
  { place, person }: { readonly place: PolicyPlace; readonly person: PersonId },
): Promise<string | undefined> {
  const verdict = mayPropose({ policy, place, ...(await lookUp(people, person, proposersFor(policy, place).groups)) });
  return verdict.kind === 'may' ? undefined : verdict.words;
}

/**
 * Whether the approvals that were given still count: as many as are needed now, each of somebody who may give it now. In a clause; undefined when they do.
 * Throws a TransientError while it cannot be known: then it is asked again.
 */
export async function approvalsDenied(people: People, policy: Policy, proposal: Proposal): Promise<string | undefined> {
  const { approvals } = proposal;
  const { approvals: needed, undoAutomatically } = policyFor(policy, policyScope(proposal));
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

async function lookUp(people: People, person: PersonId, groups: readonly string[]) {
  const [decider, ...members] = await Promise.all([
    people.person(person),
    ...groups.map(async (group) => [group, valueOf(await people.members(group))] as const),
  ]);
  return { decider, groupMembers: new Map(members) };
}
