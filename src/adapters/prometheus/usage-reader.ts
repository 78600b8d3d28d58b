// Memory over time from Prometheus and what speaks its language. Two plain range queries: the pod finely over the last hour, and all replicas coarsely
// over the last days. Peaks and percentiles are computed here, so that a test can check them.

import type { Usage } from '../../domain/evidence.ts';
import type { Piece } from '../../domain/piece.ts';
import { known, unavailable } from '../../domain/piece.ts';
import type { Instant } from '../../domain/time.ts';
import { DAY, HOUR, SECOND } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EvidenceSubject, UsageReader } from '../../ports/evidence-reader.ts';
import type { PrometheusEndpoint } from './query-range.ts';
import { PrometheusProblem, queryRange } from './query-range.ts';
import { podSelector, replicaSelector } from './selector.ts';
import { summarise } from './summarise.ts';

export type PrometheusUsageOptions = PrometheusEndpoint & { readonly clock: Clock };

const SOURCE = 'Prometheus';
/** Scrapes come every 15 to 60 s. An hour of them is also what the chart draws. */
const FINE = { lengthMs: HOUR, stepSeconds: 15 } as const;
/** Prometheus keeps 15 days unless told otherwise; a week shows every weekday once. */
const COARSE = { lengthMs: 7 * DAY, stepSeconds: 300 } as const;

export function createPrometheusUsage(options: PrometheusUsageOptions): UsageReader {
  return {
    async read(subject, signal) {
      try {
        return await readUsage(options, subject, signal);
      } catch (error) {
        if (error instanceof PrometheusProblem) return unavailable(error.message);
        throw error;
      }
    },
  };
}

async function readUsage(options: PrometheusUsageOptions, subject: EvidenceSubject, signal: AbortSignal): Promise<Piece<Usage>> {
  const endSeconds = endOf(subject, options.clock.now());
  const [fine, coarse] = await Promise.all([
    queryRange(options, { query: podSelector(subject), endSeconds, ...FINE }, signal),
    queryRange(options, { query: replicaSelector(subject), endSeconds, ...COARSE }, signal),
  ]);
  const usage = summarise({ pod: subject.ref.pod, fine, coarse, stepSeconds: FINE.stepSeconds });
  return usage === undefined
    ? unavailable(`${SOURCE} has no samples of this container`)
    : known(usage, SOURCE, options.clock.now());
}

/** Up to the kill: what came after it belongs to the next run. */
function endOf({ kill }: EvidenceSubject, now: Instant): number {
  return (kill?.finishedAt ?? kill?.seenAt ?? now) / SECOND;
}
