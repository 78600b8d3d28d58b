// What every container used over a stretch of time, each once, by the labels that this Prometheus uses. Where these are not sure yet, all are asked, and
// those that name most containers count.

import type { Instant } from '../../domain/base/time.ts';
import { SECOND } from '../../domain/base/time.ts';
import type { UsagePoint } from '../../domain/evidence/evidence.ts';
import type { ContainerUse } from '../../domain/query/directory.ts';
import type { PrometheusEndpoint } from './endpoint.ts';
import type { LabelScheme } from './label-scheme.ts';
import type { Series } from './query-range.ts';
import { queryRange } from './query-range.ts';
import { everyContainer } from './selector.ts';

export type Stretch = { readonly until: Instant; readonly lengthMs: number; readonly stepSeconds: number };

/** `pick`: the sample that counts, of a container's samples by time. Throws PrometheusProblem. */
export async function everyContainersUse(
  endpoint: PrometheusEndpoint,
  stretch: Stretch & { readonly pick: (points: readonly UsagePoint[]) => UsagePoint | undefined },
  signal: AbortSignal,
): Promise<readonly ContainerUse[]> {
  const { until, lengthMs, stepSeconds, pick } = stretch;
  let most: readonly ContainerUse[] = [];
  for (const scheme of endpoint.labels.forAll()) {
    const query = everyContainer({ scheme, matchers: endpoint.matchers });
    const series = await queryRange(endpoint, { query, endSeconds: until / SECOND, lengthMs, stepSeconds }, signal);
    const uses = series.flatMap((each) => useIn(each, scheme, pick(each.points)));
    if (uses.length > most.length) most = uses;
  }
  return most;
}

function useIn({ labels }: Series, scheme: LabelScheme, point: UsagePoint | undefined): readonly ContainerUse[] {
  const [namespace, pod, container] = [labels[scheme.namespace], labels[scheme.pod], labels[scheme.container]];
  if (namespace === undefined || pod === undefined || container === undefined || point === undefined) return [];
  return [{ namespace, pod, container, bytes: point.bytes }];
}
