// Series into one usage: the killed pod's line, and the peak, percentile and daily peaks of all replicas. Sampled values are lower bounds.

import type { Usage, UsagePoint } from '../../domain/evidence.ts';
import { DAY } from '../../domain/time.ts';
import type { Series } from './query-range.ts';

export type SummaryInput = { readonly fine: readonly Series[]; readonly coarse: readonly Series[]; readonly stepSeconds: number };

const PERCENTILE = 0.95;

/** Undefined without a single sample. */
export function summarise({ fine, coarse, stepSeconds }: SummaryInput): Extract<Usage, { readonly kind: 'series' }> | undefined {
  const line = merged(fine);
  const all = [...line, ...coarse.flat()];
  const [first] = all;
  if (first === undefined) return undefined;
  const peak = all.reduce((best, point) => (point.bytes > best.bytes ? point : best), first);
  const oldest = all.reduce((best, point) => (point.at < best.at ? point : best), first);
  const newest = all.reduce((best, point) => (point.at > best.at ? point : best), first);
  return {
    kind: 'series',
    points: line.length > 0 ? line : merged(coarse),
    stepSeconds,
    peak,
    p95: percentile(coarse.length > 0 ? coarse.flat() : line).bytes,
    daysKnown: (newest.at - oldest.at) / DAY,
    dailyPeaks: dailyPeaks(all),
  };
}

/** Restarts make new series of the same container (another id label): at each instant the highest counts. */
function merged(series: readonly Series[]): readonly UsagePoint[] {
  const highest = new Map<number, UsagePoint>();
  for (const point of series.flat()) {
    const known = highest.get(point.at);
    if (known === undefined || known.bytes < point.bytes) highest.set(point.at, point);
  }
  return [...highest.values()].toSorted((a, b) => a.at - b.at);
}

/** Nearest rank. Only called with at least one sample. */
function percentile(points: readonly UsagePoint[]): UsagePoint {
  const sorted = points.toSorted((a, b) => a.bytes - b.bytes);
  const found = sorted[Math.min(sorted.length - 1, Math.ceil(PERCENTILE * sorted.length) - 1)] ?? sorted[0];
  if (found === undefined) throw new RangeError('a percentile needs a sample');
  return found;
}

function dailyPeaks(points: readonly UsagePoint[]): readonly UsagePoint[] {
  const days = new Map<number, UsagePoint>();
  for (const point of points) {
    const day = Math.floor(point.at / DAY);
    const known = days.get(day);
    if (known === undefined || known.bytes < point.bytes) days.set(day, point);
  }
  return [...days.values()].toSorted((a, b) => a.at - b.at);
}
