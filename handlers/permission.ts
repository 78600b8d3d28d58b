// Whether a person may approve a proposal, asked of Slack at the moment of the question.

import type { ApprovalVerdict } from '../src/domain/approval.ts';
import { approversFor, mayApprove } from '../src/domain/approval.ts';
import { valueOf } from '../src/domain/piece.ts';
import type { Policy } from '../src/domain/policy.ts';
import type { PersonId, Proposal } from '../src/domain/proposal.ts';
import type { People } from '../src/ports/people.ts';

export async function permission(
  people: People,
  policy: Policy,
  { proposal, person }: { readonly proposal: Proposal; readonly person: PersonId },
): Promise<ApprovalVerdict> {
  const { namespace } = proposal.change.workload;
  const { groups } = approversFor(policy, namespace);
  const [decider, ...members] = await Promise.all([
    people.person(person),
    ...groups.map(async (group) => [group, valueOf(await people.members(group))] as const),
  ]);
  return mayApprove({ policy, namespace, requester: proposal.requester, decider, groupMembers: new Map(members) });
}
