// Series into one usage: the killed pod's line with its instances and neighbours, and the peak, percentile and daily peaks of all replicas. Bytes at
// instants in and out; sampled values are lower bounds of what was really used.

import type { Bytes } from '../../domain/base/memory.ts';
import { DAY, MINUTE } from '../../domain/base/time.ts';
import type { NeighbourUse, Usage, UsagePoint } from '../../domain/evidence/evidence.ts';
import { instancesOf, merged, usesOf } from './instances.ts';
import type { LabelScheme } from './label-scheme.ts';
import type { Series } from './query-range.ts';

export type SummaryInput = {
  readonly scheme: LabelScheme;
  /** Whose line is drawn. */
  readonly pod: string;
  readonly podUid: string;
  readonly container: string;
  /** All containers of that pod, finely, the last hour. */
  readonly fine: readonly Series[];
  /** That container of all replicas, coarsely, the last days: the highest of each step. */
  readonly coarse: readonly Series[];
  /** The highest of all replicas for each hour of the last weeks; empty where it could not be had. */
  readonly long: readonly Series[];
  /** Of the fine series. */
  readonly stepSeconds: number;
  /** A Job's: its runs are counted. */
  readonly isJob?: boolean;
};

type UsageSeries = Extract<Usage, { readonly kind: 'series' }>;

const PERCENTILE = 0.95;
/** Older points of the line: enough for a trend over days, few enough to keep with the incident. */
const MOST_OLDER_POINTS = 500;
const NEIGHBOURS_BACK_MS = 5 * MINUTE;

/** Undefined without a single sample of the container. */
export function summarise(input: SummaryInput): UsageSeries | undefined {
  const { scheme, pod, podUid, container, coarse, long, stepSeconds } = input;
  const fine = instancesOf(
    input.fine.filter(({ labels }) => labels[scheme.container] === container),
    podUid,
  );
  const recent = fine.flatMap(({ points }) => points);
  const replicas = coarse.flatMap(({ points }) => points);
  const all = [...long.flatMap(({ points }) => points), ...replicas, ...recent];
  const [first] = all;
  if (first === undefined) return undefined;
  const oldest = all.reduce((best, point) => (point.at < best.at ? point : best), first);
  const newest = all.reduce((best, point) => (point.at > best.at ? point : best), first);
  const begin = recent[0]?.at ?? Number.POSITIVE_INFINITY;
  const own = instancesOf(
    coarse.filter(({ labels }) => labels[scheme.pod] === pod),
    podUid,
  );
  const older = merged(own).filter(({ at }) => at < begin);
  return {
    kind: 'series',
    points: [...thinned(older), ...recent],
    stepSeconds,
    peak: highest(all, first),
    p95: percentile(replicas.length > 0 ? replicas : recent.length > 0 ? recent : all),
    daysKnown: (newest.at - oldest.at) / DAY,
    dailyPeaks: dailyPeaks(all),
    instances: usesOf(own.length > fine.length ? own : fine),
    neighbours: neighboursIn(input),
    ...(input.isJob === true ? { runs: runsIn(input) } : {}),
  };
}

function highest(points: readonly UsagePoint[], first: UsagePoint): UsagePoint {
  return points.reduce((best, point) => (point.bytes > best.bytes ? point : best), first);
}

/** What else ran in the pod in the minutes before: it counts towards the pod's limit. */
function neighboursIn({ fine, scheme, container }: SummaryInput): readonly NeighbourUse[] {
  const others = fine.filter(({ labels }) => labels[scheme.container] !== container);
  const end = Math.max(...fine.flatMap(({ points }) => points.map(({ at }) => at)));
  const names = [...new Set(others.map(({ labels }) => labels[scheme.container] ?? ''))].toSorted();
  return names.flatMap((name) => {
    const points = merged(others.filter(({ labels }) => labels[scheme.container] === name));
    const near = points.filter(({ at }) => at >= end - NEIGHBOURS_BACK_MS);
    const [first] = near;
    return first === undefined ? [] : [{ container: name, peak: highest(near, first) }];
  });
}

/** A Job's pods have its name and five letters; what is tried again is one run. At least the one that was killed. */
function runsIn({ coarse, scheme }: SummaryInput): number {
  const jobs = new Set(coarse.map(({ labels }) => (labels[scheme.pod] ?? '').replace(/-[a-z0-9]{5}$/, '')));
  return Math.max(1, jobs.size);
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
