// What the policy says: scopes and overrides, quiet hours by local time, and each rule's own words.

import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, toInstant, toMillis } from '../../../../../src/domain/base/time.ts';
import { mayPropose } from '../../../../../src/domain/change/policy/approval.ts';
import type { PolicyQuestion } from '../../../../../src/domain/change/policy/judge.ts';
import { denial, judge } from '../../../../../src/domain/change/policy/judge.ts';
import { inScope, matchesGlobs, policyFor } from '../../../../../src/domain/change/policy/policy.ts';
import { requestWithin, withinShares } from '../../../../../src/domain/change/policy/shares.ts';
import { hoursNext, hoursNow, weekHoursWords } from '../../../../../src/domain/change/policy/week-hours.ts';
import { ago, mi, NOW, policy } from '../../../../support/build.ts';

describe('a scope', () => {
  it.each([
    { globs: ['*'], namespace: 'payments', fits: true },
    { globs: ['pay*'], namespace: 'payments', fits: true },
    { globs: ['pay*'], namespace: 'search', fits: false },
    { globs: ['*', '!kube-*'], namespace: 'kube-system', fits: false },
    { globs: ['!kube-*'], namespace: 'payments', fits: true },
    { globs: ['!kube-*'], namespace: 'kube-system', fits: false },
  ])('$globs fits $namespace: $fits', ({ globs, namespace, fits }) => {
    expect(matchesGlobs(globs, namespace)).toBe(fits);
  });

  it('asks for labels with their exact values, and fits nothing whose labels are unknown', () => {
    const gold = { namespaces: ['*'], labels: { tier: 'gold' } };
    expect(inScope(gold, { namespace: 'a', labels: { tier: 'gold', app: 'x' } })).toBe(true);
    expect(inScope(gold, { namespace: 'a', labels: { tier: 'silver' } })).toBe(false);
    expect(inScope(gold, { namespace: 'a' })).toBe(false);
  });

  it('lets a later override win over an earlier one', () => {
    const overrides = [
      { namespaces: ['*'], rules: { maxLimit: mi(1024), approvals: 2 } },
      { namespaces: ['payments'], rules: { maxLimit: mi(2048), dryRunOnly: undefined } },
    ];
    const found = policyFor(policy({ overrides }), { namespace: 'payments' });
    expect(found).toMatchObject({ maxLimit: mi(2048), approvals: 2, dryRunOnly: false });
  });
});

describe('quiet hours', () => {
  const night = { days: [1, 2, 3, 4, 5], from: 22 * 60, to: 6 * 60, timezone: 'Europe/Berlin' };
  const at = (text: string) => toInstant(Date.parse(text));

  it.each([
    { name: 'a Monday evening', now: '2026-11-23T21:30:00Z', leftMinutes: 450 },
    { name: 'the morning after', now: '2026-11-24T04:59:00Z', leftMinutes: 1 },
    { name: 'when it is over', now: '2026-11-24T05:00:00Z', leftMinutes: undefined },
    { name: 'midday', now: '2026-11-24T12:00:00Z', leftMinutes: undefined },
    { name: 'the night of a Friday into Saturday', now: '2026-11-28T02:00:00Z', leftMinutes: 180 },
    { name: 'the night of a Saturday', now: '2026-11-28T22:00:00Z', leftMinutes: undefined },
    { name: 'a summer evening, one hour nearer to UTC noon', now: '2026-07-06T20:00:00Z', leftMinutes: 480 },
  ])('$name', ({ now, leftMinutes }) => {
    const found = hoursNow([night], at(now));
    expect(found === undefined ? undefined : (found.until - at(now)) / MINUTE).toBe(leftMinutes);
  });

  it('within one day', () => {
    const lunch = { days: [2], from: 12 * 60, to: 13 * 60, timezone: 'UTC' };
    expect(hoursNow([lunch], at('2026-11-24T12:59:00Z'))).toBeDefined();
    expect(hoursNow([lunch], at('2026-11-24T13:00:00Z'))).toBeUndefined();
    expect(weekHoursWords(lunch)).toBe('12:00 to 13:00 UTC on Tue');
    expect(weekHoursWords({ ...lunch, days: [0, 1, 2, 3, 4, 5, 6] })).toBe('12:00 to 13:00 UTC');
  });

  const office = { days: [1, 2, 3, 4, 5], from: 9 * 60, to: 17 * 60, timezone: 'Europe/Berlin' };
  const saturday = { days: [6], from: 10 * 60, to: 12 * 60, timezone: 'UTC' };

  it.each([
    { name: 'the same morning', hours: [office], now: '2026-11-24T05:00:00Z', from: '2026-11-24T08:00:00Z' },
    { name: 'the next morning', hours: [office], now: '2026-11-24T17:00:00Z', from: '2026-11-25T08:00:00Z' },
    { name: 'after the weekend', hours: [office], now: '2026-11-27T17:00:00Z', from: '2026-11-30T08:00:00Z' },
    { name: 'the soonest of two', hours: [office, saturday], now: '2026-11-27T17:00:00Z', from: '2026-11-28T10:00:00Z' },
    { name: 'the same day a week later', hours: [saturday], now: '2026-11-28T13:00:00Z', from: '2026-12-05T10:00:00Z' },
  ])('begin again: $name', ({ hours, now, from }) => {
    expect(hoursNext(hours, at(now))?.from).toBe(at(from));
  });

  it('of no day never begin', () => {
    expect(hoursNext([{ ...office, days: [] }], at('2026-11-24T05:00:00Z'))).toBeUndefined();
  });
});

const PLACE = { namespace: 'payments', kind: 'Deployment' };

function question(overrides: Partial<PolicyQuestion> = {}): PolicyQuestion {
  return { place: PLACE, now: NOW, ...overrides };
}

function sizes(
  limit: number,
  more: { readonly request?: number; readonly current?: number; readonly allocatable?: number } = {},
) {
  const { request, current = 256, allocatable } = more;
  return {
    limit: mi(limit),
    currentLimit: mi(current),
    request: request === undefined ? undefined : mi(request),
    allocatable: allocatable === undefined ? undefined : mi(allocatable),
  };
}

describe('judge', () => {
  it.each([
    {
      name: 'nothing against a plain raise',
      given: policy(),
      asked: question({ sizes: sizes(512, { request: 128 }) }),
      rules: [],
    },
    { name: 'a namespace left out', given: policy({ namespaces: ['!payments'] }), asked: question(), rules: ['namespaces'] },
    { name: 'a kind left out', given: policy({ kinds: ['StatefulSet'] }), asked: question(), rules: ['kinds'] },
    {
      name: 'a route left out',
      given: policy({ routes: ['pull-request'] }),
      asked: question({ route: 'live' }),
      rules: ['routes'],
    },
    { name: 'no route at all', given: policy({ routes: [] }), asked: question(), rules: ['routes'] },
    { name: 'nobody who may approve', given: policy({ approvers: [] }), asked: question(), rules: ['approvers'] },
    { name: 'too low', given: policy({ minLimit: mi(300) }), asked: question({ sizes: sizes(280) }), rules: ['minLimit'] },
    { name: 'too high', given: policy({ maxLimit: mi(400) }), asked: question({ sizes: sizes(512) }), rules: ['maxLimit'] },
    {
      name: 'too many times the old one',
      given: policy({ maxFactor: 1.5 }),
      asked: question({ sizes: sizes(512) }),
      rules: ['maxFactor'],
    },
    {
      name: 'too much of the node',
      given: policy(),
      asked: question({ sizes: sizes(512, { allocatable: 512 }) }),
      rules: ['maxNodeShare'],
    },
    {
      name: 'too small a request',
      given: policy({ minRequestShare: 0.5 }),
      asked: question({ sizes: sizes(512, { request: 128 }) }),
      rules: ['minRequestShare'],
    },
    {
      name: 'too large a request',
      given: policy({ maxRequestShare: 0.5 }),
      asked: question({ sizes: sizes(512, { request: 300 }) }),
      rules: ['maxRequestShare'],
    },
    {
      name: 'too soon after the last one',
      given: policy({ coolDown: toMillis(HOUR) }),
      asked: question({ lastWrittenAt: ago(10 * MINUTE) }),
      rules: ['coolDown'],
    },
    {
      name: 'late enough',
      given: policy({ coolDown: toMillis(HOUR) }),
      asked: question({ lastWrittenAt: ago(HOUR) }),
      rules: [],
    },
    { name: 'never written', given: policy({ coolDown: toMillis(HOUR) }), asked: question(), rules: [] },
    {
      name: 'quiet hours',
      given: policy({ quietHours: [{ days: [2], from: 0, to: 6 * 60, timezone: 'UTC' }] }),
      asked: question(),
      rules: ['quietHours'],
    },
    {
      name: 'outside quiet hours',
      given: policy({ quietHours: [{ days: [2], from: 6 * 60, to: 7 * 60, timezone: 'UTC' }] }),
      asked: question(),
      rules: [],
    },
    {
      name: 'outside approval hours',
      given: policy({ approvalHours: [{ days: [2], from: 9 * 60, to: 17 * 60, timezone: 'UTC' }] }),
      asked: question(),
      rules: ['approvalHours'],
    },
    {
      name: 'within one of two approval hours',
      given: policy({
        approvalHours: [
          { days: [2], from: 9 * 60, to: 17 * 60, timezone: 'UTC' },
          { days: [1], from: 22 * 60, to: 6 * 60, timezone: 'UTC' },
        ],
      }),
      asked: question(),
      rules: [],
    },
    {
      name: 'quiet hours within approval hours',
      given: policy({
        approvalHours: [{ days: [2], from: 0, to: 17 * 60, timezone: 'UTC' }],
        quietHours: [{ days: [2], from: 0, to: 6 * 60, timezone: 'UTC' }],
      }),
      asked: question(),
      rules: ['quietHours'],
    },
  ])('$name', ({ given, asked, rules }) => {
    const findings = judge(given, asked);
    expect(findings.filter(({ says }) => says === 'denied').map(({ rule }) => rule)).toEqual(rules);
    expect(denial(findings) === undefined).toBe(rules.length === 0);
  });

  it('says when nothing will be written, without standing in the way', () => {
    const findings = judge(policy({ dryRunOnly: true, selfApproval: true }), question());
    expect(findings.at(-1)).toMatchObject({ rule: 'dryRunOnly', says: 'rehearsed' });
    expect(denial(findings)).toBeUndefined();
  });

  it('says when approval hours are', () => {
    const approvalHours = [{ days: [1, 2, 3, 4, 5], from: 9 * 60, to: 17 * 60, timezone: 'UTC' }];
    expect(denial(judge(policy({ approvalHours }), question({ now: toInstant(Date.parse('2026-11-24T07:30:00Z')) })))).toBe(
      'policy.approvalHours: something is approved and written only from 09:00 to 17:00 UTC on Mon, Tue, Wed, Thu, Fri; the next begin in 90 minutes',
    );
  });

  it('names the rule and the bound in its words', () => {
    const findings = judge(policy({ maxFactor: 1.5 }), question({ sizes: sizes(512) }));
    expect(denial(findings)).toBe('policy.maxFactor: at most 384Mi, 1.5 times the present limit, and 512Mi is more');
  });
});

describe('withinShares', () => {
  it.each([
    { name: 'is left as it is within them', wanted: 128, min: 0, max: 1, fits: 128 },
    { name: 'is raised to the lower one, in a step', wanted: 128, min: 0.5, max: 1, fits: 256 },
    { name: 'is cut to the upper one', wanted: 512, min: 0, max: 0.7, fits: 358 },
    { name: 'is never above the limit', wanted: 128, min: 1, max: 1, fits: 512 },
  ])('a request of $wanted Mi of 512Mi $name', ({ wanted, min, max, fits }) => {
    const shares = { minRequestShare: min, maxRequestShare: max };
    expect(withinShares(mi(wanted), mi(512), shares)).toBe(mi(fits));
    expect(requestWithin(mi(wanted), mi(512), policy(shares))).toBe(`${fits}Mi`);
    expect(requestWithin(undefined, mi(512), policy(shares))).toBeUndefined();
    expect(requestWithin(mi(wanted), undefined, policy(shares))).toBe(`${wanted}Mi`);
  });
});

describe('mayPropose', () => {
  const proposers = [{ namespaces: ['payments'], users: ['UALICE'], groups: ['SDEVS'] }];
  const members = new Map([['SDEVS', ['UDAVE']]]);

  it.each([
    { name: 'everybody where no rule is about it', id: 'UEVE', standing: 'full', namespace: 'search', reason: undefined },
    { name: 'a named user', id: 'UALICE', standing: 'full', namespace: 'payments', reason: undefined },
    { name: 'a member of a named group', id: 'UDAVE', standing: 'full', namespace: 'payments', reason: undefined },
    { name: 'somebody else', id: 'UEVE', standing: 'full', namespace: 'payments', reason: 'not-a-proposer' },
    { name: 'a guest', id: 'UGUEST', standing: 'guest', namespace: 'search', reason: 'guest' },
  ] as const)('$name', ({ id, standing, namespace, reason }) => {
    const verdict = mayPropose({
      policy: policy({ proposers }),
      place: { namespace },
      decider: { id, standing },
      groupMembers: members,
    });
    expect(verdict.kind === 'may' ? undefined : verdict.reason).toBe(reason);
  });

  it('lets nobody through by a group that cannot be read', () => {
    const groupMembers = new Map([['SDEVS', undefined]]);
    const decider = { id: 'UDAVE', standing: 'full' } as const;
    const verdict = mayPropose({ policy: policy({ proposers }), place: { namespace: 'payments' }, decider, groupMembers });
    expect(verdict).toMatchObject({ kind: 'may-not', reason: 'group-unknown' });
  });
});
