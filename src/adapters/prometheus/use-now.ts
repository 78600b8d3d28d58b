// Every container's working set now, from Prometheus: the newest sample of the last minutes of each.

import type { ContainerUse } from '../../domain/directory.ts';
import { known, unavailable } from '../../domain/piece.ts';
import { MINUTE, SECOND } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { UseReader } from '../../ports/directory.ts';
import type { PrometheusEndpoint, Series } from './query-range.ts';
import { PrometheusProblem, queryRange } from './query-range.ts';

const SOURCE = 'Prometheus';
/** The pod's own cgroup and the sandbox have no container, or "POD". */
export const EVERY_CONTAINER =
  'max by (namespace, pod, container) (container_memory_working_set_bytes{container!="",container!="POD"})';
/** One step: the value at the end, and the one before. */
const LENGTH_MS = MINUTE;
const STEP_SECONDS = 60;

export function createPrometheusUse(options: PrometheusEndpoint & { readonly clock: Clock }): UseReader {
  return {
    async now(signal) {
      const now = options.clock.now();
      const query = { query: EVERY_CONTAINER, endSeconds: now / SECOND, lengthMs: LENGTH_MS, stepSeconds: STEP_SECONDS };
      try {
        const uses = (await queryRange(options, query, signal)).flatMap(useIn);
        return uses.length === 0 ? unavailable(`${SOURCE} has no samples of containers`) : known(uses, SOURCE, now);
      } catch (error) {
        if (error instanceof PrometheusProblem) return unavailable(error.message);
        throw error;
      }
    },
  };
}

function useIn({ labels, points }: Series): readonly ContainerUse[] {
  const { namespace, pod, container } = labels;
  const bytes = points.at(-1)?.bytes;
  if (namespace === undefined || pod === undefined || container === undefined || bytes === undefined) return [];
  return [{ namespace, pod, container, bytes }];
}
