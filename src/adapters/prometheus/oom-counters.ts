// Rises of container_oom_events_total within a window, one for each container and value. Any window may be asked any number of times: a rise keeps its
// value and so its identity. A counter that stands where it stood when the window begins is no rise: it may have stood there for months.

import type { Instant } from '../../domain/base/time.ts';
import { SECOND, toInstant } from '../../domain/base/time.ts';
import { placeOf } from '../../domain/kill/kernel-oom.ts';
import type { PrometheusEndpoint } from './endpoint.ts';
import type { Series } from './query-range.ts';
import { queryRange } from './query-range.ts';

export type OomCounterRise = {
  readonly namespace: string;
  readonly pod: string;
  readonly containerId: string;
  readonly value: number;
  readonly at: Instant;
  /** It was seen to show less before; else it begins with this value, after its container's start or after a gap. */
  readonly rose: boolean;
};

/** The pod's own cgroup and the sandbox have no container, or "POD". */
function counterWith(matchers: string | undefined): string {
  return `container_oom_events_total{container!="",container!="POD"${matchers === undefined ? '' : `,${matchers}`}}`;
}
const BY = '(namespace, pod, container, id)';
const STEP_SECONDS = 15;

/** Those that show anything at the end, with all their points: what they showed before tells a rise from an old story. */
function queryFor(lengthMs: number, matchers: string | undefined): string {
  const counter = counterWith(matchers);
  const most = `max_over_time(${counter}[${Math.ceil(lengthMs / SECOND)}s] @ end())`;
  return `max by ${BY} (${counter}) and on ${BY} (max by ${BY} (${most}) > 0)`;
}

/** Throws PrometheusProblem. */
export async function readOomCounterRises(
  endpoint: PrometheusEndpoint,
  { now, lengthMs }: { readonly now: Instant; readonly lengthMs: number },
  signal: AbortSignal,
): Promise<readonly OomCounterRise[]> {
  // Always at the same instants, so that each look sees the same values.
  const endSeconds = Math.floor(now / SECOND / STEP_SECONDS) * STEP_SECONDS;
  const series = await queryRange(
    endpoint,
    { query: queryFor(lengthMs, endpoint.matchers), endSeconds, lengthMs, stepSeconds: STEP_SECONDS },
    signal,
  );
  const begin = toInstant((endSeconds + STEP_SECONDS) * SECOND - lengthMs);
  return series.flatMap((each) => risesOf(each, begin));
}

/** `begin`: a counter that shows something by then showed it before. */
function risesOf({ labels, points }: Series, begin: Instant): readonly OomCounterRise[] {
  const { namespace, pod, id } = labels;
  const containerId = placeOf(id ?? '')?.containerId;
  if (namespace === undefined || pod === undefined || containerId === undefined) return [];
  const rises: OomCounterRise[] = [];
  let before: number | undefined;
  for (const { at, bytes: value } of points) {
    const isNews = before === undefined ? value > 0 && at > begin : value > before;
    if (isNews) rises.push({ namespace, pod, containerId, value, at, rose: before !== undefined });
    before = Math.max(before ?? 0, value);
  }
  return rises;
}
