// The schema of a stored proposal, equal to the domain's type.

import { z } from 'zod';
import { WAYS } from '../../../domain/change/change.ts';
import { CHANGE_ROUTES } from '../../../domain/change/policy/policy.ts';
import type { Proposal } from '../../../domain/change/proposal.ts';
import { FINDING_TOPICS } from '../../../domain/change/review/finding.ts';
import { bytes, gaps, instant, memoryResources, millis, workload } from './basic.ts';

const patchOperation = z.discriminatedUnion('op', [
  z.object({ op: z.literal('test'), path: z.string(), value: z.string().nullable() }),
  z.object({ op: z.literal('remove'), path: z.string() }),
  z.object({ op: z.enum(['add', 'replace']), path: z.string(), value: z.union([z.string(), z.record(z.string(), z.unknown())]) }),
]);

const verdict = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('quiet'),
    watchedMs: millis,
    delaysOnly: z.boolean(),
    unwatched: gaps.optional(),
    pausedMs: millis.optional(),
    otherKills: z.number().optional(),
  }),
  z.object({
    kind: z.literal('killed-again'),
    at: instant,
    afterMs: millis,
    oldCgroup: z.enum(['known', 'possible']).optional(),
  }),
  z.object({ kind: z.literal('not-rolled-out'), reason: z.string(), undo: z.enum(['offered', 'automatic']).optional() }),
  z.object({ kind: z.literal('restored') }),
  z.object({ kind: z.literal('undone'), foundLimit: z.string() }),
  z.object({ kind: z.literal('not-applied'), reason: z.string() }),
]);

const moved = { by: z.string(), at: instant };

const proposalState = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('pending') }),
  z.object({ kind: z.literal('refused'), ...moved, reason: z.string() }),
  z.object({ kind: z.literal('expired'), at: instant, reason: z.string().optional() }),
  z.object({ kind: z.literal('approved'), ...moved }),
  z.object({ kind: z.literal('applying'), ...moved }),
  z.object({ kind: z.literal('in-review'), ...moved }),
  z.object({ kind: z.literal('rolling-out'), ...moved, generation: z.number() }),
  z.object({
    kind: z.literal('observing'),
    ...moved,
    rolledOutAt: instant,
    until: instant,
    windowMs: millis.optional(),
    gaps: gaps.optional(),
  }),
  z.object({ kind: z.literal('closed'), ...moved, verdict }),
]);

const finding = z.object({
  about: z.enum(FINDING_TOPICS),
  level: z.enum(['blocks', 'warns', 'tells', 'not-checked']),
  words: z.string(),
});

const pullRequest = z.object({
  repository: z.string(),
  number: z.number(),
  url: z.string(),
  approvedBy: z.array(z.string()),
  changesRequestedBy: z.array(z.string()),
  merged: z.object({ by: z.string().optional(), at: instant }).optional(),
});

const basis = z.object({
  suggested: z.object({ limit: bytes, request: bytes.optional() }).optional(),
  why: z.string(),
  doubt: z.string().optional(),
  from: z.object({ source: z.string(), days: z.number().optional(), single: z.literal(true).optional(), at: instant }).optional(),
});

export const proposalSchema = z.object({
  id: z.string(),
  version: z.number(),
  revision: z.number(),
  incidentId: z.string(),
  requester: z.string(),
  reason: z.string(),
  change: z.object({
    workload,
    way: z.enum(WAYS),
    container: z.string(),
    list: z.enum(['containers', 'initContainers', 'pod']),
    before: memoryResources,
    after: z.object({ request: bytes.optional(), limit: bytes.optional() }),
    patch: z.array(patchOperation),
    texts: z.object({ limit: z.string().optional(), request: z.string().optional() }).optional(),
    pods: z
      .array(z.object({ name: z.string(), uid: z.string(), before: memoryResources.optional(), patch: z.array(patchOperation) }))
      .optional(),
    releaseStuck: z.boolean().optional(),
    replacement: z.string().optional(),
    edit: z.object({ repository: z.string(), branch: z.string(), file: z.string(), diff: z.array(z.string()) }).optional(),
  }),
  hash: z.string(),
  labels: z.record(z.string(), z.string()),
  route: z.enum(CHANGE_ROUTES).optional(),
  findings: z.array(finding),
  approvals: z.array(z.object({ by: z.string(), at: instant, hash: z.string().optional(), signature: z.string().optional() })),
  undoes: z.string().optional(),
  automatic: z.boolean().optional(),
  createdAt: instant,
  editedAt: instant.optional(),
  expiresAt: instant,
  dryRun: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('passed') }),
    z.object({ kind: z.literal('not-checked'), reason: z.string() }),
  ]),
  temporary: z.boolean(),
  basis: basis.optional(),
  livedMs: z.number().optional(),
  pullRequest: pullRequest.optional(),
  state: proposalState,
}) satisfies z.ZodType<Proposal>;
