// Metrics for Prometheus, each with its help text and its bounded labels.

import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Counter as CounterName, Level, Meter, Timing } from '../../ports/meter.ts';

type Described = { readonly help: string; readonly labels: readonly string[] };

const COUNTERS = {
  headroom_kills_total: { help: 'Kills claimed, by outcome and by how they were found.', labels: ['outcome', 'how'] },
  headroom_pods_scanned_total: { help: 'Pod objects read from the list and watch streams.', labels: [] },
  headroom_pods_malformed_total: { help: 'Pod objects that could not be read.', labels: [] },
  headroom_events_malformed_total: { help: 'Event objects that could not be read.', labels: [] },
  headroom_kernel_reports_total: { help: 'Kills read from the kernel’s log, by whose limit was reached.', labels: ['scope'] },
  headroom_watch_restarts_total: { help: 'Times a watch began anew, by what it watches and why.', labels: ['what', 'reason'] },
  headroom_jobs_total: { help: 'Jobs run, by step and outcome.', labels: ['step', 'outcome'] },
  headroom_slack_calls_total: { help: 'Calls of Slack, by method and outcome.', labels: ['method', 'outcome'] },
  headroom_messages_undeliverable_total: { help: 'Messages that could not be delivered, by why.', labels: ['reason'] },
  headroom_messages_moved_total: { help: 'Threads moved to the fallback channel because their own cannot be used.', labels: [] },
  headroom_storms_total: { help: 'Storms told as one message instead of one for each incident.', labels: [] },
  headroom_proposals_total: { help: 'Proposals asked for, by outcome.', labels: ['outcome'] },
  headroom_decisions_total: { help: 'Decisions tried, by outcome.', labels: ['outcome'] },
  headroom_rules_loads_total: { help: 'Times headroom.yaml was read and had changed, by outcome.', labels: ['outcome'] },
  headroom_verdicts_total: { help: 'Changes closed, by verdict.', labels: ['verdict'] },
} as const satisfies Record<CounterName, Described>;

const TIMINGS = {
  headroom_step_duration_seconds: { help: 'How long a step took.', labels: ['step'] },
  headroom_kill_to_post_seconds: { help: 'From the watcher seeing a kill to Slack having its message.', labels: [] },
  headroom_slack_call_duration_seconds: { help: 'How long a call of Slack took.', labels: ['method'] },
} as const satisfies Record<Timing, Described>;

const LEVELS = {
  headroom_watch_connected: { help: '1 while the watch stream is open, by what it watches.', labels: ['what'] },
  headroom_watch_leading: {
    help: '1 while this process leads the watch of its cluster, or watches without a Lease; 0 while it stands by.',
    labels: [],
  },
  headroom_queue_jobs: { help: 'Jobs that wait or run, by step.', labels: ['step'] },
  headroom_slack_connections: { help: 'Live Socket Mode connections.', labels: [] },
} as const satisfies Record<Level, Described>;

/** Seconds: from a local round trip to a job that waited for a rate limit. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export type Metrics = { readonly meter: Meter; readonly registry: Registry };

export function createMetrics(): Metrics {
  const registry = new Registry();
  const described = <Name extends string>(name: Name, { help, labels }: Described) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  });
  const counters = mapValues(COUNTERS, (name, description) => new Counter(described(name, description)));
  const timings = mapValues(TIMINGS, (name, description) => new Histogram({ ...described(name, description), buckets: BUCKETS }));
  const levels = mapValues(LEVELS, (name, description) => new Gauge(described(name, description)));
  return {
    registry,
    meter: {
      count: (counter, labels = {}, by = 1) => counters.get(counter)?.inc(labels, by),
      time: (timing, seconds, labels = {}) => timings.get(timing)?.observe(labels, seconds),
      set: (level, value, labels = {}) => levels.get(level)?.set(labels, value),
    },
  };
}

function mapValues<Name extends string, Made>(
  table: Readonly<Record<Name, Described>>,
  make: (name: string, description: Described) => Made,
): ReadonlyMap<string, Made> {
  return new Map(Object.entries<Described>(table).map(([name, description]) => [name, make(name, description)]));
}
