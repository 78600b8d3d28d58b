// The schema of a stored kill, equal to the domain's Kill.

import { z } from 'zod';
import type { KernelKill } from '../../../domain/kill/kernel-oom.ts';
import type { Kill } from '../../../domain/kill/oom-kill.ts';
import { bytes, containerRef, instant, millis, ownerReference } from './basic.ts';

export const kernelKillSchema = z.object({
  victim: z.object({ pid: z.number(), command: z.string(), resident: bytes, oomScoreAdj: z.number().optional() }),
  scope: z.enum(['container', 'pod', 'ancestor', 'node', 'unknown']),
  place: z.object({ podUid: z.string(), containerId: z.string().optional() }).optional(),
  usage: bytes.optional(),
  limit: bytes.optional(),
  shmem: bytes.optional(),
  tasks: z.array(z.object({ pid: z.number(), command: z.string(), resident: bytes })).optional(),
  before: z.number().optional(),
  line: z.string(),
  matchedBy: z.literal('time').optional(),
}) satisfies z.ZodType<KernelKill>;

export const killSchema = z.object({
  id: z.string(),
  ref: containerRef,
  how: z.enum(['oom-killed', 'start-oom', 'suspected', 'silent', 'sandbox', 'node']),
  reason: z.string(),
  exitCode: z.number().optional(),
  message: z.string().optional(),
  startedAt: instant.optional(),
  finishedAt: instant.optional(),
  seenAt: instant,
  shownIn: z.enum(['state', 'lastState', 'event', 'kernel', 'metric']),
  clockBehind: millis.optional(),
  whileAway: z.boolean().optional(),
  kernel: kernelKillSchema.optional(),
  channel: z.string().optional(),
  owner: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  restartCount: z.number(),
  run: z.number().optional(),
  limit: bytes.optional(),
  request: bytes.optional(),
  node: z.string().optional(),
  image: z.string().optional(),
  controller: ownerReference.optional(),
}) satisfies z.ZodType<Kill>;
