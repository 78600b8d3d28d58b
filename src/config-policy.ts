// The part `policy` of headroom.yaml: its schema, its defaults, and the mistakes that only show when two of its values are seen together.

import { z } from 'zod';
import { duration, globs, quantity, share, slackGroup, slackUser, timeOfDay, timezone, weekday } from './config-values.ts';
import { CHANGE_ROUTES, CHANGEABLE_KINDS } from './domain/policy.ts';
import { DAY, HOUR, MINUTE } from './domain/time.ts';

const labels = z.record(z.string().min(1), z.string());

const people = z
  .strictObject({
    namespaces: globs,
    labels: labels.optional(),
    users: z.array(slackUser).default([]),
    groups: z.array(slackGroup).default([]),
  })
  .refine(({ users, groups }) => users.length + groups.length > 0, { error: 'names nobody; add users or groups' });

const quietHours = z
  .strictObject({
    days: z.array(weekday).min(1).prefault(['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']),
    from: timeOfDay,
    to: timeOfDay,
    timezone: timezone.default('UTC'),
  })
  .refine(({ from, to }) => from !== to, { error: 'from and to are the same; for a whole day write from "00:00" to "23:59"' });

const kind = z.enum(CHANGEABLE_KINDS, { error: `one of ${CHANGEABLE_KINDS.join(', ')}` });
const route = z.enum(CHANGE_ROUTES, { error: `one of ${CHANGE_ROUTES.join(', ')}` });

/** What an override may set too; without defaults here, so that an override sets only what it says. */
const scoped = {
  kinds: z.array(kind),
  routes: z.array(route),
  approvals: z.number().int().min(1).max(10),
  selfApproval: z.boolean(),
  minLimit: quantity,
  maxLimit: quantity,
  maxFactor: z.number().gt(1).max(16),
  maxNodeShare: share,
  minRequestShare: share,
  maxRequestShare: share,
  coolDown: duration,
  quietHours: z.array(quietHours),
  dryRunOnly: z.boolean(),
  proposalExpiry: duration,
  undoAutomatically: z.boolean(),
  tightenAfter: duration,
} as const;

const override = z
  .strictObject({ namespaces: globs, labels: labels.optional(), ...z.object(scoped).partial().shape })
  .transform(({ namespaces, labels: wanted, ...rules }) => ({ namespaces, labels: wanted, rules }));

const fields = z.strictObject({
  approvers: z.array(people).default([]),
  proposers: z.array(people).default([]),
  namespaces: globs,
  kinds: scoped.kinds.default([...CHANGEABLE_KINDS]),
  routes: scoped.routes.default([...CHANGE_ROUTES]),
  approvals: scoped.approvals.default(1),
  selfApproval: scoped.selfApproval.default(false),
  minLimit: scoped.minLimit.prefault('16Mi'),
  maxLimit: scoped.maxLimit.prefault('16Gi'),
  maxFactor: scoped.maxFactor.default(4),
  maxNodeShare: scoped.maxNodeShare.default(0.9),
  minRequestShare: scoped.minRequestShare.default(0),
  maxRequestShare: scoped.maxRequestShare.default(1),
  coolDown: scoped.coolDown.prefault('0s'),
  quietHours: scoped.quietHours.default([]),
  dryRunOnly: scoped.dryRunOnly.default(false),
  proposalExpiry: scoped.proposalExpiry.prefault('24h'),
  undoAutomatically: scoped.undoAutomatically.default(false),
  tightenAfter: scoped.tightenAfter.prefault('7d'),
  watchFloor: duration.prefault('10m'),
  watchCeiling: duration.prefault('24h'),
  quietAfter: duration.prefault('24h'),
  overrides: z.array(override).default([]),
});

type Bounds = {
  readonly [Key in 'minLimit' | 'maxLimit' | 'minRequestShare' | 'maxRequestShare' | 'watchFloor' | 'watchCeiling']?:
    | number
    | undefined;
};

const PAIRS = [
  ['minLimit', 'maxLimit'],
  ['minRequestShare', 'maxRequestShare'],
  ['watchFloor', 'watchCeiling'],
] as const;

/** Pairs whose lower bound lies above the upper one, as they are in force together. */
function crossed(bounds: Bounds): readonly (typeof PAIRS)[number][] {
  return PAIRS.filter(([low, high]) => (bounds[low] ?? 0) > (bounds[high] ?? Number.POSITIVE_INFINITY));
}

/** Every key of the part, for suggestions. */
export const POLICY_KEYS: readonly string[] = [
  ...Object.keys(fields.shape),
  ...['labels', 'users', 'groups', 'days', 'from', 'to', 'timezone'],
];

export const policySchema = fields.check(({ value, issues }) => {
  for (const [low, high] of crossed(value)) {
    issues.push({ code: 'custom', input: value[low], path: [low], message: `is above ${high}; nothing would be allowed` });
  }
  for (const [index, { rules }] of value.overrides.entries()) {
    const both = { ...value, ...rules };
    for (const [low, high] of crossed(both)) {
      const key = rules[low === 'watchFloor' ? 'minLimit' : low] === undefined ? high : low;
      issues.push({
        code: 'custom',
        input: both[low],
        path: ['overrides', index, key],
        message: `${low} is above ${high}; nothing would be allowed`,
      });
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
