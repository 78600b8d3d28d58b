// Series into one usage: the killed pod's line, and the peak, percentile and daily peaks of all replicas. Bytes at instants in and out; sampled values
// are lower bounds of what was really used.

import type { Usage, UsagePoint } from '../../domain/evidence.ts';
import type { Bytes } from '../../domain/memory.ts';
import { DAY } from '../../domain/time.ts';
import type { Series } from './query-range.ts';

export type SummaryInput = {
  /** The pod whose line is drawn. */
  readonly pod: string;
  /** That pod, finely, the last hour. */
  readonly fine: readonly Series[];
  /** All replicas, coarsely, the last days. */
  readonly coarse: readonly Series[];
  /** Of the fine series. */
  readonly stepSeconds: number;
};

type UsageSeries = Extract<Usage, { readonly kind: 'series' }>;

const PERCENTILE = 0.95;
/** Older points of the line: enough for a trend over days, few enough to keep with the incident. */
const MOST_OLDER_POINTS = 500;

/** Undefined without a single sample. */
export function summarise({ pod, fine, coarse, stepSeconds }: SummaryInput): UsageSeries | undefined {
  const recent = merged(fine);
  const replicas = coarse.flatMap(({ points }) => points);
  const all = [...replicas, ...recent];
  const [first] = all;
  if (first === undefined) return undefined;
  const peak = all.reduce((best, point) => (point.bytes > best.bytes ? point : best), first);
  const oldest = all.reduce((best, point) => (point.at < best.at ? point : best), first);
  const newest = all.reduce((best, point) => (point.at > best.at ? point : best), first);
  const begin = recent[0]?.at ?? Number.POSITIVE_INFINITY;
  const older = merged(coarse.filter((series) => series.pod === pod)).filter(({ at }) => at < begin);
  return {
    kind: 'series',
    points: [...thinned(older), ...recent],
    stepSeconds,
    peak,
    p95: percentile(replicas.length > 0 ? replicas : recent),
    daysKnown: (newest.at - oldest.at) / DAY,
    dailyPeaks: dailyPeaks(all),
  };
}

/** Restarts make new series of the same container (another id label), and two scrape jobs may see it: at each instant the highest counts. */
function merged(series: readonly Series[]): readonly UsagePoint[] {
  const highest = new Map<number, UsagePoint>();
  for (const point of series.flatMap(({ points }) => points)) {
    const known = highest.get(point.at);
    if (known === undefined || known.bytes < point.bytes) highest.set(point.at, point);
  }
  return [...highest.values()].toSorted((a, b) => a.at - b.at);
}

/** Evenly, so that medians and floors stay what they are; the peak is kept apart. */
function thinned(points: readonly UsagePoint[]): readonly UsagePoint[] {
  const every = Math.ceil(points.length / MOST_OLDER_POINTS);
  return every <= 1 ? points : points.filter((_, index) => index % every === 0);
}

/** Nearest rank: of 20 samples the 19th, of 1 the 1st. Only called with at least one sample. */
function percentile(points: readonly UsagePoint[]): Bytes {
  const sorted = points.toSorted((a, b) => a.bytes - b.bytes);
  const found = sorted[Math.ceil(PERCENTILE * sorted.length) - 1];
  if (found === undefined) throw new RangeError('a percentile needs a sample');
  return found.bytes;
}

/** By days of UTC. */
function dailyPeaks(points: readonly UsagePoint[]): readonly UsagePoint[] {
  const days = new Map<number, UsagePoint>();
  for (const point of points) {
    const day = Math.floor(point.at / DAY);
    const known = days.get(day);
    if (known === undefined || known.bytes < point.bytes) days.set(day, point);
  }
  return [...days.values()].toSorted((a, b) => a.at - b.at);
}
