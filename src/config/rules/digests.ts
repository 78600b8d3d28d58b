// The part of headroom.yaml about digests: when they come and in which time zone. A wrong cron expression is refused with the nearest right one.

import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { checkCron } from '../../domain/base/cron.ts';
import { saying, timezone } from './values.ts';

export type DigestRules = {
  readonly timezone: string;
  /** Cron expressions of five fields; undefined: off. */
  readonly daily: string | undefined;
  readonly weekly: string | undefined;
};

const schedule = z.string(saying('a cron expression', '"0 9 * * *"')).transform((text, context): string | undefined => {
  if (text.trim().toLowerCase() === 'off') return undefined;
  const checked = checkCron(text, distance);
  if (checked.kind === 'right') return text.trim();
  context.addIssue(`${checked.problem}; did you mean "${checked.nearest}"? "off" sends none`);
  return z.NEVER;
});

export const digestsSchema = z
  .strictObject({
    timezone: timezone.prefault('UTC').describe('IANA name, for example Europe/Berlin.'),
    daily: schedule
      .prefault('0 9 * * *')
      .describe('Cron expression of five fields, or off. Nothing is posted for a day without incidents.'),
    weekly: schedule.prefault('0 9 * * 1').describe('Cron expression of five fields, or off. A missed digest is caught up once.'),
  })
  .transform((rules): DigestRules => rules);

export const DIGEST_KEYS = ['timezone', 'daily', 'weekly'] as const;
