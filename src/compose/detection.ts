// The roles that find kills: the watcher, once for a cluster, and the agent, once on each node.

import { createWatch } from '../../handlers/watch.ts';
import { createWatchCounter } from '../../handlers/watch-counter.ts';
import { createWatchEvent } from '../../handlers/watch-event.ts';
import { createWatchKernel } from '../../handlers/watch-kernel.ts';
import { startSchedule } from '../adapters/cron/schedule.ts';
import type { NodeAgent } from '../adapters/kernel/node-agent.ts';
import { createNodeAgent } from '../adapters/kernel/node-agent.ts';
import { createEventWatcher } from '../adapters/kubernetes/event-watcher.ts';
import { createPodWatcher } from '../adapters/kubernetes/pod-watcher.ts';
import { readOomCounterRises } from '../adapters/prometheus/oom-counters.ts';
import { redisKernelLogPositions } from '../adapters/redis/kernel-log-positions.ts';
import type { Config } from '../config.ts';
import type { Rules } from '../config-file.ts';
import { MINUTE, SECOND } from '../domain/time.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Cluster, Stores, Telemetry } from './parts.ts';
import { systemClock } from './parts.ts';

export type Detecting = {
  readonly config: Config;
  readonly rules: Rules;
  readonly stores: Stores;
  readonly cluster: Cluster;
  readonly telemetry: Telemetry;
  readonly lifecycle: Lifecycle;
};

export type Watcher = { connected(): boolean };

/** Reading a pod that an Event names. */
const FIND_WITHIN_MS = 10 * SECOND;
/** Each looks back further than the last one is ago: a rise keeps its identity, so that nothing is told twice. */
const COUNTERS_EVERY = '30 * * * * *';
const COUNTERS_WINDOW_MS = 10 * MINUTE;
const COUNTERS_WITHIN_MS = 30 * SECOND;

export async function startWatcher(detecting: Detecting): Promise<Watcher> {
  const { config, rules, stores, cluster, telemetry, lifecycle } = detecting;
  const ports = { ...stores, ...telemetry, clock: systemClock, pods: cluster.pods };
  const settings = { reportWithin: rules.reportWithin, cluster: cluster.name };
  const watchEvent = createWatchEvent(ports, settings);
  const common = {
    connection: cluster.connection,
    namespaces: config.namespaces,
    excluded: config.excludedNamespaces,
    ...telemetry,
    random: Math.random,
  };
  const pods = createPodWatcher({ ...common, cluster: cluster.name, onPod: createWatch(ports, settings) });
  const events = createEventWatcher({
    ...common,
    onEvent: (event, { initial }) => watchEvent(event, { initial, signal: AbortSignal.timeout(FIND_WITHIN_MS) }),
  });
  lifecycle.onStop('watcher', async () => {
    await Promise.all([pods.stop(), events.stop()]);
  });
  // Few kills show in Events alone: what is wrong with them holds nothing up.
  events.start().catch((error: unknown) => telemetry.log.debug('the event watcher stopped', { error }));
  startCounters(detecting, createWatchCounter(ports, settings));
  await pods.start();
  return { connected: () => pods.connected() };
}

function startCounters(
  { stores, cluster, telemetry, lifecycle }: Detecting,
  watchCounter: ReturnType<typeof createWatchCounter>,
): void {
  const { prometheus } = cluster;
  if (prometheus === undefined) return;
  const read = async (): Promise<void> => {
    const signal = AbortSignal.timeout(COUNTERS_WITHIN_MS);
    const rises = await readOomCounterRises(prometheus, { now: systemClock.now(), lengthMs: COUNTERS_WINDOW_MS }, signal);
    for (const rise of rises) await watchCounter(rise, signal);
  };
  const schedule = startSchedule({
    expression: COUNTERS_EVERY,
    timezone: 'UTC',
    name: `oom-counters.${cluster.name}`,
    run: read,
    lock: stores.lock,
    lockMs: COUNTERS_WITHIN_MS,
    log: telemetry.log,
  });
  lifecycle.onStop('OOM counters', () => schedule.stop());
}

export async function startNodeAgent(detecting: Detecting): Promise<NodeAgent> {
  const { config, rules, stores, cluster, telemetry, lifecycle } = detecting;
  const node = config.nodeName;
  if (node === undefined) throw new Error('NODE_NAME is not set');
  const ports = { ...stores, ...telemetry, clock: systemClock, pods: cluster.pods };
  const watch = createWatchKernel(ports, { reportWithin: rules.reportWithin, cluster: cluster.name, node });
  const agent = createNodeAgent({
    node,
    positions: redisKernelLogPositions({ client: stores.connection.client, cluster: cluster.name }),
    clock: systemClock,
    log: telemetry.log,
    onReport: (report) => watch.note(report),
    onSettled: async (report, signal) => {
      const outcome = await watch.settle(report, signal);
      telemetry.log.debug('kernel report settled', { outcome, key: report.key });
    },
  });
  lifecycle.onStop('node agent', () => agent.stop());
  await agent.start();
  return agent;
}
