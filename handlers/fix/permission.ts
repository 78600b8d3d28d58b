// Whether a person may propose a change or approve one, asked of Slack at the moment of the question.

import { valueOf } from '../../src/domain/base/piece.ts';
import type { TemplateState } from '../../src/domain/change/change.ts';
import type { ApprovalVerdict } from '../../src/domain/change/policy/approval.ts';
import { approversFor, mayApprove, mayPropose, proposersFor } from '../../src/domain/change/policy/approval.ts';
import type { Policy, PolicyPlace } from '../../src/domain/change/policy/policy.ts';
import type { PersonId, Proposal } from '../../src/domain/change/proposal.ts';
import type { People } from '../../src/ports/people.ts';

export async function permission(
  people: People,
  policy: Policy,
  { proposal, person }: { readonly proposal: Proposal; readonly person: PersonId },
): Promise<ApprovalVerdict> {
  const place = placeOf(proposal);
  const known = await lookUp(people, person, approversFor(policy, place).groups);
  return mayApprove({ policy, place, requester: proposal.requester, ...known });
}

/** Why this person may not ask for changes of the workload, in words; undefined when they may. */
export async function proposalDenied(
  people: People,
  policy: Policy,
  { place, person }: { readonly place: PolicyPlace; readonly person: PersonId },
): Promise<string | undefined> {
  const verdict = mayPropose({ policy, place, ...(await lookUp(people, person, proposersFor(policy, place).groups)) });
  return verdict.kind === 'may' ? undefined : verdict.words;
}

async function lookUp(people: People, person: PersonId, groups: readonly string[]) {
  const [decider, ...members] = await Promise.all([
    people.person(person),
    ...groups.map(async (group) => [group, valueOf(await people.members(group))] as const),
  ]);
  return { decider, groupMembers: new Map(members) };
}

/** With the labels that its workload has now, where it could be read: whoever may change labels must not choose the rules of a change under way. */
export function labelledNow(proposal: Proposal, template: Pick<TemplateState, 'labels'> | undefined): Proposal {
  return template === undefined ? proposal : { ...proposal, labels: template.labels };
}

/** Where a rule for approvers, or an override, sees the proposal's workload. */
export function placeOf({ change, labels }: Proposal): PolicyPlace {
  return { namespace: change.workload.namespace, labels };
}
