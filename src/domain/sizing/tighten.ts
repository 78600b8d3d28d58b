// Which limits are far above what is used, and what they could be. Only a hint for people: a sampled peak is a lower bound, so it keeps a wide margin.

import type { Bytes } from '../base/memory.ts';
import { mebibytes, roundUpToStep, toBytes } from '../base/memory.ts';
import type { ContainerUse, PodEntry, WorkloadName } from '../query/directory.ts';

export type Tightening = {
  readonly workload: WorkloadName;
  readonly container: string;
  readonly pods: number;
  /** The highest of its pods. */
  readonly peak: Bytes;
  readonly limit: Bytes;
  readonly suggested: Bytes;
  /** What all its pods together would give back. */
  readonly freed: Bytes;
};

/** Below this share of the limit at the highest, it is far too wide. */
const WIDE_BELOW = 0.4;
/** Times the peak: half as much again, because peaks between samples are missed. */
const MARGIN = 1.5;
/** Nothing smaller is worth anybody's time. */
const WORTH = mebibytes(128);
const SMALLEST = mebibytes(32);

/** Largest first. Worked: peak 150Mi, limit 1Gi, 3 pods → 150 × 1.5 = 225 → 256Mi, 3 × 768Mi freed. */
export function tightenings(pods: readonly PodEntry[], peaks: readonly ContainerUse[]): readonly Tightening[] {
  const peakOf = new Map(peaks.map(({ namespace, pod, container, bytes }) => [`${namespace}/${pod}/${container}`, bytes]));
  const groups = new Map<string, { workload: WorkloadName; container: string; limits: Bytes[]; peaks: Bytes[]; pods: number }>();
  for (const { namespace, name, workload, phase, containers } of pods) {
    if (phase !== 'Running') continue;
    for (const container of containers.filter(({ role }) => role === 'regular' || role === 'sidecar')) {
      const key = `${workload.kind} ${workload.namespace}/${workload.name} ${container.name}`;
      const group = groups.get(key) ?? { workload, container: container.name, limits: [], peaks: [], pods: 0 };
      groups.set(key, group);
      const peak = peakOf.get(`${namespace}/${name}/${container.name}`);
      group.pods += 1;
      if (container.limit !== undefined) group.limits.push(container.limit);
      if (peak !== undefined) group.peaks.push(peak);
    }
  }
  return [...groups.values()].flatMap(tighteningOf).toSorted((a, b) => b.freed - a.freed);
}

type Group = {
  readonly workload: WorkloadName;
  readonly container: string;
  readonly limits: readonly Bytes[];
  readonly peaks: readonly Bytes[];
  readonly pods: number;
};

/** Only where every pod has a limit and a known peak: a guess about one of them would be no saving. */
function tighteningOf({ workload, container, limits, peaks, pods }: Group): readonly Tightening[] {
  if (limits.length < pods || peaks.length < pods || pods === 0) return [];
  const [limit, peak] = [toBytes(Math.max(...limits)), toBytes(Math.max(...peaks))];
  if (peak === 0 || peak >= limit * WIDE_BELOW) return [];
  const suggested = roundUpToStep(Math.max(peak * MARGIN, SMALLEST));
  const each = limit - suggested;
  if (each <= 0 || each * pods < WORTH) return [];
  return [{ workload, container, pods, peak, limit, suggested, freed: toBytes(each * pods) }];
}
