// The number: from the remembered peak, the limits that were hit and how much history there is (docs/sizing.md). Bytes in and out; bounds come
// afterwards (ceilings.ts).
//
// Worked: limit 512Mi hit, peak of 28 days 598Mi → max(598 × 1.15 = 687.7, 512 × 1.45 = 742.4) = 742.4Mi → rounded up to 768Mi.
// Worked, with a day of samples: limit 256Mi hit, peak 250Mi → max(287.5, 256 × 1.5 = 384) = 384Mi.

import type { Bytes } from '../base/memory.ts';
import { formatQuantity, roundUpToStep } from '../base/memory.ts';
import type { Instant } from '../base/time.ts';
import { DAY, formatDuration, HOUR, MINUTE, SECOND, toMillis } from '../base/time.ts';
import type { Remembered } from './remembered.ts';

export type PastKill = {
  readonly at: Instant;
  readonly limit?: Bytes | undefined;
  /** The limit was cut down by a bound: no new floor comes from it, or the bound would be chased for ever (autoscaler#9521). */
  readonly capped?: boolean | undefined;
};

export type SizeInput = {
  /** The one that was just hit. */
  readonly limit: Bytes;
  readonly killedAt: Instant;
  /** Without this one. */
  readonly earlierKills: readonly PastKill[];
  readonly remembered: Remembered;
  /** Samples do not see a start: then the peak says nothing of what it needs. */
  readonly ignorePeak?: boolean | undefined;
};

export type Size = {
  readonly limit: Bytes;
  /** "New limit 768Mi = the higher of …", without what cuts it down. */
  readonly arithmetic: string;
  /** Raises already made within a day before this kill. */
  readonly recentRaises: number;
};

/** Share added on top of the highest sample: samples miss what lies between them. */
const MARGIN = 1.15;
/** What each raise that did not last within a day adds to the next. */
const AGAIN = 1.5;
const MOST_AGAIN = 3;

export function sizeAfterKill(input: SizeInput): Size {
  const { remembered, ignorePeak } = input;
  const fromPeak = ignorePeak === true || remembered.peak === undefined ? 0 : remembered.peak.bytes * MARGIN;
  const floor = highestFloor(input);
  const limit = roundUpToStep(Math.max(fromPeak, floor.bytes));
  return { limit, recentRaises: raisesBefore(input, input), arithmetic: words(input, { limit, fromPeak, floor }) };
}

/** Chosen on the tuning half: against 1.4 it keeps 82 instead of 78 % of first changes safe for 28 days on bursty load, at the same footprint. */
const USUAL_BUMP = 1.45;
/** Chosen on generated flat loads: 1.50 of the clairvoyant limit becomes 1.20, and no load that varies is touched. */
const STEADY_BUMP = 1.2;

/** How much to add to a limit that was hit: less history, more room; a steady load needs the least. */
function bumpFor({ days, steady }: Remembered): number {
  if (days < 1) return 2;
  if (steady) return STEADY_BUMP;
  return days < 7 ? 1.5 : USUAL_BUMP;
}

type Floor = { readonly bytes: number; readonly limit: Bytes; readonly factor: number };

/** The highest of what each remembered kill demands: its limit, raised by the bump, and more when raises before it did not last. */
export function highestFloor(input: SizeInput): Floor {
  const { limit, killedAt, earlierKills, remembered } = input;
  const bump = bumpFor(remembered);
  const own = floorOf({ at: killedAt, limit }, input, bump) ?? { bytes: limit * bump, limit, factor: bump };
  const earlier = earlierKills
    .filter(({ at, capped }) => capped !== true && killedAt - at <= remembered.window)
    .flatMap((kill) => floorOf(kill, input, bump) ?? []);
  return earlier.reduce((best, floor) => (floor.bytes > best.bytes ? floor : best), own);
}

function floorOf({ at, limit }: PastKill, input: SizeInput, bump: number): Floor | undefined {
  if (limit === undefined) return undefined;
  const factor = bump * AGAIN ** Math.min(raisesBefore({ limit, killedAt: at }, input), MOST_AGAIN);
  return { bytes: limit * factor, limit, factor };
}

/** Distinct lower limits that were hit within 24 hours before: each was followed by a raise that did not last. */
function raisesBefore(
  { limit, killedAt }: { readonly limit: Bytes; readonly killedAt: Instant },
  { earlierKills }: Pick<SizeInput, 'earlierKills'>,
): number {
  const lower = earlierKills.filter(
    (kill) => kill.limit !== undefined && kill.limit < limit && kill.at <= killedAt && killedAt - kill.at <= DAY,
  );
  return new Set(lower.map((kill) => kill.limit)).size;
}

type Reckoning = { readonly limit: Bytes; readonly fromPeak: number; readonly floor: Floor };

function words({ limit, remembered }: SizeInput, { limit: result, fromPeak, floor }: Reckoning): string {
  const next = `New limit ${formatQuantity(result)}`;
  const which =
    floor.limit === limit
      ? `the ${formatQuantity(limit)} that was just hit`
      : `the ${formatQuantity(floor.limit)} that was hit before`;
  const hit = `${which} × ${number(floor.factor)}`;
  const { days, peak } = remembered;
  if (peak === undefined) return `${next} = ${hit}, rounded up, because there are no samples from before the kill.`;
  if (fromPeak === 0) return `${next} = ${hit}, rounded up; samples do not see a start.`;
  const data = days === 0 ? 'one sample' : `${span(days)} of data`;
  const little = days < 1 ? `: only ${data}, so the limit that was hit is doubled` : '';
  return `${next} = the higher of the highest sample${days === 0 ? '' : ` of the last ${span(days)}`} (${Math.ceil(peak.bytes / 2 ** 20)}Mi) × ${MARGIN} and ${hit}, rounded up${little}.`;
}

/** Never more than there is: "35 seconds", "20 hours", "day", "9 days". */
export function span(days: number): string {
  if (days >= 1) return days < 2 ? 'day' : `${Math.floor(days)} days`;
  const length = Math.round(days * DAY);
  const unit = [HOUR, MINUTE].find((each) => length >= 2 * each) ?? SECOND;
  return formatDuration(toMillis(Math.floor(length / unit) * unit));
}

function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}
