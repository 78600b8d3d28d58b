// The instances of containers behind series: two scrape jobs see the same instance, and a dead one lingers for minutes beside its successor, because its last
// sample counts until it is stale. Known by cAdvisor's id label, which ends in the container's own ID; without one all series are one instance.

import type { InstanceUse, UsagePoint } from '../../domain/evidence/evidence.ts';
import { placeOf } from '../../domain/kill/kernel-oom.ts';
import type { Series } from './query-range.ts';

export type Instance = { readonly points: readonly UsagePoint[] };

/** Oldest first; each ends where the next one begins. Series of an earlier pod of the same name are left out. */
export function instancesOf(series: readonly Series[], podUid: string): readonly Instance[] {
  const placed = series.map((each) => ({ ...each, place: placeOf(each.labels['id'] ?? '') }));
  const own = placed.filter(({ place }) => place?.podUid === podUid);
  // A static pod's cgroup carries another uid than the API shows; without ids there is nothing to tell by.
  const chosen = own.length > 0 ? own : placed.filter(({ place }) => place === undefined || !isUid(podUid));
  const groups = new Map<string, Series[]>();
  for (const { place, ...each } of chosen) {
    const key = place?.containerId ?? '';
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  const ordered = [...groups.values()]
    .map((group) => merged(group))
    .filter((points) => points.length > 0)
    .toSorted((a, b) => (a[0]?.at ?? 0) - (b[0]?.at ?? 0));
  return ordered
    .map((points, index) => ({ points: before(points, ordered[index + 1]?.[0]) }))
    .filter(({ points }) => points.length > 0);
}

function isUid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(text);
}

function before(points: readonly UsagePoint[], next: UsagePoint | undefined): readonly UsagePoint[] {
  return next === undefined ? points : points.filter(({ at }) => at < next.at);
}

/** At each instant the highest counts. */
export function merged(series: readonly Pick<Series, 'points'>[]): readonly UsagePoint[] {
  const highest = new Map<number, UsagePoint>();
  for (const point of series.flatMap(({ points }) => points)) {
    const known = highest.get(point.at);
    if (known === undefined || known.bytes < point.bytes) highest.set(point.at, point);
  }
  return [...highest.values()].toSorted((a, b) => a.at - b.at);
}

export function usesOf(instances: readonly Instance[]): readonly InstanceUse[] {
  return instances.flatMap(({ points }) => {
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined) return [];
    const peak = points.reduce((best, point) => (point.bytes > best.bytes ? point : best), first);
    return [{ from: first.at, to: last.at, peak: peak.bytes }];
  });
}
