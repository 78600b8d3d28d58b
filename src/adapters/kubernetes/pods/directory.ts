// What runs, read in pages and kept for some seconds: names, places, limits and restarts of every pod of the watched namespaces. A page is looked at
// and let go before the next one comes. At most 20,000 pods.

import type { Piece } from '../../../domain/base/piece.ts';
import type { PodContainer, PodFacts } from '../../../domain/base/pod.ts';
import { effectiveLimit } from '../../../domain/base/pod.ts';
import type { Instant } from '../../../domain/base/time.ts';
import { SECOND } from '../../../domain/base/time.ts';
import type { NodeFacts, NodeLoad } from '../../../domain/evidence/evidence.ts';
import type { ContainerEntry, PodEntry, WorkloadName } from '../../../domain/query/directory.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Directory, Listing } from '../../../ports/directory.ts';
import { PermanentError } from '../../../ports/fault.ts';
import { timeoutAfter } from '../../../ports/timers.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { refusalCode } from '../client/faults.ts';
import { namespacedPages } from '../client/pages.ts';
import { piece } from '../client/reading.ts';
import { readNode } from '../evidence/node.ts';
import { readNodePods } from '../evidence/node-pods.ts';
import { projectPod } from './pod-facts.ts';

export type DirectoryOptions = {
  readonly connection: ClusterConnection;
  readonly cluster: string;
  /** Empty: all of them. */
  readonly namespaces: readonly string[];
  readonly excluded: readonly string[];
  readonly clock: Clock;
};

const KEPT_MS = 10 * SECOND;
const READ_WITHIN_MS = 20 * SECOND;
const MOST_PODS = 20_000;
const NODE_TIMEOUT_MS = 2500;

export function createDirectory(options: DirectoryOptions): Directory {
  let kept: { readonly at: number; readonly listing: Promise<Listing> } | undefined;
  return {
    pods(_signal, fresh = false) {
      if (!fresh && kept !== undefined && performance.now() - kept.at < KEPT_MS) return kept.listing;
      // Those who ask meanwhile wait for the same reading, which outlives who began it; one that failed is not kept.
      const listing = readAll(options, timeoutAfter(READ_WITHIN_MS));
      const mine = { at: performance.now(), listing };
      kept = mine;
      listing.catch(() => {
        if (kept === mine) kept = undefined;
      });
      return listing;
    },
    node: (name, signal) => nodeFacts(options, name, signal),
    nodeLoad: (name, signal) => nodeLoad(options, name, signal),
  };
}

function nodeFacts({ connection, clock }: DirectoryOptions, name: string, signal: AbortSignal): Promise<Piece<NodeFacts>> {
  return piece(
    { clock, signal, timeoutMs: NODE_TIMEOUT_MS },
    {
      what: 'the node',
      source: 'node status',
      read: async (limited) => (await readNode(connection, { name, at: clock.now() }, limited)).facts,
    },
  );
}

function nodeLoad({ connection, cluster, clock }: DirectoryOptions, node: string, signal: AbortSignal): Promise<Piece<NodeLoad>> {
  return piece(
    { clock, signal, timeoutMs: NODE_TIMEOUT_MS },
    {
      what: 'the pods of the node',
      source: 'pods of the node',
      read: (limited) => readNodePods(connection, { node, cluster, podUid: '', at: clock.now() }, limited),
    },
  );
}

async function readAll({ connection, cluster, namespaces, excluded }: DirectoryOptions, signal: AbortSignal): Promise<Listing> {
  const pods: PodEntry[] = [];
  try {
    for await (const items of namespacedPages(connection, { api: '/api/v1', resource: 'pods', namespaces }, signal)) {
      pods.push(...items.flatMap((item) => entriesIn(item, cluster)).filter(({ namespace }) => !excluded.includes(namespace)));
      if (pods.length > MOST_PODS) return { pods: pods.slice(0, MOST_PODS), truncated: true };
    }
  } catch (error) {
    if (refusalCode(error) !== 403) throw error;
    throw new PermanentError('no right to list pods (RBAC)', { code: 'OOM_CLUSTER_DENIED', cause: error });
  }
  return { pods, truncated: false };
}

/** None when it is no pod that can be read. */
function entriesIn(item: unknown, cluster: string): readonly PodEntry[] {
  const projected = projectPod(item, cluster);
  return projected.kind === 'pod' ? [entryOf(projected.pod)] : [];
}

function entryOf(pod: PodFacts): PodEntry {
  return {
    namespace: pod.namespace,
    name: pod.name,
    node: pod.node,
    phase: pod.phase,
    workload: workloadOf(pod),
    containers: pod.containers.map((container) => containerOf(pod, container)),
  };
}

function containerOf(pod: PodFacts, container: PodContainer): ContainerEntry {
  return {
    name: container.name,
    role: container.role,
    limit: effectiveLimit(pod, container)?.bytes,
    request: (container.inForce?.request ?? container.resources.request)?.bytes,
    restartCount: container.restartCount,
    lastOomAt: lastOom(container),
  };
}

function lastOom({ state, lastState }: PodContainer): Instant | undefined {
  return [state, lastState].flatMap((end) =>
    end?.kind === 'terminated' && end.reason === 'OOMKilled' && end.finishedAt !== undefined ? [end.finishedAt] : [],
  )[0];
}

/** By the names controllers give: a ReplicaSet is its Deployment's name and the template's hash, a CronJob's Job ends with the minute it was due. */
function workloadOf({ namespace, name, controller, labels, annotations }: PodFacts): WorkloadName {
  if (controller === undefined || controller.kind === 'Node') return { namespace, kind: 'Pod', name };
  const hash = labels['pod-template-hash'];
  if (controller.kind === 'ReplicaSet' && hash !== undefined && controller.name.endsWith(`-${hash}`)) {
    return { namespace, kind: 'Deployment', name: controller.name.slice(0, -hash.length - 1) };
  }
  const due = annotations['batch.kubernetes.io/cronjob-scheduled-timestamp'];
  if (controller.kind === 'Job' && due !== undefined) {
    return { namespace, kind: 'CronJob', name: controller.name.replace(/-[0-9]{6,}$/, '') };
  }
  return { namespace, kind: controller.kind, name: controller.name };
}
