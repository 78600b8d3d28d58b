// headroom.yaml: defaults, units, and one small file per mistake.

import { describe, expect, it } from 'vitest';
import { parseRules } from '../../../../src/config/rules/rules.ts';
import { yamlWords } from '../../../../src/config/rules/yaml.ts';
import { GIB } from '../../../../src/domain/base/memory.ts';
import { HOUR, MINUTE } from '../../../../src/domain/base/time.ts';
import { policyFor } from '../../../../src/domain/change/policy/policy.ts';

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
    kinds: [CronJob]
    labels: { tier: 'front*' }
    channel: C0PAYMENTS
    owner: S0123ABCD
  - severities: [critical]
    owner: U0123ABCD
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
        routes: [
          {
            clusters: ['*'],
            namespaces: ['payments', 'checkout-*'],
            kinds: ['CronJob'],
            labels: { tier: 'front*' },
            severities: ['critical', 'warning', 'info'],
            channel: 'C0PAYMENTS',
            owner: 'S0123ABCD',
          },
          { clusters: ['*'], namespaces: ['*'], severities: ['critical'], owner: 'U0123ABCD' },
        ],
        policy: { maxLimit: 8 * GIB, proposalExpiry: 4 * HOUR, watchFloor: 15 * MINUTE, selfApproval: false },
        reportWithin: 30 * MINUTE,
      },
    });
  });

  it.each([
    { name: 'an unknown key', text: 'polcy: {}', place: 'polcy' },
    { name: 'an unknown key in the policy', text: 'policy: {maxLimt: 8Gi}', place: 'policy.maxLimt' },
    { name: 'a size with a wrong unit', text: 'policy: {maxLimit: 8GB}', place: 'policy.maxLimit' },
    { name: 'a length of time without unit', text: 'policy: {proposalExpiry: "24"}', place: 'policy.proposalExpiry' },
    { name: 'a user by name', text: 'policy: {approvers: [{users: [bob]}]}', place: 'policy.approvers.0.users.0' },
    { name: 'a group by handle', text: 'policy: {approvers: [{groups: ["@leads"]}]}', place: 'policy.approvers.0.groups.0' },
    { name: 'a factor that never raises', text: 'policy: {maxFactor: 1}', place: 'policy.maxFactor' },
    { name: 'a route without channel and owner', text: 'routes: [{namespaces: [a]}]', place: 'routes.0' },
    { name: 'routes that are no list', text: 'routes: 3', place: 'routes' },
    { name: 'a kind that cannot be changed', text: 'policy: {kinds: [Node]}', place: 'policy.kinds.0' },
    { name: 'a route that there is not', text: 'policy: {routes: [email]}', place: 'policy.routes.0' },
    { name: 'a share in percent', text: 'policy: {maxNodeShare: 90}', place: 'policy.maxNodeShare' },
    { name: 'an approver rule without people', text: 'policy: {approvers: [{namespaces: [a]}]}', place: 'policy.approvers.0' },
    {
      name: 'a time that is no time',
      text: 'policy: {quietHours: [{from: "25:00", to: "06:00"}]}',
      place: 'policy.quietHours.0.from',
    },
    {
      name: 'a zone that is none',
      text: 'policy: {quietHours: [{from: "22:00", to: "06:00", timezone: Mars}]}',
      place: 'policy.quietHours.0.timezone',
    },
    {
      name: 'an approval hour on a day that there is not',
      text: 'policy: {approvalHours: [{days: [monday], from: "09:00", to: "17:00"}]}',
      place: 'policy.approvalHours.0.days.0',
    },
    { name: 'hours of no length', text: 'policy: {quietHours: [{from: "22:00", to: "22:00"}]}', place: 'policy.quietHours.0' },
    { name: 'a lower bound above the upper one', text: 'policy: {minLimit: 2Gi, maxLimit: 1Gi}', place: 'policy.minLimit' },
    {
      name: 'shares the wrong way round',
      text: 'policy: {minRequestShare: 0.9, maxRequestShare: 0.5}',
      place: 'policy.minRequestShare',
    },
    { name: 'a watch floor above its ceiling', text: 'policy: {watchFloor: 2d}', place: 'policy.watchFloor' },
    {
      name: 'an override that crosses a bound',
      text: 'policy: {overrides: [{namespaces: [a], minLimit: 32Gi}]}',
      place: 'policy.overrides.0.minLimit',
    },
    {
      name: 'an override below a bound',
      text: 'policy: {overrides: [{namespaces: [a], maxLimit: 8Mi}]}',
      place: 'policy.overrides.0.maxLimit',
    },
    { name: 'an expiry that nobody can meet', text: 'policy: {proposalExpiry: 5s}', place: 'policy.proposalExpiry' },
    { name: 'an expiry without end', text: 'policy: {proposalExpiry: 90d}', place: 'policy.proposalExpiry' },
    { name: 'tightening at once', text: 'policy: {tightenAfter: 5m}', place: 'policy.tightenAfter' },
  ])('names the place of $name', ({ text, place }) => {
    expect(problemsIn(text).map((problem) => problem.split(' (line')[0])).toEqual([place]);
  });

  it('has digests every morning and every Monday unless it says otherwise', () => {
    const digests = (text: string) => {
      const parsed = parseRules(text);
      return parsed.kind === 'rules' ? parsed.rules.digests : undefined;
    };
    expect(digests('')).toEqual({ timezone: 'UTC', daily: '0 9 * * *', weekly: '0 9 * * 1' });
    expect(digests('digests: {timezone: Europe/Berlin, daily: "30 8 * * 1-5", weekly: off}')).toEqual({
      timezone: 'Europe/Berlin',
      daily: '30 8 * * 1-5',
      weekly: undefined,
    });
  });

  it('names the nearest right one for a wrong cron expression', () => {
    expect(problemsIn('digests: {daily: "0 9 * * MNO"}')[0]).toMatch(
      /^digests\.daily .*wrong day of the week; did you mean "0 9 \* \* mon"\?/,
    );
    expect(problemsIn('digests: {weekly: "9:30"}')[0]).toContain('did you mean "30 9 * * *"?');
    expect(problemsIn('digests: {timezone: Berlin}')[0]).toContain('Europe/Berlin');
  });

  it.each([
    { text: 'policy: [', problem: /^no YAML \(line 1, column 10\): a bracket is not closed.*\(.*end with a \]\)$/ },
    {
      text: 'policy:\n\tmaxLimit: 8Gi\n\tmaxFactor: 2',
      problem: /^no YAML \(line 2, column 1\): a tab .*\(Tabs are not allowed/,
    },
    { text: 'policy: {maxLimit: 1Gi, maxLimit: 2Gi}', problem: /^no YAML \(line 1, column 25\): this key is there twice.*$/ },
    { text: 'policy:\n  kinds:\n  - Pod\n  Job', problem: /^no YAML .*: a key has no ":" behind it/ },
    { text: 'routes:\n  - namespaces: [a]\n  channel: C1', problem: /^no YAML .*: this line is indented unlike/ },
    { text: 'policy: "x', problem: /^no YAML .*: a quote is not closed/ },
    { text: 'routes: a: b', problem: /^no YAML .*: a second ": "/ },
    {
      text: 'policy:\n  dryRunOnly: true\n    maxFactor: 2',
      problem: /^no YAML \(line 2, .*or the next line is indented too far/,
    },
    { text: 'policy: *anywhere', problem: /^no YAML: Unresolved alias/ },
  ])('says once, in one line, where YAML itself is broken: $text', ({ text, problem }) => {
    expect(problemsIn(text)).toEqual([expect.stringMatching(problem)]);
    expect(problemsIn(text)[0]).not.toContain('\n');
  });

  it('says in plain words where a list lost its dash, with the parser’s own behind', () => {
    expect(yamlWords({ message: 'Sequence item without - indicator' })).toMatch(
      /^a list goes on without its dash.*\(Sequence item/,
    );
  });

  it('does not call a setting unknown that only stands in the wrong place', () => {
    expect(problemsIn('maxLimit: 8Gi')).toEqual(['maxLimit (line 1, column 1): is a setting, but not in this place']);
  });

  it.each([
    { text: 'policy: {maxLimit: 512}', words: '512 is not a size with a unit; write for example 512Mi' },
    { text: 'policy: {proposalExpiry: 24}', words: '24 is not a length of time; write for example 24h' },
    { text: 'policy: {proposalExpiry: true}', words: 'true is not a length of time; write for example 24h' },
    { text: 'policy: {approvals: 0}', words: '0 is not a number of people from 1 to 10 (somebody always has to approve)' },
    { text: 'policy: {approvals: 1.5}', words: '1.5 is not a number of people from 1 to 10' },
    { text: 'policy: {maxFactor: "2"}', words: '"2" is not a number above 1, at most 16; write for example 4' },
    { text: 'policy: {selfApproval: maybe}', words: '"maybe" is not true or false; write for example true' },
    { text: 'policy: {namespaces: payments}', words: 'write for example [payments, "checkout-*"]' },
    { text: 'policy: {namespaces: []}', words: 'a list is not a list of names' },
    { text: 'policy: {approvers: U1}', words: '"U1" is not a list of rules; write for example [{ groups: [S0123ABCD] }]' },
    { text: 'policy: {approvers: [{users: [5]}]}', words: '5 is not a Slack user id; write for example U0123ABCD' },
    { text: 'policy: {approvers: [{users: [U1], labels: {a: 1}}]}', words: '1 is not a text; write for example "1", in quotes' },
    { text: 'policy: {quietHours: {from: 1}}', words: 'a mapping is not a list of times' },
    { text: 'policy: {quietHours: [{to: "06:00"}]}', words: 'is missing; write a time of day, for example "22:00", in quotes' },
    { text: 'policy: {maxNodeShare: 90}', words: '90 is not a share from 0 to 1; write for example 0.9' },
    { text: 'policy: {kinds: [Node]}', words: '"Node" is not one of Deployment, StatefulSet' },
    { text: 'policy: {proposers: }', words: 'has no value; write a list of rules' },
    { text: 'policy: 3', words: '3 is not a mapping of settings' },
    { text: '- a', words: 'top level: a list is not a mapping of settings' },
    { text: 'routes: [{channel: 3}]', words: '3 is not a Slack channel id; write for example C0123ABCD' },
    { text: 'routes: [{owner: U0123ABCD, severities: [loud]}]', words: '"loud" is not one of critical, warning, info' },
    { text: 'routes: [{owner: U0123ABCD, severities: []}]', words: 'a list of at least 1 is wanted' },
    { text: 'digests: {daily: 5}', words: '5 is not a cron expression; write for example "0 9 * * *"' },
    { text: 'alerts: {storm: {incidents: 0}}', words: '0 is not allowed; write at least 1' },
    { text: 'alerts: {storm: {incidents: 100}}', words: '100 is not allowed; write at most 50' },
    { text: 'alerts: {remindAfter: 2.5}', words: '2.5 is not a whole number; write for example 3' },
    {
      text: 'policy: {watchFloor: 2d}',
      words: 'watchFloor (2 days) is above watchCeiling (1 day): a change would have to be watched longer than it may be',
    },
    {
      text: 'policy: {minLimit: 2Gi, maxLimit: 1Gi}',
      words: 'minLimit (2Gi) is above maxLimit (1Gi): no limit would be allowed',
    },
    {
      text: 'policy: {overrides: [{minRequestShare: 0.9, maxRequestShare: 0.5}]}',
      words: 'minRequestShare (0.9) is above maxRequestShare (0.5): no request would be allowed',
    },
  ])('says in plain words, with an example, what is wrong with $text', ({ text, words }) => {
    const problems = problemsIn(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(words);
    expect(problems[0]).not.toMatch(/Invalid input|Too (?:small|big)|expected/);
  });

  it('tells problems in the order of the lines', () => {
    const text = 'reportWithin: 3\npolicy:\n  approvals: 0\n  maxLimit: 8GB\n  watchFlor: 1m\nroutes: 3\nxyzzy: 1\n';
    expect(problemsIn(text).map((problem) => /\(line (\d)/.exec(problem)?.[1])).toEqual(['1', '3', '4', '5', '6', '7']);
  });

  it('names line and column, and the key that was meant', () => {
    expect(problemsIn('reportWithin: 1h\npolicy:\n  # generous\n  maxLimt: 8Gi\n')).toEqual([
      'policy.maxLimt (line 4, column 3): is not a setting; did you mean maxLimit?',
    ]);
    expect(problemsIn('policy:\n  maxLimit: 8GB\n')[0]).toMatch(/^policy\.maxLimit \(line 2, column 3\): .*8GB/);
    expect(problemsIn('xyzzy: 1')[0]).toBe('xyzzy (line 1, column 1): is not a setting');
  });

  it('lets an override set some rules for some workloads, and leave the others', () => {
    const parsed = parseRules(`
policy:
  approvers: [{ users: [U1], labels: { tier: gold } }]
  quietHours: [{ days: [fri], from: "22:00", to: "06:00", timezone: Europe/Berlin }]
  approvalHours: [{ from: "09:00", to: "17:00" }]
  overrides:
    - namespaces: [staging]
      dryRunOnly: true
      maxLimit: 2Gi
`);
    if (parsed.kind === 'problems') throw new Error(parsed.problems.join('\n'));
    const { policy } = parsed.rules;
    expect(policy.quietHours).toEqual([{ days: [5], from: 1320, to: 360, timezone: 'Europe/Berlin' }]);
    expect(policy.approvalHours).toEqual([{ days: [0, 1, 2, 3, 4, 5, 6], from: 540, to: 1020, timezone: 'UTC' }]);
    expect(policyFor(policy, { namespace: 'staging' })).toMatchObject({ dryRunOnly: true, maxLimit: 2 * GIB, maxFactor: 4 });
    expect(policyFor(policy, { namespace: 'payments' })).toMatchObject({ dryRunOnly: false, maxLimit: 16 * GIB });
  });

  it('reports several mistakes at once', () => {
    expect(problemsIn('routes: 3\npolicy: {maxLimit: x, maxFactor: 0}')).toHaveLength(3);
  });
});
