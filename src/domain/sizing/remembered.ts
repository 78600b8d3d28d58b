// What is remembered of a container's memory when a number is chosen: the highest sample, over how many days, and whether it is steady. Usage in,
// days and bytes out; what was not sampled is not known.

import type { Bytes } from '../base/memory.ts';
import type { Instant, Millis } from '../base/time.ts';
import { DAY, HOUR, toMillis } from '../base/time.ts';
import { median } from '../diagnosis/trend.ts';
import type { Usage, UsagePoint } from '../evidence/evidence.ts';

/** How far a number looks back. A lowering looks twice as far, so that what comes once a month is not forgotten: as far as the ledger reaches. */
export const REMEMBERED = toMillis(28 * DAY);

export type Remembered = {
  /** How far a number looks back, for peaks and for kills. */
  readonly window: Millis;
  /** How many days of that are sampled; fractions allowed, zero without a series. */
  readonly days: number;
  readonly peak: UsagePoint | undefined;
  /** The highest sample of twice the window: a lowering never goes below it. */
  readonly older: UsagePoint | undefined;
  /** Daily peaks that hardly differ, and a last hour close to the limit: it needs a little more, not half as much again. */
  readonly steady: boolean;
};

/** A moment to remember up to: the kill, or now. `limit`: the one in force. */
export type RememberInput = {
  readonly usage: Usage | undefined;
  readonly at: Instant;
  readonly limit: Bytes;
  /** REMEMBERED unless said. */
  readonly window?: Millis | undefined;
};

/** Five runs of a job say as much as a week of a service. */
const WEEK_OF_RUNS = 5;

export function rememberedOf({ usage, at: end, limit, window = REMEMBERED }: RememberInput): Remembered {
  if (usage?.kind !== 'series') return { window, days: 0, peak: undefined, older: undefined, steady: false };
  const { dailyPeaks, points, daysKnown, runs } = usage;
  const recent = dailyPeaks.filter(({ at }) => end - at <= window);
  const peak = highest(recent) ?? usage.peak;
  const days = Math.min(window / DAY, runs === undefined ? daysKnown : (runs * 7) / WEEK_OF_RUNS);
  const lastHour = points.filter(({ at }) => at <= end && end - at <= HOUR);
  const older = highest(dailyPeaks.filter(({ at }) => end - at <= 2 * window)) ?? peak;
  return { window, days, peak, older, steady: isSteady({ dailyPeaks: recent, lastHour, limit }) };
}

export function highest(points: readonly UsagePoint[]): UsagePoint | undefined {
  const [first] = points;
  return first === undefined ? undefined : points.reduce((best, point) => (point.bytes > best.bytes ? point : best), first);
}

type Steadiness = { readonly dailyPeaks: readonly UsagePoint[]; readonly lastHour: readonly UsagePoint[]; readonly limit: Bytes };

/** Fewer daily peaks say nothing of how they differ. */
const DAYS_TO_JUDGE = 3;
/** The lowest daily peak is at least this share of the highest. */
const ALIKE = 0.93;
/** The last hour was at least this full. */
const FULL = 0.9;

export function isSteady({ dailyPeaks, lastHour, limit }: Steadiness): boolean {
  if (dailyPeaks.length < DAYS_TO_JUDGE || lastHour.length < 3) return false;
  // The first and the last day are only partly sampled.
  const whole = dailyPeaks.slice(dailyPeaks.length > DAYS_TO_JUDGE + 1 ? 1 : 0);
  const lowest = Math.min(...whole.map(({ bytes }) => bytes));
  const most = Math.max(...whole.map(({ bytes }) => bytes));
  return lowest >= ALIKE * most && median(lastHour.map(({ bytes }) => bytes)) >= FULL * limit;
}
