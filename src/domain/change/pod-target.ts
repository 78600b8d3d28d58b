// A running pod of a workload, as far as a change in place, or the look at a stuck rollout, needs it.

import type { MemoryResources } from '../base/pod.ts';
import type { Instant } from '../base/time.ts';
import type { Change, PodPatch, TemplateContainer } from './change.ts';
import { memoryPatch } from './patch.ts';

export type PodTarget = {
  readonly name: string;
  readonly uid: string;
  /** The containers of its own spec, with the resources of the whole pod as one more. */
  readonly containers: readonly TemplateContainer[];
  /** Names of the containers that run at this moment. */
  readonly running: readonly string[];
  /** By container name, what the kubelet says is in force; "" for the whole pod. */
  readonly inForce: ReadonlyMap<string, MemoryResources>;
  /** PodResizePending or PodResizeInProgress, with reason and message; undefined when nothing is under way. */
  readonly resizing?: { readonly kind: 'pending' | 'in-progress'; readonly reason: string; readonly message: string } | undefined;
  readonly generation: number;
  /** The generation that the kubelet has acted on; undefined before Kubernetes 1.34. */
  readonly observedGeneration?: number | undefined;
  /** controller-revision-hash, which names the template it was made from. */
  readonly revision?: string | undefined;
  readonly ready: boolean;
  /** Waiting in back-off, or terminated: it is not going to be ready with the template it has. */
  readonly failing: boolean;
  readonly createdAt?: Instant | undefined;
};

/** Set on the running pods, for those that run the container now: a container between two runs keeps its old cgroup (Kubernetes #138760). */
export function resizeOf(change: Change, pods: readonly PodTarget[]): Change {
  return { ...change, way: 'resize', pods: pods.flatMap((pod) => podPatch(change, pod)), patch: [] };
}

function podPatch(change: Change, pod: PodTarget): readonly PodPatch[] {
  const container = containerIn(pod, change);
  if (container === undefined || (change.list !== 'pod' && !pod.running.includes(change.container))) return [];
  const patch = memoryPatch('/spec', container, { after: change.after, texts: change.texts });
  return patch.length === 0 ? [] : [{ name: pod.name, uid: pod.uid, before: container.resources, patch }];
}

export function containerIn(
  pod: PodTarget,
  { container, list }: Pick<Change, 'container' | 'list'>,
): TemplateContainer | undefined {
  return pod.containers.find((each) => each.name === container && each.list === list);
}
