// What is not there at the start, each said once with what it costs: rights, watched namespaces, Prometheus. Asked beside the start, which it neither stops nor
// holds up: the messages that it affects say it again.

import { absentNamespaces } from '../adapters/kubernetes/client/absent-namespaces.ts';
import type { Purpose } from '../adapters/kubernetes/client/capabilities.ts';
import { checkRights, EVERY_PURPOSE } from '../adapters/kubernetes/client/capabilities.ts';
import { prometheusAnswers } from '../adapters/prometheus/answers.ts';
import type { Config } from '../config/load.ts';
import { SECOND } from '../domain/base/time.ts';
import { timeoutAfter } from '../ports/timers.ts';
import type { Cluster } from './parts.ts';
import { systemClock } from './parts.ts';

/** What each role does in the cluster, and so which rights it has to have. */
const PURPOSES = {
  watcher: ['watch'],
  worker: ['explain', 'write'],
  slack: ['explain'],
  'node-agent': ['agent'],
  all: EVERY_PURPOSE,
} as const satisfies Record<Config['role'], readonly Purpose[]>;

const PROMETHEUS_WITHIN_MS = 3 * SECOND;

export type Looking = {
  readonly config: Pick<Config, 'role' | 'namespaces' | 'excludedNamespaces'>;
  readonly cluster: Pick<Cluster, 'connection' | 'prometheus'>;
  readonly signal: AbortSignal;
};

/** Never rejects. */
export async function whatIsMissing(looking: Looking): Promise<readonly string[]> {
  const found = await Promise.all([rights(looking), namespaces(looking), prometheus(looking)]);
  return found.flat();
}

async function rights({ config, cluster, signal }: Looking): Promise<readonly string[]> {
  const purposes = PURPOSES[config.role];
  const asked = await checkRights({ connection: cluster.connection, purposes, namespaces: config.namespaces, signal });
  return asked.filter(({ allowed }) => !allowed).map(({ what, effect }) => `the cluster does not allow to ${what}: ${effect}`);
}

async function namespaces({ config, cluster: { connection }, signal }: Looking): Promise<readonly string[]> {
  const absent = await absentNamespaces({ connection, names: [...config.namespaces, ...config.excludedNamespaces], signal });
  return absent.map((name) =>
    config.excludedNamespaces.includes(name)
      ? `WATCH_NAMESPACES: the cluster has no namespace ${name}, so !${name} leaves nothing out`
      : `WATCH_NAMESPACES: the cluster has no namespace ${name}, so no kill is seen there until it has`,
  );
}

async function prometheus({ cluster: { prometheus: endpoint }, signal }: Looking): Promise<readonly string[]> {
  if (endpoint === undefined) return [];
  const within = AbortSignal.any([signal, timeoutAfter(PROMETHEUS_WITHIN_MS)]);
  const { answers, words } = await prometheusAnswers(endpoint, systemClock.now(), within);
  // Who stops meanwhile has not waited long enough to say anything.
  if (answers || signal.aborted) return [];
  return [`PROMETHEUS_URL ${endpoint.url.host}: ${words}; until it answers there is no memory over time`];
}
