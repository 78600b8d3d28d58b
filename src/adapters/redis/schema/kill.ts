// The schema of a stored kill, equal to the domain's Kill.

import { z } from 'zod';
import type { Kill } from '../../../domain/oom-kill.ts';
import { bytes, containerRef, instant, ownerReference } from './basic.ts';

export const killSchema = z.object({
  id: z.string(),
  ref: containerRef,
  how: z.enum(['oom-killed', 'start-oom']),
  reason: z.string(),
  exitCode: z.number(),
  message: z.string().optional(),
  startedAt: instant.optional(),
  finishedAt: instant.optional(),
  seenAt: instant,
  shownIn: z.enum(['state', 'lastState']),
  restartCount: z.number(),
  limit: bytes.optional(),
  request: bytes.optional(),
  node: z.string().optional(),
  image: z.string().optional(),
  controller: ownerReference.optional(),
}) satisfies z.ZodType<Kill>;
