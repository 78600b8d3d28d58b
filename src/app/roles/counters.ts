// The counters of OOM kills in Prometheus, looked at each minute by whoever leads the watch.

import type { createWatchCounter } from '../../../handlers/detect/oom-counter.ts';
import type { Schedule } from '../../adapters/cron/schedule.ts';
import { startSchedule } from '../../adapters/cron/schedule.ts';
import type { PrometheusEndpoint } from '../../adapters/prometheus/endpoint.ts';
import { readOomCounterRises } from '../../adapters/prometheus/oom-counters.ts';
import type { Rules } from '../../config/rules/rules.ts';
import type { Instant } from '../../domain/base/time.ts';
import { DAY, MINUTE, SECOND } from '../../domain/base/time.ts';
import { timeoutAfter } from '../../ports/timers.ts';
import type { Cluster, Stores, Telemetry } from '../parts.ts';
import { systemClock } from '../parts.ts';

/** Each looks back further than the last one is ago: a rise keeps its identity, so that nothing is told twice. */
const COUNTERS_EVERY = '30 * * * * *';
const COUNTERS_WINDOW_MS = 10 * MINUTE;
/** Prometheus answers with at most 11,000 points for each series. */
const MOST_COUNTERS_WINDOW_MS = DAY;
const COUNTERS_WITHIN_MS = 30 * SECOND;

type WatchCounter = ReturnType<typeof createWatchCounter>;

export type Counting = {
  readonly rules: Pick<Rules, 'reportWithin'>;
  readonly stores: Pick<Stores, 'lock'>;
  readonly cluster: Pick<Cluster, 'name' | 'prometheus'>;
  readonly telemetry: Pick<Telemetry, 'log'>;
};

export function startCounters({ rules, stores, cluster, telemetry }: Counting, watchCounter: WatchCounter): Schedule | undefined {
  const { prometheus } = cluster;
  if (prometheus === undefined) return undefined;
  return startSchedule({
    expression: COUNTERS_EVERY,
    timezone: 'UTC',
    name: `oom-counters.${cluster.name}`,
    run: createCounterLook({ prometheus, watchCounter, reportWithin: rules.reportWithin }),
    lock: stores.lock,
    lockMs: COUNTERS_WITHIN_MS,
    log: telemetry.log,
  });
}

export type CounterLook = {
  readonly prometheus: PrometheusEndpoint;
  readonly watchCounter: WatchCounter;
  readonly reportWithin: number;
};

export function createCounterLook({ prometheus, watchCounter, reportWithin }: CounterLook) {
  // The first look goes back to what happened while nobody watched.
  let lengthMs = Math.min(MOST_COUNTERS_WINDOW_MS, Math.max(COUNTERS_WINDOW_MS, reportWithin));
  // Leaves when asked to: a watcher that has lost its Lease still counts as leading until this has ended.
  return async function look(_dueAt: Instant, leave: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([leave, timeoutAfter(COUNTERS_WITHIN_MS)]);
    const rises = await readOomCounterRises(prometheus, { now: systemClock.now(), lengthMs }, signal);
    // One that cannot be told (its pod cannot be read) must not hide the others; the next look brings it again.
    const told = await Promise.allSettled(rises.map((rise) => watchCounter(rise, signal)));
    const failed = told.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    lengthMs = COUNTERS_WINDOW_MS;
  };
}
