// Who may propose a change and who may approve it, decided from the policy and from who the person is at the moment of the click.

import type { PersonId } from '../proposal.ts';
import type { Policy, PolicyPlace } from './policy.ts';
import { inScope, policyFor } from './policy.ts';

type Standing = 'full' | 'guest' | 'stranger' | 'bot' | 'deactivated';

type ApprovalRefusal =
  | 'no-approvers'
  | 'guest'
  | 'stranger'
  | 'bot'
  | 'deactivated'
  | 'requester'
  | 'group-unknown'
  | 'not-an-approver'
  | 'not-a-proposer';

export type ApprovalVerdict =
  | { readonly kind: 'may' }
  | { readonly kind: 'may-not'; readonly reason: ApprovalRefusal; readonly words: string };

export type ApprovalQuestion = {
  readonly policy: Policy;
  readonly place: PolicyPlace;
  readonly requester: PersonId;
  readonly decider: { readonly id: PersonId; readonly standing: Standing };
  /** Members of each group at this moment; undefined for a group that could not be read. */
  readonly groupMembers: ReadonlyMap<string, readonly PersonId[] | undefined>;
};

export type Named = { readonly users: readonly string[]; readonly groups: readonly string[] };

/** The users and groups that may approve a workload's changes: every rule that fits counts. */
export function approversFor({ approvers }: Pick<Policy, 'approvers'>, place: PolicyPlace): Named {
  return named(approvers, place);
}

/** The users and groups that may propose; empty when no rule is about this workload: then every full member may. */
export function proposersFor({ proposers }: Pick<Policy, 'proposers'>, place: PolicyPlace): Named {
  return named(proposers, place);
}

function named(rules: Policy['approvers'], place: PolicyPlace): Named {
  const fitting = rules.filter((rule) => inScope(rule, place));
  return { users: unique(fitting.flatMap(({ users }) => users)), groups: unique(fitting.flatMap(({ groups }) => groups)) };
}

function unique(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)];
}

const STANDING_WORDS: Readonly<Record<Exclude<Standing, 'full'>, string>> = {
  guest: 'Guests of the workspace may not',
  stranger: 'People from another workspace may not',
  bot: 'Bots may not',
  deactivated: 'This account is deactivated and may not',
};

/** Whether this person may approve, or the first reason why not, in words for that person. */
export function mayApprove(question: ApprovalQuestion): ApprovalVerdict {
  const { policy, place, requester, decider } = question;
  const { namespace } = place;
  const { users, groups } = approversFor(policy, place);
  if (users.length === 0 && groups.length === 0) {
    const words = `Nobody may approve changes in ${namespace}: no approvers are configured. Add users or groups under policy.approvers in headroom.yaml.`;
    return { kind: 'may-not', reason: 'no-approvers', words };
  }
  if (decider.standing !== 'full') return notFull(decider.standing, 'approve');
  if (decider.id === requester && !policyFor(policy, place).selfApproval) {
    return { kind: 'may-not', reason: 'requester', words: 'You asked for this change, so somebody else has to approve it.' };
  }
  return amongThem(question, { users, groups }, 'approve');
}

/** Whether this person may ask for a change, or the first reason why not. Asked of the same facts as for an approval. */
export function mayPropose(question: Omit<ApprovalQuestion, 'requester'>): ApprovalVerdict {
  const { policy, place, decider } = question;
  if (decider.standing !== 'full') return notFull(decider.standing, 'propose');
  const { users, groups } = proposersFor(policy, place);
  if (users.length === 0 && groups.length === 0) return { kind: 'may' };
  return amongThem(question, { users, groups }, 'propose');
}

type Verb = 'approve' | 'propose';

function notFull(standing: Exclude<Standing, 'full'>, verb: Verb): ApprovalVerdict {
  return { kind: 'may-not', reason: standing, words: `${STANDING_WORDS[standing]} ${verb} changes.` };
}

function amongThem(
  { groupMembers, decider, place }: Omit<ApprovalQuestion, 'requester'>,
  { users, groups }: Named,
  verb: Verb,
): ApprovalVerdict {
  if (users.includes(decider.id)) return { kind: 'may' };
  if (groups.some((group) => groupMembers.get(group)?.includes(decider.id) === true)) return { kind: 'may' };
  if (groups.some((group) => groupMembers.get(group) === undefined)) {
    const words = `The members of the ${verb === 'approve' ? 'approver' : 'proposer'} group could not be read from Slack, so nobody can be let through by it. Try again, or name users in policy.${verb === 'approve' ? 'approvers' : 'proposers'}.`;
    return { kind: 'may-not', reason: 'group-unknown', words };
  }
  return {
    kind: 'may-not',
    reason: verb === 'approve' ? 'not-an-approver' : 'not-a-proposer',
    words: `You are not among those who may ${verb} changes in ${place.namespace}.`,
  };
}
