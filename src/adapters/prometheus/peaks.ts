// The highest of hourly samples of every container over seven days: 168 samples each, so that a whole cluster fits into one answer. A lower bound.

import type { ContainerUse } from '../../domain/directory.ts';
import { known, unavailable } from '../../domain/piece.ts';
import { DAY, SECOND } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PeakReader } from '../../ports/peak-reader.ts';
import type { PrometheusEndpoint, Series } from './query-range.ts';
import { PrometheusProblem, queryRange } from './query-range.ts';
import { EVERY_CONTAINER } from './use-now.ts';

const LENGTH_MS = 7 * DAY;
const STEP_SECONDS = 3600;
const WITHIN_MS = 20 * SECOND;

export function createPrometheusPeaks(options: PrometheusEndpoint & { readonly clock: Clock }): PeakReader {
  const endpoint = { ...options, timeoutMs: WITHIN_MS };
  return {
    async peaks(signal) {
      const now = options.clock.now();
      const query = { query: EVERY_CONTAINER, endSeconds: now / SECOND, lengthMs: LENGTH_MS, stepSeconds: STEP_SECONDS };
      try {
        return known((await queryRange(endpoint, query, signal)).flatMap(peakIn), 'Prometheus, hourly samples of 7 days', now);
      } catch (error) {
        if (error instanceof PrometheusProblem) return unavailable(error.message);
        throw error;
      }
    },
  };
}

function peakIn({ labels, points }: Series): readonly ContainerUse[] {
  const { namespace, pod, container } = labels;
  const highest = points.toSorted((a, b) => b.bytes - a.bytes)[0];
  if (namespace === undefined || pod === undefined || container === undefined || highest === undefined) return [];
  return [{ namespace, pod, container, bytes: highest.bytes }];
}
