// The pods of a workload, as far as a change in place and a stuck rollout need them: found by the workload's own selector, kept when its controller is
// the workload or, for Deployments and Rollouts, one of its ReplicaSets. At most a thousand.

import { z } from 'zod';
import type { MemoryResources } from '../../../domain/base/pod.ts';
import { parseInstant } from '../../../domain/base/time.ts';
import type { WorkloadRef } from '../../../domain/base/workload.ts';
import type { Change } from '../../../domain/change/change.ts';
import type { PodTarget } from '../../../domain/change/pod-target.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { answerFault, expectShape } from '../client/faults.ts';
import { rawSelector, selectorText } from '../client/selector.ts';
import { collectionPath, workloadPath } from '../client/workload-path.ts';
import { memoryResources } from '../pods/pod-facts.ts';
import { rawPod, rawResources } from '../pods/raw-pod.ts';
import { parseTolerantly } from '../pods/tolerant.ts';
import { containersOf } from './template.ts';

const MOST_PODS = 1000;

const selecting = z.object({ spec: z.object({ selector: rawSelector }) });
const list = z.object({ items: z.array(z.unknown()) });

/** What the general projection of a pod leaves out. */
const rawMore = z.object({
  metadata: z.object({ creationTimestamp: z.string().nullish(), generation: z.number().nullish() }),
  spec: z.object({ resources: rawResources }),
  status: z
    .object({
      observedGeneration: z.number().nullish(),
      resources: rawResources,
      conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).nullish(),
    })
    .nullish(),
});
const resizeWords = z.object({ reason: z.string().nullish(), message: z.string().nullish() });
const both = z.intersection(rawPod, rawMore);
type Both = z.infer<typeof both>;

export async function podsOf(
  connection: ClusterConnection,
  workload: WorkloadRef,
  signal: AbortSignal,
): Promise<readonly PodTarget[]> {
  const { namespace, kind, name } = workload;
  const path = workloadPath(namespace, kind, name);
  if (path === undefined) return [];
  const { status, body } = await connection.answer({ path, signal });
  if (status === 404) return [];
  if (status >= 300) throw answerFault({ path }, status, body);
  if (kind === 'Pod') return targets([body]);
  const labelSelector = selectorText(expectShape(selecting, body, { path }).spec.selector);
  if (labelSelector === undefined) return [];
  const pods = collectionPath(namespace, 'Pod') ?? '';
  const answer = await connection.json({ path: pods, query: { labelSelector, limit: MOST_PODS }, signal });
  return targets(expectShape(list, answer, { path: pods }).items, workload);
}

/** Pods on their way out are nobody's target. */
function targets(items: readonly unknown[], workload?: WorkloadRef): readonly PodTarget[] {
  return items.flatMap((item) => {
    const { value } = parseTolerantly(both, item);
    if (value === undefined || value.metadata.deletionTimestamp || !belongs(value, workload)) return [];
    return value.status?.phase === 'Succeeded' || value.status?.phase === 'Failed' ? [] : [target(value)];
  });
}

function belongs({ metadata }: Both, workload: WorkloadRef | undefined): boolean {
  if (workload === undefined) return true;
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (workload.kind === 'Deployment' || workload.kind === 'Rollout') return owner?.kind === 'ReplicaSet';
  return owner?.kind === workload.kind && owner.name === workload.name;
}

function target(pod: Both): PodTarget {
  const { metadata, spec, status } = pod;
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  return {
    name: metadata.name,
    uid: metadata.uid,
    containers: containersOf(spec),
    running: statuses.filter(({ state }) => state?.running).map(({ name }) => name),
    inForce: new Map<string, MemoryResources>([
      ...statuses.map(({ name, resources }) => [name, memoryResources(resources)] as const),
      ['', memoryResources(status?.resources)],
    ]),
    resizing: resizingOf(pod),
    generation: metadata.generation ?? 0,
    observedGeneration: status?.observedGeneration ?? undefined,
    revision: metadata.labels?.['controller-revision-hash'],
    ready: status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true,
    failing: statuses.some(({ state }) => state?.terminated || /BackOff|Error/.test(state?.waiting?.reason ?? '')),
    createdAt: parseInstant(metadata.creationTimestamp),
  };
}

function resizingOf({ status }: Both): PodTarget['resizing'] {
  const found = status?.conditions?.find(
    (condition) => condition.status === 'True' && /^PodResize(Pending|InProgress)$/.test(condition.type),
  );
  const more = resizeWords.safeParse(found);
  if (found === undefined) return undefined;
  return {
    kind: found.type === 'PodResizePending' ? 'pending' : 'in-progress',
    reason: more.data?.reason ?? '',
    message: more.data?.message ?? '',
  };
}

/** One pod by the name a change knows it by. */
export function podPath({ workload }: Change, name: string): string {
  return `${collectionPath(workload.namespace, 'Pod') ?? ''}/${encodeURIComponent(name)}`;
}
