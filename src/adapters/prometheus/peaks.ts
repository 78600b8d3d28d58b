// The highest of hourly samples of every container over seven days: 168 samples each, so that a whole cluster fits into one answer. A lower bound.

import { known, unavailable } from '../../domain/base/piece.ts';
import { DAY, SECOND } from '../../domain/base/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PeakReader } from '../../ports/peak-reader.ts';
import type { PrometheusEndpoint } from './endpoint.ts';
import { everyContainersUse } from './every-container.ts';
import { PrometheusProblem } from './query-range.ts';

const LENGTH_MS = 7 * DAY;
const STEP_SECONDS = 3600;
const WITHIN_MS = 20 * SECOND;

export type PrometheusPeaksOptions = { readonly endpoint: PrometheusEndpoint; readonly clock: Clock };

export function createPrometheusPeaks({ endpoint, clock }: PrometheusPeaksOptions): PeakReader {
  const patient = { ...endpoint, timeoutMs: WITHIN_MS };
  return {
    async peaks(signal) {
      const until = clock.now();
      const stretch = { until, lengthMs: LENGTH_MS, stepSeconds: STEP_SECONDS };
      try {
        const uses = await everyContainersUse(
          patient,
          { ...stretch, pick: (points) => points.toSorted((a, b) => b.bytes - a.bytes)[0] },
          signal,
        );
        return known(uses, 'Prometheus, hourly samples of 7 days', until);
      } catch (error) {
        if (error instanceof PrometheusProblem) return unavailable(error.message);
        throw error;
      }
    },
  };
}
