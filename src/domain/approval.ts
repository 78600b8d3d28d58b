// Who may approve a proposal, decided from the policy and from who the person is at the moment of the click.

import type { Policy } from './policy.ts';
import { matchesGlob } from './policy.ts';
import type { PersonId } from './proposal.ts';

export type Standing = 'full' | 'guest' | 'stranger' | 'bot' | 'deactivated';

export type ApprovalRefusal =
  | 'no-approvers'
  | 'guest'
  | 'stranger'
  | 'bot'
  | 'deactivated'
  | 'requester'
  | 'group-unknown'
  | 'not-an-approver';

export type ApprovalVerdict =
  | { readonly kind: 'may' }
  | { readonly kind: 'may-not'; readonly reason: ApprovalRefusal; readonly words: string };

export type ApprovalQuestion = {
  readonly policy: Policy;
  readonly namespace: string;
  readonly requester: PersonId;
  readonly decider: { readonly id: PersonId; readonly standing: Standing };
  /** Members of each group at this moment; undefined for a group that could not be read. */
  readonly groupMembers: ReadonlyMap<string, readonly PersonId[] | undefined>;
};

/** The users and groups that may approve in a namespace: every rule that matches counts. */
export function approversFor(
  policy: Policy,
  namespace: string,
): { readonly users: readonly string[]; readonly groups: readonly string[] } {
  const rules = policy.approvers.filter((rule) => rule.namespaces.some((glob) => matchesGlob(glob, namespace)));
  return { users: unique(rules.flatMap(({ users }) => users)), groups: unique(rules.flatMap(({ groups }) => groups)) };
}

function unique(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)];
}

const STANDING_WORDS: Readonly<Record<Exclude<Standing, 'full'>, string>> = {
  guest: 'Guests of the workspace may not approve changes.',
  stranger: 'People from another workspace may not approve changes.',
  bot: 'Bots may not approve changes.',
  deactivated: 'This account is deactivated and may not approve changes.',
};

/** Whether this person may approve, or the first reason why not, in words for that person. */
export function mayApprove(question: ApprovalQuestion): ApprovalVerdict {
  const { policy, namespace, requester, decider } = question;
  const { users, groups } = approversFor(policy, namespace);
  if (users.length === 0 && groups.length === 0) {
    const words = `Nobody may approve changes in ${namespace}: no approvers are configured. Add users or groups under policy.approvers in headroom.yaml.`;
    return { kind: 'may-not', reason: 'no-approvers', words };
  }
  if (decider.standing !== 'full') return { kind: 'may-not', reason: decider.standing, words: STANDING_WORDS[decider.standing] };
  if (decider.id === requester && !policy.selfApproval) {
    return { kind: 'may-not', reason: 'requester', words: 'You asked for this change, so somebody else has to approve it.' };
  }
  if (users.includes(decider.id)) return { kind: 'may' };
  return throughGroups(question, groups);
}

function throughGroups({ groupMembers, decider, namespace }: ApprovalQuestion, groups: readonly string[]): ApprovalVerdict {
  if (groups.some((group) => groupMembers.get(group)?.includes(decider.id) === true)) return { kind: 'may' };
  if (groups.some((group) => groupMembers.get(group) === undefined)) {
    const words =
      'The members of the approver group could not be read from Slack, so nobody can be let through by it. Try again, or name users in policy.approvers.';
    return { kind: 'may-not', reason: 'group-unknown', words };
  }
  return {
    kind: 'may-not',
    reason: 'not-an-approver',
    words: `You are not among those who may approve changes in ${namespace}.`,
  };
}
