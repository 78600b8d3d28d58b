// Every container's working set now, from Prometheus: the newest sample of the last minutes of each.

import type { ContainerUse } from '../../domain/directory.ts';
import { known, unavailable } from '../../domain/piece.ts';
import { MINUTE, SECOND } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { UseReader } from '../../ports/directory.ts';
import type { PrometheusEndpoint } from './endpoint.ts';
import type { LabelScheme } from './label-scheme.ts';
import { SCHEMES } from './label-scheme.ts';
import type { Series } from './query-range.ts';
import { PrometheusProblem, queryRange } from './query-range.ts';
import { everyContainer } from './selector.ts';

const SOURCE = 'Prometheus';
/** One step: the value at the end, and the one before. */
const LENGTH_MS = MINUTE;
const STEP_SECONDS = 60;

export type PrometheusUseOptions = { readonly endpoint: PrometheusEndpoint; readonly clock: Clock };

export function createPrometheusUse({ endpoint, clock }: PrometheusUseOptions): UseReader {
  const scheme = endpoint.labels ?? SCHEMES.cadvisor;
  const text = everyContainer({ scheme, matchers: endpoint.matchers });
  return {
    async now(signal) {
      const now = clock.now();
      const query = { query: text, endSeconds: now / SECOND, lengthMs: LENGTH_MS, stepSeconds: STEP_SECONDS };
      try {
        const uses = (await queryRange(endpoint, query, signal)).flatMap((series) => useIn(series, scheme));
        return uses.length === 0 ? unavailable(`${SOURCE} has no samples of containers`) : known(uses, SOURCE, now);
      } catch (error) {
        if (error instanceof PrometheusProblem) return unavailable(error.message);
        throw error;
      }
    },
  };
}

function useIn({ labels, points }: Series, scheme: LabelScheme): readonly ContainerUse[] {
  const [namespace, pod, container] = [labels[scheme.namespace], labels[scheme.pod], labels[scheme.container]];
  const bytes = points.at(-1)?.bytes;
  if (namespace === undefined || pod === undefined || container === undefined || bytes === undefined) return [];
  return [{ namespace, pod, container, bytes }];
}
