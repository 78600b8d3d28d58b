// headroom.yaml: defaults, units, and one small file per mistake.

import { describe, expect, it } from 'vitest';
import { parseRules } from '../../../src/config-file.ts';
import { GIB } from '../../../src/domain/memory.ts';
import { HOUR, MINUTE } from '../../../src/domain/time.ts';

function problemsIn(text: string): readonly string[] {
  const parsed = parseRules(text);
  return parsed.kind === 'problems' ? parsed.problems : [];
}

describe('headroom.yaml', () => {
  it('lets nobody approve when it is empty', () => {
    const parsed = parseRules('');
    expect(parsed.kind === 'rules' && parsed.rules.policy.approvers).toEqual([]);
  });

  it('reads routes, approvers, sizes and lengths of time', () => {
    const parsed = parseRules(`
routes:
  - namespaces: [payments, "checkout-*"]
    channel: C0PAYMENTS
policy:
  approvers:
    - namespaces: [payments]
      users: [U0123ABCD]
      groups: [S0123ABCD]
  maxLimit: 8Gi
  proposalExpiry: 4h
  watchFloor: 15m
reportWithin: 30m
`);
    expect(parsed).toMatchObject({
      kind: 'rules',
      rules: {
        routes: [{ clusters: ['*'], namespaces: ['payments', 'checkout-*'], channel: 'C0PAYMENTS' }],
        policy: { maxLimit: 8 * GIB, proposalExpiry: 4 * HOUR, watchFloor: 15 * MINUTE, selfApproval: false },
        reportWithin: 30 * MINUTE,
      },
    });
  });

  it.each([
    { name: 'an unknown key', text: 'polcy: {}', place: 'top level' },
    { name: 'an unknown key in the policy', text: 'policy: {maxLimt: 8Gi}', place: 'policy' },
    { name: 'a size with a wrong unit', text: 'policy: {maxLimit: 8GB}', place: 'policy.maxLimit' },
    { name: 'a length of time without unit', text: 'policy: {proposalExpiry: "24"}', place: 'policy.proposalExpiry' },
    { name: 'a user by name', text: 'policy: {approvers: [{users: [bob]}]}', place: 'policy.approvers.0.users.0' },
    { name: 'a group by handle', text: 'policy: {approvers: [{groups: ["@leads"]}]}', place: 'policy.approvers.0.groups.0' },
    { name: 'a factor that never raises', text: 'policy: {maxFactor: 1}', place: 'policy.maxFactor' },
    { name: 'a route without channel', text: 'routes: [{namespaces: [a]}]', place: 'routes.0.channel' },
    { name: 'routes that are no list', text: 'routes: 3', place: 'routes' },
  ])('names the place of $name', ({ text, place }) => {
    expect(problemsIn(text).map((problem) => problem.split(':')[0])).toEqual([place]);
  });

  it('says where YAML itself is broken', () => {
    expect(problemsIn('policy: [')[0]).toMatch(/line 1/);
  });

  it('reports several mistakes at once', () => {
    expect(problemsIn('routes: 3\npolicy: {maxLimit: x, maxFactor: 0}')).toHaveLength(3);
  });
});
