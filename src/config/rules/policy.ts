// The part `policy` of headroom.yaml: its schema, its defaults, and the mistakes that only show when two of its values are seen together.

import { z } from 'zod';
import { formatQuantity, toBytes } from '../../domain/base/memory.ts';
import { DAY, formatDuration, HOUR, MINUTE, toMillis } from '../../domain/base/time.ts';
import { CHANGE_ROUTES, CHANGEABLE_KINDS, given } from '../../domain/change/policy/policy.ts';
import { duration, globs, quantity, saying, share, slackGroup, slackUser, timeOfDay, timezone, weekday } from './values.ts';

const labels = z.record(z.string().min(1), z.string(saying('a text', '"1", in quotes')));

const people = z
  .strictObject({
    namespaces: globs.describe('Globs, with ! before what to leave out.').meta({ example: ['payments'] }),
    labels: labels
      .optional()
      .describe('Labels of the workload.')
      .meta({ example: { tier: 'gold' } }),
    users: z
      .array(slackUser, saying('a list of Slack users', '[U0123ABCD]'))
      .prefault([])
      .describe('Slack users.')
      .meta({ example: ['U0123ABCD'] }),
    groups: z
      .array(slackGroup, saying('a list of Slack user groups', '[S0123ABCD]'))
      .prefault([])
      .describe('Slack user groups.')
      .meta({ example: ['S0123ABCD'] }),
  })
  .refine(({ users, groups }) => users.length + groups.length > 0, { error: 'names nobody; add users or groups' });

const weekHours = z
  .strictObject({
    days: z
      .array(weekday)
      .min(1)
      .prefault(['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'])
      .describe('Days on which it begins.'),
    from: timeOfDay.describe('Time of day, in quotes.').meta({ example: '22:00' }),
    to: timeOfDay.describe('Time of day; before from, it is the next day.').meta({ example: '06:00' }),
    timezone: timezone.default('UTC').describe('IANA name, for example Europe/Berlin.'),
  })
  .refine(({ from, to }) => from !== to, { error: 'from and to are the same; for a whole day write from "00:00" to "23:59"' });

const hoursList = z.array(weekHours, saying('a list of times', '[{ from: "22:00", to: "06:00" }]'));
const peopleList = z.array(people, saying('a list of rules', '[{ groups: [S0123ABCD] }]'));
const kind = z.enum(CHANGEABLE_KINDS);
const route = z.enum(CHANGE_ROUTES);
const people10 = saying('a number of people from 1 to 10 (somebody always has to approve)', '1');
const factor = saying('a number above 1, at most 16', '4');

/** What each rule means, for the policy and for its overrides alike. */
const SAYS = {
  kinds: 'Workload kinds that may be changed.',
  routes:
    'live: patch the workload. resize: running pods in place. pull-request: in the repository that owns it. live-override: live patch of what a GitOps tool reverts.',
  approvals: 'How many people must approve.',
  selfApproval: 'Whether the requester may approve their own proposal.',
  minLimit: 'A new limit is at least this.',
  maxLimit: 'A new limit is at most this.',
  maxFactor: 'A new limit is at most this many times the old one.',
  maxNodeShare: 'A new limit is at most this share of what the node can allocate.',
  minRequestShare: 'A request is at least this share of its limit.',
  maxRequestShare: 'A request is at most this share of its limit.',
  coolDown: 'After a change, no other one of the same container may be proposed for this long.',
  quietHours: 'Nothing is approved or written in these hours.',
  approvalHours: 'Approving and writing is possible only in these hours, and not in quiet hours. Empty: any time.',
  dryRunOnly: 'Everything is asked, approved and dry-run; nothing is written.',
  proposalExpiry: 'How long a proposal waits for its approvers. 1m to 30d.',
  undoAutomatically: 'Undo a rollout that cannot be scheduled without asking.',
  tightenAfter: 'After this long under load a change is measured again. 0s: never.',
} as const;

/** What an override may set too; without defaults here, so that an override sets only what it says. */
const scoped = {
  kinds: z.array(kind, saying('a list of kinds', '[Deployment, StatefulSet]')),
  routes: z.array(route, saying('a list of ways', '[live, pull-request]')),
  approvals: z.number(people10).int(people10).min(1, people10).max(10, people10),
  selfApproval: z.boolean(),
  minLimit: quantity,
  maxLimit: quantity,
  maxFactor: z.number(factor).gt(1, factor).max(16, factor),
  maxNodeShare: share,
  minRequestShare: share,
  maxRequestShare: share,
  coolDown: duration,
  quietHours: hoursList,
  approvalHours: hoursList,
  dryRunOnly: z.boolean(),
  proposalExpiry: duration,
  undoAutomatically: z.boolean(),
  tightenAfter: duration,
} as const;

const override = z
  .strictObject({ namespaces: globs, labels: labels.optional(), ...z.object(scoped).partial().shape })
  .transform(({ namespaces, labels: wanted, ...rules }) => ({ namespaces, labels: wanted, rules }));

const fields = z.strictObject({
  approvers: peopleList.prefault([]).describe('Who may approve. Without any, nothing can be applied.'),
  proposers: peopleList
    .prefault([])
    .describe('Who may propose a change. For a workload that no rule names, every full member of the workspace may.'),
  namespaces: globs.describe('Where changes may be made at all.'),
  kinds: scoped.kinds.default([...CHANGEABLE_KINDS]).describe(SAYS.kinds),
  routes: scoped.routes.default([...CHANGE_ROUTES]).describe(SAYS.routes),
  approvals: scoped.approvals.default(1).describe(SAYS.approvals),
  selfApproval: scoped.selfApproval.default(false).describe(SAYS.selfApproval),
  minLimit: scoped.minLimit.prefault('16Mi').describe(SAYS.minLimit),
  maxLimit: scoped.maxLimit.prefault('16Gi').describe(SAYS.maxLimit),
  maxFactor: scoped.maxFactor.default(4).describe(SAYS.maxFactor),
  maxNodeShare: scoped.maxNodeShare.default(0.9).describe(SAYS.maxNodeShare),
  minRequestShare: scoped.minRequestShare.default(0).describe(SAYS.minRequestShare),
  maxRequestShare: scoped.maxRequestShare.default(1).describe(SAYS.maxRequestShare),
  coolDown: scoped.coolDown.prefault('0s').describe(SAYS.coolDown),
  quietHours: scoped.quietHours.prefault([]).describe(SAYS.quietHours),
  approvalHours: scoped.approvalHours.prefault([]).describe(SAYS.approvalHours),
  dryRunOnly: scoped.dryRunOnly.default(false).describe(SAYS.dryRunOnly),
  proposalExpiry: scoped.proposalExpiry.prefault('24h').describe(SAYS.proposalExpiry),
  undoAutomatically: scoped.undoAutomatically.default(false).describe(SAYS.undoAutomatically),
  tightenAfter: scoped.tightenAfter.prefault('7d').describe(SAYS.tightenAfter),
  watchFloor: duration.prefault('10m').describe('After a rollout, watch at least this long.'),
  watchCeiling: duration.prefault('24h').describe('Watch at most this long. In between: twice the time the container lived.'),
  quietAfter: duration.prefault('24h').describe('An open incident is resolved after this long watched without a kill.'),
  overrides: z
    .array(override)
    .prefault([])
    .describe(
      'Other rules for some workloads: everything from kinds to tightenAfter. The last match wins; recommendations follow them too.',
    ),
});

type Bounds = {
  readonly [Key in 'minLimit' | 'maxLimit' | 'minRequestShare' | 'maxRequestShare' | 'watchFloor' | 'watchCeiling']?:
    | number
    | undefined;
};

type Pair = {
  readonly low: keyof Bounds;
  readonly high: keyof Bounds;
  readonly spell: (value: number) => string;
  readonly so: string;
};

const PAIRS: readonly Pair[] = [
  { low: 'minLimit', high: 'maxLimit', spell: (value) => formatQuantity(toBytes(value)), so: 'no limit would be allowed' },
  { low: 'minRequestShare', high: 'maxRequestShare', spell: String, so: 'no request would be allowed' },
  {
    low: 'watchFloor',
    high: 'watchCeiling',
    spell: (value) => formatDuration(toMillis(value)),
    so: 'a change would have to be watched longer than it may be',
  },
];

/** Pairs whose lower bound lies above the upper one, as they are in force together. */
function crossed(bounds: Bounds): readonly Pair[] {
  return PAIRS.filter(({ low, high }) => (bounds[low] ?? 0) > (bounds[high] ?? Number.POSITIVE_INFINITY));
}

function crossedWords(bounds: Bounds, { low, high, spell, so }: Pair): string {
  const [below, above] = [bounds[low] ?? 0, bounds[high] ?? 0];
  return `${low} (${spell(below)}) is above ${high} (${spell(above)}): ${so}; lower ${low} or raise ${high}`;
}

/** Every key of the part, for suggestions. */
export const POLICY_KEYS: readonly string[] = [
  ...Object.keys(fields.shape),
  ...['labels', 'users', 'groups', 'days', 'from', 'to', 'timezone'],
];

export const policySchema = fields.check(({ value, issues }) => {
  for (const pair of crossed(value))
    issues.push({ code: 'custom', input: value[pair.low], path: [pair.low], message: crossedWords(value, pair) });
  for (const [index, { rules }] of value.overrides.entries()) {
    const both = { ...value, ...given(rules) };
    for (const pair of crossed(both)) {
      const key = pair.low in given(rules) ? pair.low : pair.high;
      if (key in given(rules)) {
        const path = ['overrides', index, key];
        issues.push({ code: 'custom', input: both[pair.low], path, message: crossedWords(both, pair) });
      }
    }
  }
  if (value.proposalExpiry > 30 * DAY)
    issues.push({
      code: 'custom',
      input: value.proposalExpiry,
      path: ['proposalExpiry'],
      message: 'at most 30d: what was reviewed is old by then',
    });
  if (value.proposalExpiry < MINUTE)
    issues.push({
      code: 'custom',
      input: value.proposalExpiry,
      path: ['proposalExpiry'],
      message: 'at least 1m: somebody has to read it',
    });
  if (value.tightenAfter !== 0 && value.tightenAfter < HOUR)
    issues.push({
      code: 'custom',
      input: value.tightenAfter,
      path: ['tightenAfter'],
      message: 'at least 1h under load, or 0s for never',
    });
});
