// Memory over time from Prometheus and what speaks its language, in three range queries: the pod's containers finely over the last hour, all replicas by
// the highest of every five minutes over a week, and by the highest of every hour over four weeks. The last is a bonus: where it takes too long, the
// others stand alone. Percentiles and daily peaks are computed here, so that a test can check them.

import type { Piece } from '../../domain/base/piece.ts';
import { known, late, unavailable } from '../../domain/base/piece.ts';
import type { Instant } from '../../domain/base/time.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../domain/base/time.ts';
import type { Usage } from '../../domain/evidence/evidence.ts';
import { happenedAt, livedFor } from '../../domain/kill/oom-kill.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EvidenceSubject, UsageReader } from '../../ports/evidence-reader.ts';
import type { PrometheusEndpoint } from './endpoint.ts';
import type { LabelScheme } from './label-scheme.ts';
import type { Series } from './query-range.ts';
import { PrometheusProblem, queryRange } from './query-range.ts';
import type { Naming } from './selector.ts';
import { podSelector, replicaSelector } from './selector.ts';
import { summarise } from './summarise.ts';

export type PrometheusUsageOptions = { readonly endpoint: PrometheusEndpoint; readonly clock: Clock };

const SOURCE = 'Prometheus';
/** Scrapes come every 15 to 60 s. An hour of them is also what the chart draws. */
const FINE = { lengthMs: HOUR, stepSeconds: 15 } as const;
/** A life of minutes would be only a few steps of that, and some scrape more often. */
const FINEST = { lengthMs: HOUR, stepSeconds: 5 } as const;
const SHORT_LIFE_MS = 10 * MINUTE;
/** A week shows every weekday once. */
const COARSE = { lengthMs: 7 * DAY, stepSeconds: 300 } as const;
/** Prometheus keeps 15 days unless told otherwise; some keep more. */
const LONG = { lengthMs: 28 * DAY, stepSeconds: 3600 } as const;
const LONG_WITHIN_MS = 1500;

type Reading = { readonly subject: EvidenceSubject; readonly endSeconds: number; readonly signal: AbortSignal };

export function createPrometheusUsage(options: PrometheusUsageOptions): UsageReader {
  const { endpoint, clock } = options;
  const { labels } = endpoint;
  return {
    async read(subject, signal) {
      const reading = { subject, endSeconds: endOf(subject, clock.now()), signal };
      try {
        for (const scheme of labels.candidates(clock.now())) {
          const usage = await readUsage(endpoint, scheme, reading);
          if (usage === undefined) continue;
          labels.found(scheme);
          return known(usage, SOURCE, clock.now());
        }
        return unavailable(`${SOURCE} has no samples of this container`);
      } catch (error) {
        if (error instanceof PrometheusProblem) return refused(error);
        throw error;
      }
    },
  };
}

function refused({ message, late: again }: PrometheusProblem): Piece<Usage> {
  return again ? late(message) : unavailable(message);
}

async function readUsage(endpoint: PrometheusEndpoint, scheme: LabelScheme, reading: Reading): Promise<Usage | undefined> {
  const { subject, endSeconds, signal } = reading;
  const naming: Naming = { scheme, matchers: endpoint.matchers };
  const replicas = replicaSelector(naming, subject);
  const lived = subject.kill === undefined ? undefined : livedFor(subject.kill);
  const steps = lived !== undefined && lived < SHORT_LIFE_MS ? FINEST : FINE;
  const [fine, coarse, long] = await Promise.all([
    queryRange(endpoint, { query: podSelector(naming, subject), endSeconds, ...steps }, signal),
    queryRange(
      endpoint,
      { query: `max by (${scheme.pod}, id) (max_over_time(${replicas}[${COARSE.stepSeconds}s]))`, endSeconds, ...COARSE },
      signal,
    ),
    longPeaks(endpoint, `max(max_over_time(${replicas}[${LONG.stepSeconds}s]))`, reading),
  ]);
  const { pod, podUid, container } = subject.ref;
  const isJob = subject.kill?.controller?.kind === 'Job';
  return summarise({ scheme, pod, podUid, container, fine, coarse, long, stepSeconds: steps.stepSeconds, isJob });
}

async function longPeaks(
  endpoint: PrometheusEndpoint,
  query: string,
  { endSeconds, signal }: Reading,
): Promise<readonly Series[]> {
  try {
    const limited = { ...endpoint, timeoutMs: Math.min(endpoint.timeoutMs, LONG_WITHIN_MS) };
    return await queryRange(limited, { query, endSeconds, ...LONG }, signal);
  } catch (error) {
    if (error instanceof PrometheusProblem) return [];
    throw error;
  }
}

/** Up to the kill: what came after it belongs to the next run. */
function endOf({ kill }: EvidenceSubject, now: Instant): number {
  return (kill === undefined ? now : happenedAt(kill)) / SECOND;
}
