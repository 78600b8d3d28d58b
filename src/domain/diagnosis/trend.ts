// Does a series climb, steadily, over the whole of its life? Mann–Kendall for "climbs", Theil–Sen for "by how much", on floors instead of raw
// samples, so that bursts do not count (docs/sizing.md). Points in bytes and milliseconds in, plain numbers out.

import { DAY, HOUR } from '../base/time.ts';
import type { UsagePoint } from '../evidence/evidence.ts';

export type Trend = {
  /** Mann–Kendall's z: above 2.6 is a climb that chance does not explain (p < 0.005, one-sided). */
  readonly z: number;
  /** Bytes per hour, by Theil–Sen. */
  readonly perHour: number;
  /** Growth over the whole series by that slope, in bytes. */
  readonly growth: number;
  /** Slope of the last half as a share of the whole's: a plateau has little. */
  readonly lastHalf: number;
  /** Hours from first to last sample. */
  readonly hours: number;
  /** Where the climb began: the lowest floor, in bytes. */
  readonly base: number;
};

type Floor = { readonly hour: number; readonly bytes: number };

const PARTS = 24;

/** Undefined with fewer than 12 samples: nothing can be said. */
export function trendOf(points: readonly UsagePoint[]): Trend | undefined {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length < 12) return undefined;
  // The first tenth is warm-up.
  const begin = first.at + (last.at - first.at) / 10;
  const floors = floorsOf(
    points.filter(({ at }) => at >= begin),
    last.at - first.at,
  );
  if (floors.length < 4) return undefined;
  const perHour = theilSen(floors);
  const half = theilSen(floors.slice(Math.floor(floors.length / 2)));
  const hours = (last.at - first.at) / HOUR;
  return {
    z: mannKendall(floors.map(({ bytes }) => bytes)),
    perHour,
    growth: perHour * hours,
    lastHalf: perHour === 0 ? 0 : half / perHour,
    hours,
    base: Math.min(...floors.map(({ bytes }) => bytes)),
  };
}

/** The minimum of each of 24 equal parts; of half-days once the series is three days long. */
function floorsOf(points: readonly UsagePoint[], spanMs: number): readonly Floor[] {
  const [first] = points;
  if (first === undefined) return [];
  const partMs = spanMs >= 3 * DAY ? DAY / 2 : Math.max(1, (points.at(-1)?.at ?? first.at) - first.at + 1) / PARTS;
  const floors = new Map<number, Floor>();
  for (const { at, bytes } of points) {
    const part = Math.floor((at - first.at) / partMs);
    const known = floors.get(part);
    if (known === undefined || bytes < known.bytes) floors.set(part, { hour: ((part + 0.5) * partMs) / HOUR, bytes });
  }
  return [...floors.values()];
}

function mannKendall(values: readonly number[]): number {
  let s = 0;
  for (const [index, value] of values.entries()) {
    for (const later of values.slice(index + 1)) s += Math.sign(later - value);
  }
  const n = values.length;
  const variance = (n * (n - 1) * (2 * n + 5)) / 18;
  if (s === 0 || variance === 0) return 0;
  return (s - Math.sign(s)) / Math.sqrt(variance);
}

function theilSen(floors: readonly Floor[]): number {
  const slopes: number[] = [];
  for (const [index, from] of floors.entries()) {
    for (const to of floors.slice(index + 1)) slopes.push((to.bytes - from.bytes) / (to.hour - from.hour));
  }
  return median(slopes);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2;
}
