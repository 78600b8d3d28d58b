// A lower limit, offered at a follow-up and never as the reaction to a kill: after two weeks without one, when it gives back nearly a fifth, and never
// below what 56 days needed (docs/sizing.md). Bytes in and out.
//
// Worked: limit 1536Mi, 28 days with a peak of 600Mi, 56 days with 650Mi, last kill at 512Mi 20 days ago
// → max(600 × 1.20 = 720, 650, 512 × 1.45 × 0.8 = 594) = 720Mi → 736Mi.

import type { Bytes } from '../base/memory.ts';
import { formatQuantity, roundUpToStep } from '../base/memory.ts';
import type { Instant } from '../base/time.ts';
import { DAY } from '../base/time.ts';
import type { Remembered } from './remembered.ts';
import type { PastKill } from './size.ts';
import { highestFloor, span } from './size.ts';

export type LowerInput = {
  /** So many days without a kill, and of samples, are needed; two weeks unless said. */
  readonly needed?: number | undefined;
  readonly limit: Bytes;
  readonly now: Instant;
  readonly kills: readonly PastKill[];
  readonly remembered: Remembered;
};

export type Lowering =
  /** `request`: a lower one too; with the limit that there is, only the request comes down. */
  | { readonly kind: 'lower'; readonly limit: Bytes; readonly request?: Bytes | undefined; readonly arithmetic: string }
  | { readonly kind: 'keep'; readonly because: 'too-little-history' | 'killed-lately' | 'little-to-gain' };

/** Less history, more room: 1.50 at 7 days, 1.30 at 14, 1.20 at 28. Less than a raise adds, because nothing was cut off from what was measured since. */
const BASE = 1.1;
const PER_DAY = 2.8;
/** Two quiet weeks have shown what lies above the limit that was hit: its floor counts for less than right after the kill. */
const QUIET_FLOOR = 0.8;
const DAYS_NEEDED = 14;
/** Below this share saved a change is not worth a rollout. */
const WORTH = 0.82;

export function lowerLimit({ limit, now, kills, remembered, needed = DAYS_NEEDED }: LowerInput): Lowering {
  const { days, peak, older } = remembered;
  if (days < needed || peak === undefined) return { kind: 'keep', because: 'too-little-history' };
  const last = Math.max(...kills.map(({ at }) => at));
  if (now - last < needed * DAY) return { kind: 'keep', because: 'killed-lately' };
  const margin = BASE + PER_DAY / Math.max(1, days);
  const floor = QUIET_FLOOR * floorFrom(kills, now, remembered);
  const next = roundUpToStep(Math.max(peak.bytes * margin, floor, older?.bytes ?? 0));
  if (next > WORTH * limit) return { kind: 'keep', because: 'little-to-gain' };
  const bound = floor === 0 ? '' : `, and no lower than what its last kills ask for (${Math.ceil(floor / 2 ** 20)}Mi)`;
  return {
    kind: 'lower',
    limit: next,
    arithmetic: `New limit ${formatQuantity(next)} = the highest sample of the last ${span(days)} (${Math.ceil(peak.bytes / 2 ** 20)}Mi) × ${Math.round(margin * 100) / 100}${bound}, rounded up.`,
  };
}

/** The kills stay in force for as long as they are remembered: that is what stops a quick forgetting. */
function floorFrom(kills: readonly PastKill[], now: Instant, remembered: Remembered): number {
  const known = kills.filter(({ at, limit, capped }) => limit !== undefined && capped !== true && now - at <= remembered.window);
  return known.reduce((highest, kill) => {
    if (kill.limit === undefined) return highest;
    const earlierKills = known.filter(({ at }) => at < kill.at);
    return Math.max(highest, highestFloor({ limit: kill.limit, killedAt: kill.at, earlierKills, remembered }).bytes);
  }, 0);
}
