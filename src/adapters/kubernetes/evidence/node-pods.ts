// The pods of a node at the time of a kill: how much memory they were promised and allowed together, and which of them were killed too. Sizes in bytes.

import { z } from 'zod';
import type { Bytes } from '../../../domain/base/memory.ts';
import { toBytes } from '../../../domain/base/memory.ts';
import type { PodFacts } from '../../../domain/base/pod.ts';
import type { Instant } from '../../../domain/base/time.ts';
import type { NearbyKill, NodePods } from '../../../domain/evidence/evidence.ts';
import { isNear, MOST_NEARBY } from '../../../domain/evidence/nearby-kills.ts';
import { findKills } from '../../../domain/kill/oom-kill.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { expectShape } from '../client/faults.ts';
import { projectPod } from '../pods/pod-facts.ts';

const podList = z.object({ metadata: z.object({ continue: z.string().nullish() }).nullish(), items: z.array(z.unknown()) });

/** A kubelet runs 110 pods unless told otherwise, and at most a few hundred. */
const PAGE = 250;
const MOST_PAGES = 4;

export type NodePodsQuestion = {
  readonly node: string;
  readonly cluster: string;
  /** The killed pod, which is not its own neighbour. */
  readonly podUid: string;
  readonly at: Instant;
};

export async function readNodePods(
  connection: ClusterConnection,
  question: NodePodsQuestion,
  signal: AbortSignal,
): Promise<NodePods> {
  const raw = await listPods(connection, question.node, signal);
  const pods = raw.flatMap((item) => {
    const projected = projectPod(item, question.cluster);
    return projected.kind === 'malformed' ? [] : [projected.pod];
  });
  return summarisePods(pods, question);
}

async function listPods(connection: ClusterConnection, node: string, signal: AbortSignal): Promise<readonly unknown[]> {
  const path = '/api/v1/pods';
  const items: unknown[] = [];
  let next: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = { fieldSelector: `spec.nodeName=${node}`, limit: PAGE, continue: next };
    const read = expectShape(podList, await connection.json({ path, query, signal }), { path });
    items.push(...read.items);
    next = read.metadata?.continue || undefined;
    if (next === undefined) break;
  }
  return items;
}

function summarisePods(pods: readonly PodFacts[], question: Pick<NodePodsQuestion, 'podUid' | 'at'>): NodePods {
  const running = pods.filter(({ phase }) => phase !== 'Succeeded' && phase !== 'Failed');
  return {
    running: running.length,
    requested: sum(running.map((pod) => podSum(pod, 'request'))),
    limited: sum(running.map((pod) => podSum(pod, 'limit'))),
    withoutLimit: running.filter((pod) => isOpen(pod)).length,
    kills: nearbyKills(pods, question),
  };
}

/** What runs at the same time: regular containers and sidecars, or what the pod says as a whole. */
function podSum(pod: PodFacts, of: 'request' | 'limit'): number {
  const whole = pod.podResources[of]?.bytes;
  return whole ?? sum(lasting(pod).map(({ resources }) => resources[of]?.bytes ?? 0));
}

function isOpen(pod: PodFacts): boolean {
  return pod.podResources.limit === undefined && lasting(pod).some(({ resources }) => resources.limit === undefined);
}

function lasting({ containers }: PodFacts) {
  return containers.filter(({ role }) => role === 'regular' || role === 'sidecar');
}

function sum(sizes: readonly number[]): Bytes {
  return toBytes(sizes.reduce((total, size) => total + size, 0));
}

function nearbyKills(pods: readonly PodFacts[], { podUid, at }: Pick<NodePodsQuestion, 'podUid' | 'at'>): readonly NearbyKill[] {
  return pods
    .filter(({ uid }) => uid !== podUid)
    .flatMap((pod) => findKills(pod, at))
    .flatMap(({ how, ref, finishedAt }) =>
      how === 'suspected' || finishedAt === undefined || !isNear(finishedAt, at)
        ? []
        : [{ namespace: ref.namespace, pod: ref.pod, container: ref.container, at: finishedAt }],
    )
    .toSorted((a, b) => b.at - a.at)
    .slice(0, MOST_NEARBY);
}
