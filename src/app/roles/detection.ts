// The roles that find kills: the watcher, once for a cluster, and the agent, once on each node.

import { randomUUID } from 'node:crypto';
import { createWatchEvent } from '../../../handlers/detect/event.ts';
import { createWatchKernel } from '../../../handlers/detect/kernel-report.ts';
import { createWatchCounter } from '../../../handlers/detect/oom-counter.ts';
import { createRecentClaims, createWatch } from '../../../handlers/detect/pod.ts';
import type { Schedule } from '../../adapters/cron/schedule.ts';
import type { NodeAgent } from '../../adapters/kernel/node-agent.ts';
import { createNodeAgent } from '../../adapters/kernel/node-agent.ts';
import { createElection } from '../../adapters/kubernetes/lease/election.ts';
import { createEventWatcher } from '../../adapters/kubernetes/watch/event-watcher.ts';
import type { PodWatcher } from '../../adapters/kubernetes/watch/pod-watcher.ts';
import { createPodWatcher } from '../../adapters/kubernetes/watch/pod-watcher.ts';
import { aborted, endedSoon } from '../../adapters/pause.ts';
import { redisKernelLogPositions } from '../../adapters/redis/kernel-log-positions.ts';
import { followServer } from '../../adapters/redis/server-change.ts';
import type { Config } from '../../config/load.ts';
import type { Rules } from '../../config/rules/rules.ts';
import { SECOND } from '../../domain/base/time.ts';
import type { Standing } from '../../domain/coverage/presence.ts';
import { COVERED_MS, scopesOf } from '../../domain/coverage/watched.ts';
import { timeoutAfter } from '../../ports/timers.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Cluster, Stores, Telemetry } from '../parts.ts';
import { systemClock } from '../parts.ts';
import { startCounters } from './counters.ts';
import { keepRecord } from './keep-record.ts';

export type Detecting = {
  readonly config: Config;
  readonly rules: Rules;
  readonly stores: Stores;
  readonly cluster: Cluster;
  readonly telemetry: Telemetry;
  readonly lifecycle: Lifecycle;
};

export type Watcher = { connected(): boolean; standing(): Standing };

/** Reading a pod that an Event names. */
const FIND_WITHIN_MS = 10 * SECOND;
/** Named by the watcher's Role, too. */
const LEASE = 'headroom-watcher';

/** Watches alone, or takes its turn with others like it. Resolves when everything there was has been read once, or when it stands by. */
export async function startWatcher(detecting: Detecting): Promise<Watcher> {
  const { config, cluster, telemetry, lifecycle } = detecting;
  const { leaseNamespace } = config;
  if (leaseNamespace === undefined) {
    const watch = openWatch(detecting);
    lifecycle.onStopWork('watcher', () => watch.stop());
    telemetry.meter.set('headroom_watch_leading', 1);
    await watch.start();
    return { connected: () => watch.connected(), standing: () => 'alone' };
  }
  let current: Watch | undefined;
  let read: Promise<void> | undefined;
  const election = createElection({
    connection: cluster.connection,
    namespace: leaseNamespace,
    name: LEASE,
    // Two processes of one name, one after the other or not, are never taken for the same.
    identity: `${config.identity}_${randomUUID()}`,
    now: systemClock.now,
    ticks: () => performance.now(),
    random: Math.random,
    ...telemetry,
    async lead(signal) {
      const watch = openWatch(detecting);
      current = watch;
      read = watch.start();
      read.catch((error: unknown) => telemetry.log.debug('the watcher stopped', { error }));
      await aborted(signal);
      current = undefined;
      await watch.stop();
    },
  });
  lifecycle.onStopWork('watcher', () => election.stop());
  await election.start();
  // Ended before everything was read: another process leads now, and this one stands by.
  await read?.catch(() => undefined);
  return {
    connected: () => election.standing() === 'standing-by' || current?.connected() === true,
    standing: () => election.standing(),
  };
}

type Watch = Pick<Watcher, 'connected'> & { start(): Promise<void>; stop(): Promise<void> };

/** The streams and the counters of one term. */
function openWatch(detecting: Detecting): Watch {
  const { config, stores, cluster, telemetry } = detecting;
  const ports = { ...stores, ...telemetry, clock: systemClock, pods: cluster.pods };
  const settings = watchSettings(detecting);
  const watchEvent = createWatchEvent(ports, settings);
  const common = {
    connection: cluster.connection,
    namespaces: config.namespaces,
    excluded: config.excludedNamespaces,
    ...telemetry,
    random: Math.random,
  };
  const claims = createRecentClaims();
  const pods = createPodWatcher({ ...common, cluster: cluster.name, onPod: createWatch(ports, settings, claims) });
  const events = createEventWatcher({
    ...common,
    onEvent: (event, { initial }) => watchEvent(event, { initial, signal: timeoutAfter(FIND_WITHIN_MS) }),
  });
  const server = followLoss(detecting, () => {
    claims.forget();
    pods.reread();
    events.reread();
  });
  let counters: Schedule | undefined;
  const record = recordOf(detecting, pods);
  return {
    connected: () => pods.connected(),
    async start() {
      // Few kills show in Events alone: what is wrong with them holds nothing up.
      events.start().catch((error: unknown) => telemetry.log.debug('the event watcher stopped', { error }));
      counters = startCounters(detecting, createWatchCounter(ports, settings));
      await pods.start();
    },
    async stop() {
      server.stop();
      // What a store that is away holds up is read anew by whoever watches next.
      await endedSoon([record.stop(), pods.stop(), events.stop(), ...(counters === undefined ? [] : [counters.stop()])]);
    },
  };
}

function watchSettings({ config, rules, cluster }: Detecting) {
  return {
    // Read again for each kill: headroom.yaml may have changed meanwhile.
    get reportWithin() {
      return rules.reportWithin;
    },
    cluster: cluster.name,
    watches: watchedBy(config),
  };
}

/** A failover may lose the newest claims: the kills that only this process remembers as claimed are then read again. */
function followLoss({ stores, telemetry }: Detecting, readAgain: () => void): ReturnType<typeof followServer> {
  return followServer({
    client: stores.connection.client,
    onChange(why) {
      telemetry.log.info('Redis may have lost what was claimed last; everything is read again', { why });
      readAgain();
    },
  });
}

function recordOf({ config, stores, cluster, telemetry }: Detecting, pods: PodWatcher): ReturnType<typeof keepRecord> {
  return keepRecord({
    record: stores.watched,
    scopes: scopesOf(cluster.name, { only: config.namespaces, excluded: config.excludedNamespaces }),
    // What is dead without a word, and has to be read anew, was not watched.
    watches: () => pods.connected() && pods.heardWithin(COVERED_MS),
    clock: systemClock,
    log: telemetry.log,
  });
}

/** Whose namespaces: kernels and counters know all of them. */
function watchedBy({ namespaces, excludedNamespaces }: Config): (namespace: string) => boolean {
  return (namespace) => (namespaces.length === 0 || namespaces.includes(namespace)) && !excludedNamespaces.includes(namespace);
}

export async function startNodeAgent(detecting: Detecting): Promise<NodeAgent> {
  const { config, rules, stores, cluster, telemetry, lifecycle } = detecting;
  const node = config.nodeName;
  if (node === undefined) throw new Error('NODE_NAME is not set');
  const ports = { ...stores, ...telemetry, clock: systemClock, pods: cluster.pods };
  const settings = { reportWithin: rules.reportWithin, cluster: cluster.name, node, watches: watchedBy(config) };
  const watch = createWatchKernel(ports, settings);
  const agent = createNodeAgent({
    node,
    positions: redisKernelLogPositions({ client: stores.connection.client, cluster: cluster.name }),
    clock: systemClock,
    log: telemetry.log,
    onReport: (report) => watch.note(report),
    onMissed: async (missed, at, signal) => {
      const outcome = await watch.missed(missed, at, signal);
      telemetry.log.debug('a kill that the kernel log does not name', { outcome, ...missed });
    },
    onSettled: async (report, signal) => {
      const outcome = await watch.settle(report, signal);
      telemetry.log.debug('kernel report settled', { outcome, key: report.key });
    },
  });
  lifecycle.onStopWork('node agent', () => agent.stop());
  await agent.start();
  return agent;
}
