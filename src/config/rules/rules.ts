// headroom.yaml: routes, policy, audit. YAML text in, domain values out; every mistake is named by its key, line and column, all at once, with what
// to write instead.

import type { Document } from 'yaml';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { CHANNEL_ID, OWNER_ID } from '../../domain/base/annotations.ts';
import type { Millis } from '../../domain/base/time.ts';
import type { Policy } from '../../domain/change/policy/policy.ts';
import type { RepositoryRule } from '../../domain/change/repository/repository.ts';
import type { RouteRule } from '../../domain/incident/route.ts';
import { SEVERITIES } from '../../domain/incident/route.ts';
import type { StormRules } from '../../domain/incident/storm.ts';
import type { DigestRules } from './digests.ts';
import { DIGEST_KEYS, digestsSchema } from './digests.ts';
import { describeIssues, placeWords } from './location.ts';
import { POLICY_KEYS, policySchema } from './policy.ts';
import { pullRequestsSchema, REPOSITORY_KEYS, repositoriesSchema } from './repositories.ts';
import { duration, globs, saying } from './values.ts';
import { plainWords } from './wording.ts';
import { yamlWords } from './yaml.ts';

export type Rules = {
  readonly routes: readonly RouteRule[];
  readonly policy: Policy;
  /** Read at the start only. */
  readonly digests: DigestRules;
  readonly alerts: AlertRules;
  /** Kills that ended longer ago than this when first seen are recorded without a message. */
  readonly reportWithin: Millis;
  /** Records of the audit that are older are removed. */
  readonly auditKept: Millis;
  /** Which repository owns which workloads. */
  readonly repositories: readonly RepositoryRule[];
  readonly pullRequests: {
    /** How often an open one is looked at. */
    readonly lookEvery: Millis;
    /** One that nobody merged for this long is closed. */
    readonly closeAfter: Millis;
    /** A merged one that is not in the cluster after this is told as not rolled out. */
    readonly syncWithin: Millis;
  };
};

/** How loud the channel is. */
type AlertRules = { readonly storm: StormRules; readonly remindAfter: number; readonly reopenWithin: Millis };

/** What editors complete and check headroom.yaml by. The reference in docs/configuration.md is made from it too. */
export function rulesJsonSchema(): RulesJsonSchema {
  return z.toJSONSchema(file, { io: 'input', target: 'draft-7', override: ({ jsonSchema }) => exemplify(jsonSchema) });
}

export type RulesJsonSchema = z.core.JSONSchema.BaseSchema;

/** JSON Schema has a list of examples; zod drops it where the value is transformed, so ours goes by a name of its own until here. */
function exemplify(jsonSchema: RulesJsonSchema): void {
  const { example } = jsonSchema;
  if (example === undefined) return;
  jsonSchema['examples'] = [example];
  delete jsonSchema['example'];
}

export type ParsedRules =
  | { readonly kind: 'rules'; readonly rules: Rules }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

const route = z
  .strictObject({
    clusters: globs.describe('Globs, with ! before what to leave out.').meta({ example: ['prod-*'] }),
    namespaces: globs.describe('Globs, with ! before what to leave out.').meta({ example: ['payments', 'checkout-*'] }),
    kinds: globs.describe('Globs of workload kinds.').meta({ example: ['Deployment', '*Set'] }),
    labels: z
      .record(z.string(), z.string())
      .default({})
      .describe('Labels the pod must have, with globs for their values.')
      .meta({ example: { tier: 'front*' } }),
    severities: z
      .array(z.enum(SEVERITIES))
      .min(1)
      .default([...SEVERITIES])
      .describe('critical: the node itself, or five restarts and more. info: a killed child or a suspicion. Else warning.')
      .meta({ example: ['critical'] }),
    channel: z
      .string(saying('a Slack channel id', 'C0123ABCD'))
      .regex(CHANNEL_ID, 'a Slack channel id starts with C, for example C0123ABCD')
      .optional()
      .describe('Slack channel id.')
      .meta({ example: 'C0123456789' }),
    owner: z
      .string(saying('a Slack user group or user', 'S0123ABCD'))
      .regex(OWNER_ID, 'the id of a Slack user group (S…) or user (U…), for example S0123ABCD')
      .optional()
      .describe('Slack user group or user, mentioned once in the first message of an incident.')
      .meta({ example: 'S0123ABCD' }),
  })
  .refine(({ channel, owner }) => channel !== undefined || owner !== undefined, 'a route needs a channel, an owner, or both');

const alerts = z.strictObject({
  storm: z
    .strictObject({
      incidents: z.int().min(1).max(50).default(5).describe('More incidents than this in one channel are a storm,'),
      within: duration.prefault('1m').describe('when they start within this time. They share one message.'),
      overAfter: duration.prefault('10m').describe('A storm ends when no incident joined it for this long.'),
    })
    .prefault({})
    .describe('When many incidents become one story.'),
  remindAfter: z
    .int()
    .min(2)
    .default(10)
    .describe(
      'An ongoing incident is posted to the channel again after this many kills, then after twice as many, hourly at most.',
    ),
  reopenWithin: duration
    .prefault('3d')
    .describe('Killed again this soon after it was resolved, an incident reopens. Later it is a new one that links to it.'),
});

const file = z.strictObject({
  routes: z
    .array(route)
    .prefault([])
    .describe(
      'Which channel gets which incidents, and who owns them. The first match wins; without one, SLACK_CHANNEL and no owner.',
    ),
  policy: policySchema.prefault({}).describe('Who may change what, and by how much.'),
  digests: digestsSchema
    .prefault({})
    .describe(
      'A daily and a weekly summary in each channel that had incidents: kills, changes, what stayed quiet, limits far too wide.',
    ),
  alerts: alerts.prefault({}).describe('How loud the channel is.'),
  reportWithin: duration
    .prefault('1h')
    .describe('A kill that ended longer ago than this when first seen is recorded without a message.'),
  auditKept: duration.prefault('400d').describe('Older audit records are removed.'),
  repositories: repositoriesSchema.prefault([]).describe('Which repository owns which workloads; see gitops.md.'),
  pullRequests: pullRequestsSchema.prefault({}).describe('How pull requests are followed.'),
});

const KEYS: readonly string[] = [
  ...Object.keys(file.shape),
  ...Object.keys(route.shape),
  ...Object.keys(alerts.shape),
  ...POLICY_KEYS,
  ...DIGEST_KEYS,
  ...REPOSITORY_KEYS,
];

/** The rules in a YAML text; an empty text gives the defaults, in which nobody may approve. */
export function parseRules(text: string): ParsedRules {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [broken] = document.errors;
  if (broken !== undefined) return problem(`no YAML${placeWords(broken.pos[0], { lines })}: ${yamlWords(broken)}`);
  const content = contentOf(document);
  if (content instanceof ReferenceError) return problem(`no YAML: ${content.message}`);
  const result = file.safeParse(content ?? {}, { error: plainWords });
  if (result.success) return { kind: 'rules', rules: result.data };
  return { kind: 'problems', problems: describeIssues(result.error.issues, { document, lines, keys: KEYS }) };
}

function problem(words: string): ParsedRules {
  return { kind: 'problems', problems: [words] };
}

/** An alias without its anchor, or aliases of aliases without end, only show when it is made into values. */
function contentOf(document: Document): unknown {
  try {
    return document.toJS();
  } catch (error) {
    if (error instanceof ReferenceError) return error;
    throw error;
  }
}
