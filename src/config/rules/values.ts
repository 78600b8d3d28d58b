// The small values inside headroom.yaml: text in, domain values out, with what to write instead when it is wrong. Sizes are Kubernetes quantities
// ("8Gi"), lengths of time a whole number with s, m, h or d ("24h"), shares a number from 0 to 1, times of day "22:00".

import { z } from 'zod';
import type { Bytes } from '../../domain/base/memory.ts';
import { parseQuantity } from '../../domain/base/memory.ts';
import type { Millis } from '../../domain/base/time.ts';
import { DAY, HOUR, MINUTE, SECOND, toMillis } from '../../domain/base/time.ts';
import { wrongValue } from './wording.ts';

const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY };

type Saying = { readonly error: (issue: { readonly input?: unknown }) => string };

/** What should be there, for whichever check of the value fails. */
export function saying(what: string, example: string | ((input: unknown) => string)): Saying {
  return { error: ({ input }) => wrongValue(input, what, typeof example === 'string' ? example : example(input)) };
}

/** Who forgot the unit sees the own number with one. */
function withUnit(unit: string, other: string): (input: unknown) => string {
  return (input) => (typeof input === 'number' && Number.isSafeInteger(input) && input > 0 ? `${input}${unit}` : other);
}

export const quantity = z.string(saying('a size with a unit', withUnit('Mi', '512Mi'))).transform((text, context): Bytes => {
  const parsed = parseQuantity(text);
  if (parsed.kind === 'bytes') return parsed.bytes;
  context.addIssue(parsed.reason);
  return z.NEVER;
});

export const duration = z.string(saying('a length of time', withUnit('h', '24h'))).transform((text, context): Millis => {
  const [, count, unit] = /^([0-9]{1,9})([smhd])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return toMillis(Number(count) * (UNITS[unit] ?? 0));
  context.addIssue(`"${text.slice(0, 40)}" is not a length of time; write a whole number and s, m, h or d, for example 24h`);
  return z.NEVER;
});

const aShare = saying('a share from 0 to 1', '0.9');
export const share = z.number(aShare).min(0, aShare).max(1, aShare);

const names = saying('a list of names', '[payments, "checkout-*"]');
export const globs = z
  .array(z.string(saying('a name', 'payments')).min(1), names)
  .min(1, names)
  .default(['*']);

/** Minutes since midnight. */
export const timeOfDay = z.string(saying('a time of day', '"22:00", in quotes')).transform((text, context): number => {
  const [, hours, minutes] = /^([01][0-9]|2[0-3]):([0-5][0-9])$/.exec(text) ?? [];
  if (hours !== undefined && minutes !== undefined) return Number(hours) * 60 + Number(minutes);
  context.addIssue(`"${text.slice(0, 40)}" is not a time of day; write it in quotes as hours and minutes, for example "22:00"`);
  return z.NEVER;
});

export const timezone = z.string(saying('a time zone', 'Europe/Berlin')).refine(isTimezone, {
  error: 'not a time zone; write its IANA name, for example Europe/Berlin',
});

function isTimezone(text: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const WEEK = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** 0 is Sunday. */
export const weekday = z.enum(WEEK).transform((name): number => WEEK.indexOf(name));

export const slackUser = z
  .string(saying('a Slack user id', 'U0123ABCD'))
  .regex(/^[UW][A-Z0-9]+$/, 'a Slack user id starts with U or W, for example U0123ABCD');
export const slackGroup = z
  .string(saying('a Slack user group id', 'S0123ABCD'))
  .regex(/^S[A-Z0-9]+$/, 'a Slack user group id starts with S, for example S0123ABCD');
