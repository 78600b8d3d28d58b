// The schema of a stored storm, equal to the domain's Storm.

import { z } from 'zod';
import type { Storm } from '../../../domain/incident/storm.ts';
import { instant } from './basic.ts';
import { threadEntrySchema } from './incident.ts';

export const stormSchema = z.object({
  id: z.string(),
  version: z.number(),
  channel: z.string(),
  movedFrom: z.string().optional(),
  startedAt: instant,
  entry: threadEntrySchema,
  isOver: z.boolean().optional(),
}) satisfies z.ZodType<Storm>;
