// Whether an instant lies in a time of the week, when that time ends, and when one begins. Local time by IANA zones, so that 22:00 stays 22:00 when the
// clocks change; the time left is told as if they did not change in between.

import type { Instant } from '../../base/time.ts';
import { after, MINUTE, toMillis } from '../../base/time.ts';
import type { WeekHours } from './policy.ts';

const MINUTES_A_DAY = 24 * 60;

/** The one it lies in, and when it is over; undefined when it lies in none. */
export function hoursNow(
  hours: readonly WeekHours[],
  now: Instant,
): { readonly until: Instant; readonly hours: WeekHours } | undefined {
  for (const each of hours) {
    const left = minutesLeft(each, now);
    if (left !== undefined) return { until: after(now, toMillis(left * MINUTE)), hours: each };
  }
  return undefined;
}

/** Minutes until it is over; undefined when now is outside. The day counts on which it began. */
function minutesLeft({ days, from, to, timezone }: WeekHours, now: Instant): number | undefined {
  const { day, minute } = localTime(now, timezone);
  const length = to > from ? to - from : to + MINUTES_A_DAY - from;
  for (const daysAgo of [0, 1]) {
    const since = minute - from + daysAgo * MINUTES_A_DAY;
    if (since >= 0 && since < length && days.includes((day - daysAgo + 7) % 7)) return length - since;
  }
  return undefined;
}

/** When the next of them begins; undefined when none ever does. For an instant outside all of them. */
export function hoursNext(
  hours: readonly WeekHours[],
  now: Instant,
): { readonly from: Instant; readonly hours: WeekHours } | undefined {
  const [soonest] = hours
    .map((each) => ({ each, wait: minutesUntil(each, now) }))
    .toSorted((a, b) => a.wait - b.wait)
    .filter(({ wait }) => Number.isFinite(wait));
  return soonest === undefined ? undefined : { from: after(now, toMillis(soonest.wait * MINUTE)), hours: soonest.each };
}

function minutesUntil({ days, from, timezone }: WeekHours, now: Instant): number {
  const { day, minute } = localTime(now, timezone);
  const waits = [0, 1, 2, 3, 4, 5, 6, 7]
    .filter((later) => days.includes((day + later) % 7))
    .map((later) => from + later * MINUTES_A_DAY - minute)
    .filter((wait) => wait > 0);
  return Math.min(...waits);
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

/** "22:00 to 06:00 Europe/Berlin", with the days unless it is every day: "on Mon, Tue". */
export function weekHoursWords({ days, from, to, timezone }: WeekHours): string {
  const on = DAYS.every((_, index) => days.includes(index))
    ? ''
    : ` on ${DAYS.filter((_, index) => days.includes(index)).join(', ')}`;
  return `${clock(from)} to ${clock(to)} ${timezone}${on}`;
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
