// Rises of container_oom_events_total within the last minutes, one for each container and value. Any window may be asked any number of times: a rise
// keeps its value and so its identity.

import { placeOf } from '../../domain/kernel-oom.ts';
import type { Instant } from '../../domain/time.ts';
import { SECOND } from '../../domain/time.ts';
import type { PrometheusEndpoint, Series } from './query-range.ts';
import { queryRange } from './query-range.ts';

export type OomCounterRise = {
  readonly namespace: string;
  readonly pod: string;
  readonly containerId: string;
  readonly value: number;
  readonly at: Instant;
};

/** The pod's own cgroup and the sandbox have no container, or "POD". */
const QUERY = 'max by (namespace, pod, container, id) (container_oom_events_total{container!="",container!="POD"} > 0)';
const STEP_SECONDS = 15;

/** Throws PrometheusProblem. */
export async function readOomCounterRises(
  endpoint: PrometheusEndpoint,
  { now, lengthMs }: { readonly now: Instant; readonly lengthMs: number },
  signal: AbortSignal,
): Promise<readonly OomCounterRise[]> {
  const query = { query: QUERY, endSeconds: now / SECOND, lengthMs, stepSeconds: STEP_SECONDS };
  return (await queryRange(endpoint, query, signal)).flatMap(risesOf);
}

function risesOf({ labels, points }: Series): readonly OomCounterRise[] {
  const { namespace, pod, id } = labels;
  const containerId = placeOf(id ?? '')?.containerId;
  if (namespace === undefined || pod === undefined || containerId === undefined) return [];
  const rises: OomCounterRise[] = [];
  for (const { at, bytes: value } of points) {
    if (value > (rises.at(-1)?.value ?? 0)) rises.push({ namespace, pod, containerId, value, at });
  }
  return rises;
}
