// The schemas of a stored audit record. For history the event is read as the domain's type; for checking the chain it stays as it was stored, so
// that a field this version does not know is still covered by its hash.

import { z } from 'zod';
import type { AuditEvent } from '../../../domain/audit/audit.ts';
import { AUDIT_ACTIONS } from '../../../domain/audit/audit.ts';
import type { ChainRecord } from '../../../domain/audit/chain.ts';
import { instant } from './basic.ts';

const sizes = z.object({ limit: z.string().optional(), request: z.string().optional() });

export const auditEventSchema = z.object({
  at: instant,
  actor: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('person'), id: z.string() }),
    z.object({ kind: z.literal('headroom') }),
  ]),
  action: z.enum(AUDIT_ACTIONS),
  result: z.enum(['done', 'denied', 'failed']),
  target: z
    .object({
      cluster: z.string(),
      namespace: z.string(),
      kind: z.string(),
      name: z.string(),
      container: z.string().optional(),
    })
    .optional(),
  incidentId: z.string().optional(),
  proposalId: z.string().optional(),
  revision: z.number().optional(),
  hash: z.string().optional(),
  before: sizes.optional(),
  after: sizes.optional(),
  why: z.string().optional(),
  dryRun: z.string().optional(),
  outcome: z.string().optional(),
  removed: z.object({ through: z.number(), hash: z.string() }).optional(),
}) satisfies z.ZodType<AuditEvent>;

const hash = z.string().regex(/^[0-9a-f]{64}$/);

export const chainHeadSchema = z.object({ sequence: z.number(), hash });

export const chainRecordSchema = z.object({
  sequence: z.number(),
  previous: hash,
  hash,
  event: z.unknown(),
}) satisfies z.ZodType<ChainRecord>;

export const auditEntrySchema = z.object({ sequence: z.number(), hash, event: auditEventSchema });
