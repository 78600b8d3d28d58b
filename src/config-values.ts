// The small values inside headroom.yaml: text in, domain values out, with what to write instead when it is wrong. Sizes are Kubernetes quantities
// ("8Gi"), lengths of time a whole number with s, m, h or d ("24h"), shares a number from 0 to 1, times of day "22:00".

import { z } from 'zod';
import type { Bytes } from './domain/memory.ts';
import { parseQuantity } from './domain/memory.ts';
import type { Millis } from './domain/time.ts';
import { DAY, HOUR, MINUTE, SECOND, toMillis } from './domain/time.ts';

const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY };

export const quantity = z.string().transform((text, context): Bytes => {
  const parsed = parseQuantity(text);
  if (parsed.kind === 'bytes') return parsed.bytes;
  context.addIssue(parsed.reason);
  return z.NEVER;
});

export const duration = z.string().transform((text, context): Millis => {
  const [, count, unit] = /^([0-9]{1,9})([smhd])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return toMillis(Number(count) * (UNITS[unit] ?? 0));
  context.addIssue(`"${text.slice(0, 40)}" is not a length of time; write a whole number and s, m, h or d, for example 24h`);
  return z.NEVER;
});

export const share = z
  .number({ error: 'a share is a number from 0 to 1, for example 0.9' })
  .min(0, 'a share is a number from 0 to 1, for example 0.9')
  .max(1, 'a share is a number from 0 to 1, for example 0.9');

export const globs = z.array(z.string().min(1)).min(1).default(['*']);

/** Minutes since midnight. */
export const timeOfDay = z.string().transform((text, context): number => {
  const [, hours, minutes] = /^([01][0-9]|2[0-3]):([0-5][0-9])$/.exec(text) ?? [];
  if (hours !== undefined && minutes !== undefined) return Number(hours) * 60 + Number(minutes);
  context.addIssue(`"${text.slice(0, 40)}" is not a time of day; write it in quotes as hours and minutes, for example "22:00"`);
  return z.NEVER;
});

export const timezone = z
  .string()
  .refine(isTimezone, { error: 'not a time zone; write its IANA name, for example Europe/Berlin' });

function isTimezone(text: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const WEEK = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** 0 is Sunday. */
export const weekday = z.enum(WEEK, { error: `one of ${WEEK.join(', ')}` }).transform((name): number => WEEK.indexOf(name));

export const slackUser = z.string().regex(/^[UW][A-Z0-9]+$/, 'a Slack user id starts with U or W, for example U0123ABCD');
export const slackGroup = z.string().regex(/^S[A-Z0-9]+$/, 'a Slack user group id starts with S, for example S0123ABCD');
