// Every container's working set now, from Prometheus: the newest sample of the last minutes of each.

import { known, unavailable } from '../../domain/base/piece.ts';
import { MINUTE } from '../../domain/base/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { UseReader } from '../../ports/directory.ts';
import type { PrometheusEndpoint } from './endpoint.ts';
import { everyContainersUse } from './every-container.ts';
import { PrometheusProblem } from './query-range.ts';

const SOURCE = 'Prometheus';
/** One step: the value at the end, and the one before. */
const LENGTH_MS = MINUTE;
const STEP_SECONDS = 60;

export type PrometheusUseOptions = { readonly endpoint: PrometheusEndpoint; readonly clock: Clock };

export function createPrometheusUse({ endpoint, clock }: PrometheusUseOptions): UseReader {
  return {
    async now(signal) {
      const until = clock.now();
      const stretch = { until, lengthMs: LENGTH_MS, stepSeconds: STEP_SECONDS };
      try {
        const uses = await everyContainersUse(endpoint, { ...stretch, pick: (points) => points.at(-1) }, signal);
        return uses.length === 0 ? unavailable(`${SOURCE} has no samples of containers`) : known(uses, SOURCE, until);
      } catch (error) {
        if (error instanceof PrometheusProblem) return unavailable(error.message);
        throw error;
      }
    },
  };
}
