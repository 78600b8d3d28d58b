// The schemas of a stored incident and its dossier, equal to the domain's types.

import { z } from 'zod';
import type { Dossier, Incident, ThreadEntry } from '../../../domain/incident/incident.ts';
import type { Note } from '../../../domain/incident/note.ts';
import type { FollowUp } from '../../../domain/sizing/follow-up.ts';
import { FOLLOW_UP_STAGES } from '../../../domain/sizing/ledger.ts';
import { bytes, gaps, instant, millis, role, workload } from './basic.ts';
import { evidenceSchema } from './evidence.ts';
import { killSchema } from './kill.ts';

const careKind = z.enum(['acknowledge', 'assign', 'snooze', 'expect']);

const deed = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('acknowledge') }),
  z.object({ kind: z.literal('assign'), to: z.string() }),
  z.object({ kind: z.literal('snooze'), until: instant }),
  z.object({ kind: z.literal('expect'), until: instant, reason: z.string() }),
  z.object({ kind: z.literal('undo'), what: careKind }),
]);

const note = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done'), deed, by: z.string(), at: instant }),
  z.object({ kind: z.literal('woken'), why: z.enum(['time', 'kills', 'cause']), snoozedBy: z.string(), at: instant }),
  z.object({ kind: z.literal('expected-over'), by: z.string(), at: instant }),
]) satisfies z.ZodType<Note>;

const subject = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('root') }),
  z.object({ kind: z.literal('explanation'), killId: z.string() }),
  z.object({ kind: z.literal('proposal'), proposalId: z.string() }),
  z.object({ kind: z.literal('outcome'), proposalId: z.string() }),
  z.object({ kind: z.literal('follow-up'), proposalId: z.string(), stage: z.enum(FOLLOW_UP_STAGES) }),
  z.object({ kind: z.literal('note'), note }),
  z.object({ kind: z.literal('again'), quietSince: instant, at: instant }),
  z.object({ kind: z.literal('output') }),
  z.object({ kind: z.literal('reminder'), kills: z.number(), at: instant }),
]);

const posted = z.object({
  channel: z.string(),
  id: z.string(),
  fingerprint: z.string(),
  thread: z.string().optional(),
  gist: z.string().optional(),
  killId: z.string().optional(),
  shownAt: instant.optional(),
});

export const threadEntrySchema = z.object({
  key: z.string(),
  subject,
  sendingSince: instant.optional(),
  posted: posted.optional(),
  undeliverable: z.string().optional(),
  lost: z.number().optional(),
}) satisfies z.ZodType<ThreadEntry>;

const followUp = z.object({
  afterMs: millis.optional(),
  proposalId: z.string(),
  stage: z.enum(FOLLOW_UP_STAGES),
  at: instant,
  limit: bytes,
  request: bytes.optional(),
  kills: z.number(),
  atOtherLimit: z.number().optional(),
  gaps: gaps.optional(),
  peak: z.object({ at: instant, bytes }).optional(),
  lowering: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('lower'), limit: bytes, request: bytes.optional(), arithmetic: z.string() }),
      z.object({ kind: z.literal('keep'), because: z.enum(['too-little-history', 'killed-lately', 'little-to-gain']) }),
    ])
    .optional(),
}) satisfies z.ZodType<FollowUp>;

export const incidentSchema = z.object({
  id: z.string(),
  version: z.number(),
  key: z.string(),
  workload,
  container: z.string(),
  role,
  state: z.enum(['open', 'proposed', 'changing', 'observing', 'resolved']),
  channel: z.string(),
  owner: z.string().optional(),
  movedFrom: z.string().optional(),
  stormId: z.string().optional(),
  openedAt: instant,
  lastKill: killSchema,
  killCount: z.number(),
  runs: z.array(z.object({ pod: z.string(), first: z.number(), last: z.number(), seen: z.number() })).optional(),
  orMore: z.literal(true).optional(),
  killTimes: z.array(instant),
  killIds: z.array(z.string()),
  acknowledgedBy: z.object({ person: z.string(), at: instant }).optional(),
  assigned: z.object({ to: z.string(), by: z.string(), at: instant }).optional(),
  snoozed: z.object({ by: z.string(), at: instant, until: instant, kills: z.number() }).optional(),
  proposalId: z.string().optional(),
  previousIncidentId: z.string().optional(),
  muted: z.object({ by: z.string(), until: instant }).optional(),
  resolvedAt: instant.optional(),
  followUps: z.array(followUp).optional(),
  explanationAsked: z.boolean().optional(),
  watched: z.object({ watchedMs: millis, gaps, pausedMs: millis.optional(), until: instant.optional() }).optional(),
  reopenedAt: instant.optional(),
  thread: z.array(threadEntrySchema),
}) satisfies z.ZodType<Incident>;

const finding = z.object({
  cause: z.enum([
    'limit-too-low',
    'leak',
    'spike',
    'startup',
    'memory-volume',
    'child-process',
    'heap-setting',
    'node-pressure',
    'no-limit',
    'pod-limit',
    'not-an-oom',
    'unclear',
  ]),
  confidence: z.enum(['high', 'medium', 'low']),
  summary: z.string(),
  facts: z.array(z.string()),
  against: z.array(z.string()),
  toSettle: z.string().optional(),
});
const diagnosis = finding.extend({ shown: finding.optional() });

const recommendation = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('raise'),
    limit: bytes,
    request: bytes.optional(),
    arithmetic: z.string(),
    requestWords: z.string().optional(),
    cappedBy: z.string().optional(),
    temporary: z.boolean(),
    advice: z.array(z.string()),
  }),
  z.object({ kind: z.literal('advise'), reason: z.string(), advice: z.array(z.string()) }),
]);

export const dossierSchema = z.object({
  killId: z.string().optional(),
  evidence: evidenceSchema,
  diagnosis,
  recommendation,
}) satisfies z.ZodType<Dossier>;
