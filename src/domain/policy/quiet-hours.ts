// Whether an instant lies in a time of the week in which nothing is written, and when that time ends. Local time by IANA zones, so that 22:00 stays
// 22:00 when the clocks change.

import type { QuietHours } from '../policy.ts';
import type { Instant } from '../time.ts';
import { after, MINUTE, toMillis } from '../time.ts';

const MINUTES_A_DAY = 24 * 60;

/** The one it lies in, and when it is over; undefined when it lies in none. */
export function quietUntil(
  hours: readonly QuietHours[],
  now: Instant,
): { readonly until: Instant; readonly hours: QuietHours } | undefined {
  for (const each of hours) {
    const left = minutesLeft(each, now);
    if (left !== undefined) return { until: after(now, toMillis(left * MINUTE)), hours: each };
  }
  return undefined;
}

/** Minutes until it is over; undefined when now is outside. The day counts on which it began. */
function minutesLeft({ days, from, to, timezone }: QuietHours, now: Instant): number | undefined {
  const { day, minute } = localTime(now, timezone);
  const length = to > from ? to - from : to + MINUTES_A_DAY - from;
  for (const daysAgo of [0, 1]) {
    const since = minute - from + daysAgo * MINUTES_A_DAY;
    if (since >= 0 && since < length && days.includes((day - daysAgo + 7) % 7)) return length - since;
  }
  return undefined;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

function localTime(now: Instant, timeZone: string): { readonly day: number; readonly minute: number } {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]));
  const minute = Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
  return { day: DAYS.indexOf(parts.get('weekday') ?? ''), minute };
}

/** "22:00 to 06:00 Europe/Berlin". */
export function quietHoursWords({ from, to, timezone }: QuietHours): string {
  return `${clock(from)} to ${clock(to)} ${timezone}`;
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
