// The highest of hourly samples of every container over seven days: 168 samples each, so that a whole cluster fits into one answer. A lower bound.

import type { ContainerUse } from '../../domain/directory.ts';
import { known, unavailable } from '../../domain/piece.ts';
import { DAY, SECOND } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PeakReader } from '../../ports/peak-reader.ts';
import type { PrometheusEndpoint } from './endpoint.ts';
import type { LabelScheme } from './label-scheme.ts';
import { SCHEMES } from './label-scheme.ts';
import type { Series } from './query-range.ts';
import { PrometheusProblem, queryRange } from './query-range.ts';
import { everyContainer } from './selector.ts';

const LENGTH_MS = 7 * DAY;
const STEP_SECONDS = 3600;
const WITHIN_MS = 20 * SECOND;

export type PrometheusPeaksOptions = { readonly endpoint: PrometheusEndpoint; readonly clock: Clock };

export function createPrometheusPeaks({ endpoint, clock }: PrometheusPeaksOptions): PeakReader {
  const scheme = endpoint.labels ?? SCHEMES.cadvisor;
  const text = everyContainer({ scheme, matchers: endpoint.matchers });
  const patient = { ...endpoint, timeoutMs: WITHIN_MS };
  return {
    async peaks(signal) {
      const now = clock.now();
      const query = { query: text, endSeconds: now / SECOND, lengthMs: LENGTH_MS, stepSeconds: STEP_SECONDS };
      try {
        return known(
          (await queryRange(patient, query, signal)).flatMap((series) => peakIn(series, scheme)),
          'Prometheus, hourly samples of 7 days',
          now,
        );
      } catch (error) {
        if (error instanceof PrometheusProblem) return unavailable(error.message);
        throw error;
      }
    },
  };
}

function peakIn({ labels, points }: Series, scheme: LabelScheme): readonly ContainerUse[] {
  const [namespace, pod, container] = [labels[scheme.namespace], labels[scheme.pod], labels[scheme.container]];
  const highest = points.toSorted((a, b) => b.bytes - a.bytes)[0];
  if (namespace === undefined || pod === undefined || container === undefined || highest === undefined) return [];
  return [{ namespace, pod, container, bytes: highest.bytes }];
}
