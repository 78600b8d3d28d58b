// Who may approve, and the first reason why not.

import { describe, expect, it } from 'vitest';
import type { ApprovalQuestion } from '../../../../../src/domain/change/policy/approval.ts';
import { mayApprove } from '../../../../../src/domain/change/policy/approval.ts';
import { policy } from '../../../../support/build.ts';

function question(overrides: Partial<ApprovalQuestion> = {}): ApprovalQuestion {
  const approvers = [{ namespaces: ['pay*'], users: ['UBOB'], groups: ['SLEADS'] }];
  return {
    policy: policy({ approvers }),
    place: { namespace: 'payments' },
    requester: 'UALICE',
    decider: { id: 'UBOB', standing: 'full' },
    groupMembers: new Map([['SLEADS', ['UCAROL', 'UALICE']]]),
    ...overrides,
  };
}

describe('mayApprove', () => {
  it.each([
    { name: 'a named user', given: question(), reason: undefined },
    { name: 'a member of the group', given: question({ decider: { id: 'UCAROL', standing: 'full' } }), reason: undefined },
    {
      name: 'the requester, though a member',
      given: question({ decider: { id: 'UALICE', standing: 'full' } }),
      reason: 'requester',
    },
    {
      name: 'the requester where the policy allows it',
      given: question({
        decider: { id: 'UALICE', standing: 'full' },
        policy: policy({ selfApproval: true, approvers: [{ namespaces: ['*'], users: ['UALICE'], groups: [] }] }),
      }),
      reason: undefined,
    },
    { name: 'somebody else', given: question({ decider: { id: 'UDAVE', standing: 'full' } }), reason: 'not-an-approver' },
    { name: 'a guest, though named', given: question({ decider: { id: 'UBOB', standing: 'guest' } }), reason: 'guest' },
    { name: 'a stranger', given: question({ decider: { id: 'UBOB', standing: 'stranger' } }), reason: 'stranger' },
    { name: 'a bot', given: question({ decider: { id: 'UBOB', standing: 'bot' } }), reason: 'bot' },
    {
      name: 'a deactivated account',
      given: question({ decider: { id: 'UBOB', standing: 'deactivated' } }),
      reason: 'deactivated',
    },
    {
      name: 'a group that cannot be read',
      given: question({ decider: { id: 'UCAROL', standing: 'full' }, groupMembers: new Map([['SLEADS', undefined]]) }),
      reason: 'group-unknown',
    },
    { name: 'a namespace without approvers', given: question({ place: { namespace: 'search' } }), reason: 'no-approvers' },
  ])('$name', ({ given, reason }) => {
    const verdict = mayApprove(given);
    expect(verdict.kind === 'may' ? undefined : verdict.reason).toBe(reason);
  });
});
