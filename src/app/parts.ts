// Everything a process needs to run its roles, built once: connections, stores, readers. No work happens here; see roles.ts.

import { randomUUID } from 'node:crypto';
import type { ClusterConnection } from '../adapters/kubernetes/client/connection.ts';
import { connectCluster } from '../adapters/kubernetes/client/connection.ts';
import { gently, inTurn } from '../adapters/kubernetes/client/gentle.ts';
import { createNamespaces } from '../adapters/kubernetes/client/namespaces.ts';
import { createWorkloadEditor } from '../adapters/kubernetes/editor/workload-editor.ts';
import { createEvidenceReader } from '../adapters/kubernetes/evidence/evidence-reader.ts';
import { createDirectory } from '../adapters/kubernetes/pods/directory.ts';
import { createMetricsUsage } from '../adapters/kubernetes/pods/metrics-usage.ts';
import { createMetricsUse } from '../adapters/kubernetes/pods/metrics-use.ts';
import { createPodFinder } from '../adapters/kubernetes/pods/pod-finder.ts';
import { createBoundsReader } from '../adapters/kubernetes/surroundings/bounds-reader.ts';
import { createSurroundingsReader } from '../adapters/kubernetes/surroundings/surroundings-reader.ts';
import type { PrometheusEndpoint } from '../adapters/prometheus/endpoint.ts';
import { connectPrometheus } from '../adapters/prometheus/endpoint.ts';
import { parseScheme } from '../adapters/prometheus/label-scheme.ts';
import { createPrometheusPeaks } from '../adapters/prometheus/peaks.ts';
import { createPrometheusUsage } from '../adapters/prometheus/usage-reader.ts';
import { createPrometheusUse } from '../adapters/prometheus/use-now.ts';
import type { RedisConnection } from '../adapters/redis/connection.ts';
import { connectRedis } from '../adapters/redis/connection.ts';
import type { RedisJobQueue } from '../adapters/redis/job-queue.ts';
import { redisJobQueue } from '../adapters/redis/job-queue.ts';
import { redisLock, redisOnce } from '../adapters/redis/once.ts';
import { redisPresenceBoard } from '../adapters/redis/presence-board.ts';
import { redisAudit } from '../adapters/redis/stores/audit.ts';
import { redisDigestTurns } from '../adapters/redis/stores/digest-turns.ts';
import { redisIncidentStore } from '../adapters/redis/stores/incident-store.ts';
import { redisKernelReports } from '../adapters/redis/stores/kernel-reports.ts';
import { redisKillIntake } from '../adapters/redis/stores/kill-intake.ts';
import { redisLedger } from '../adapters/redis/stores/ledger.ts';
import { redisMuteStore } from '../adapters/redis/stores/mute-store.ts';
import { redisProposalStore } from '../adapters/redis/stores/proposal-store.ts';
import { redisStormStore } from '../adapters/redis/stores/storm-store.ts';
import { redisWatchRecord } from '../adapters/redis/watch-record.ts';
import type { Config } from '../config/load.ts';
import { unavailable } from '../domain/base/piece.ts';
import { toInstant } from '../domain/base/time.ts';
import type { WatchedNamespaces } from '../domain/coverage/watched.ts';
import type { Audit, AuditKeeping } from '../ports/audit.ts';
import type { BoundsReader } from '../ports/bounds-reader.ts';
import type { Clock } from '../ports/clock.ts';
import type { DigestTurns } from '../ports/digest-turns.ts';
import type { Directory, UseReader } from '../ports/directory.ts';
import type { EvidenceReader, PodFinder, UsageReader } from '../ports/evidence-reader.ts';
import { firstKnownUsage } from '../ports/first-known-usage.ts';
import { firstKnownUse } from '../ports/first-known-use.ts';
import type { IncidentStore } from '../ports/incident-store.ts';
import type { KernelReports } from '../ports/kernel-reports.ts';
import type { Keys } from '../ports/keys.ts';
import type { KillIntake } from '../ports/kill-intake.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Lock } from '../ports/lock.ts';
import type { Log } from '../ports/log.ts';
import type { Meter } from '../ports/meter.ts';
import type { MuteStore } from '../ports/mute-store.ts';
import type { Namespaces } from '../ports/namespaces.ts';
import type { Once } from '../ports/once.ts';
import type { PeakReader } from '../ports/peak-reader.ts';
import type { PresenceBoard } from '../ports/presence.ts';
import type { ProposalStore } from '../ports/proposal-store.ts';
import type { StormStore } from '../ports/storm-store.ts';
import type { SurroundingsReader } from '../ports/surroundings-reader.ts';
import type { WatchRecord } from '../ports/watch-record.ts';
import type { WorkloadEditor } from '../ports/workload-editor.ts';
import type { ClusterPlace, RedisPlace } from './embedded/embedded.ts';
import type { Lifecycle } from './lifecycle.ts';

export const systemClock: Clock = { now: () => toInstant(Date.now()) };

export type Stores = {
  readonly connection: RedisConnection;
  readonly queue: RedisJobQueue;
  readonly intake: KillIntake;
  readonly kernel: KernelReports;
  readonly incidents: IncidentStore;
  readonly proposals: ProposalStore;
  readonly audit: Audit & AuditKeeping;
  readonly mutes: MuteStore;
  readonly storms: StormStore;
  readonly ledger: Ledger;
  readonly presence: PresenceBoard;
  readonly watched: WatchRecord;
  readonly turns: DigestTurns;
  readonly once: Once;
  readonly lock: Lock;
};

export type OpeningStores = { readonly log: Log; readonly lifecycle: Lifecycle; readonly seal?: Keys['seal'] | undefined };

export function openStores({ url }: RedisPlace, { log, lifecycle, seal: sealing }: OpeningStores): Stores {
  const seal = sealing?.kind === 'seal' ? sealing : undefined;
  const connection = connectRedis({ url, log });
  lifecycle.onStop('Redis connections', () => connection.close());
  const { client } = connection;
  const queue = redisJobQueue(connection);
  lifecycle.onStop('job queues', () => queue.close());
  return {
    connection,
    queue,
    intake: redisKillIntake({ client, queue }),
    kernel: redisKernelReports({ client }),
    incidents: redisIncidentStore({ client }),
    proposals: redisProposalStore({ client, seal }),
    audit: redisAudit({ client, log, seal }),
    mutes: redisMuteStore({ client, clock: systemClock }),
    storms: redisStormStore({ client }),
    ledger: redisLedger({ client, clock: systemClock }),
    presence: redisPresenceBoard({ client, clock: systemClock }),
    watched: redisWatchRecord({ client }),
    turns: redisDigestTurns({ client }),
    once: redisOnce({ client }),
    lock: redisLock({ client, newToken: randomUUID }),
  };
}

export type Cluster = {
  readonly connection: ClusterConnection;
  readonly name: string;
  readonly watchedNamespaces: WatchedNamespaces;
  readonly evidence: EvidenceReader;
  readonly usage: UsageReader;
  readonly pods: PodFinder;
  readonly directory: Directory;
  readonly namespaces: Namespaces;
  readonly use: UseReader;
  readonly peaks: PeakReader;
  readonly editor: WorkloadEditor;
  readonly surroundings: SurroundingsReader;
  readonly bounds: BoundsReader;
  readonly prometheus: PrometheusEndpoint | undefined;
  readonly usageWords: string;
};

export type Telemetry = { readonly log: Log; readonly meter: Meter };

const PROMETHEUS_TIMEOUT_MS = 5000;
/** What explanations read: a storm must not become the API server's storm. */
export const GENTLE = { mostAtOnce: 20, sharedMs: 1500, timeoutMs: 5000 } as const;

export function openCluster(
  config: Config,
  place: ClusterPlace,
  { log, lifecycle }: { readonly log: Log; readonly lifecycle: Lifecycle },
): Cluster {
  const connection = connectCluster(place.source);
  lifecycle.onStop('cluster connection', () => connection.close());
  const name = config.clusterName ?? place.name ?? nameOf(connection.contextName);
  const gentle = gently(connection, GENTLE);
  const prometheus = prometheusOf(config, place);
  if (prometheus !== undefined) lifecycle.onStop('Prometheus connection', () => prometheus.close());
  const { namespaces } = config;
  return {
    connection,
    name,
    watchedNamespaces: { only: namespaces, excluded: config.excludedNamespaces },
    evidence: createEvidenceReader({ connection: gentle, cluster: name, clock: systemClock, log }),
    ...memorySources(prometheus, { connection, gentle, namespaces }),
    pods: createPodFinder({ connection, cluster: name }),
    namespaces: createNamespaces({ connection, log }),
    directory: createDirectory({
      connection,
      cluster: name,
      namespaces,
      excluded: config.excludedNamespaces,
      clock: systemClock,
    }),
    editor: createWorkloadEditor({ connection: inTurn(connection, GENTLE), cluster: name, clock: systemClock, log }),
    surroundings: createSurroundingsReader({ connection, clock: systemClock }),
    bounds: createBoundsReader({ connection: gentle, clock: systemClock }),
  };
}

const NO_PEAKS: PeakReader = { peaks: async () => unavailable('no Prometheus is connected') };

type Asked = {
  readonly connection: ClusterConnection;
  readonly gentle: ClusterConnection;
  readonly namespaces: readonly string[];
};

/** What containers use: over time where there is a Prometheus, at this instant where there is not. */
function memorySources(
  prometheus: PrometheusEndpoint | undefined,
  { connection, gentle, namespaces }: Asked,
): Pick<Cluster, 'usage' | 'use' | 'peaks' | 'prometheus' | 'usageWords'> {
  const clock = systemClock;
  const instant = createMetricsUsage({ connection: gentle, clock });
  const instants = createMetricsUse({ connection, namespaces, clock });
  if (prometheus === undefined) {
    const usageWords = 'metrics.k8s.io only, one instant (set PROMETHEUS_URL for a history)';
    return { usage: firstKnownUsage([instant]), use: firstKnownUse([instants]), peaks: NO_PEAKS, prometheus, usageWords };
  }
  const source = { endpoint: prometheus, clock };
  return {
    usage: firstKnownUsage([createPrometheusUsage(source), instant]),
    use: firstKnownUse([instants, createPrometheusUse(source)]),
    peaks: createPrometheusPeaks(source),
    prometheus,
    usageWords: `Prometheus at ${prometheus.url.host}, else metrics.k8s.io`,
  };
}

function prometheusOf({ prometheus }: Config, place: ClusterPlace): PrometheusEndpoint | undefined {
  const url = prometheus?.url ?? place.prometheusUrl;
  if (url === undefined) return undefined;
  const { token, basic, tls, tenant, matchers, labels } = prometheus ?? {};
  const access = {
    ...{ url, tenant, matchers },
    token: token?.reveal(),
    basic: basic === undefined ? undefined : { user: basic.user, password: basic.password.reveal() },
    tls: tls === undefined ? undefined : { ...tls, key: tls.key?.reveal() },
    labels: labels === undefined ? undefined : parseScheme(labels),
  };
  return connectPrometheus(access, PROMETHEUS_TIMEOUT_MS);
}

/** A context's name made fit for CLUSTER_NAME's rules: "arn:aws:eks:…:cluster/prod" becomes "arn-aws-eks-cluster-prod" or so. */
function nameOf(context: string): string {
  const fit = context
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '')
    .slice(-63)
    .replace(/^[-.]+/, '');
  return fit === '' ? 'cluster' : fit;
}
