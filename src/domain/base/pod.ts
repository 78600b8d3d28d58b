// The part of a pod that a diagnosis reads, projected from the API object by an adapter. Sizes in bytes, times as instants;
// what the pod does not say is undefined.

import type { Bytes } from './memory.ts';
import { toBytes } from './memory.ts';
import type { Instant, Millis } from './time.ts';
import type { ContainerRole, OwnerReference } from './workload.ts';

export type TerminatedState = {
  readonly kind: 'terminated';
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly exitCode: number;
  /** Without the runtime's scheme: "containerd://abc" is "abc". Absent on synthetic states. */
  readonly containerId?: string | undefined;
  readonly startedAt?: Instant | undefined;
  readonly finishedAt?: Instant | undefined;
};

export type ContainerState =
  | TerminatedState
  | { readonly kind: 'running'; readonly startedAt?: Instant | undefined }
  | { readonly kind: 'waiting'; readonly reason?: string | undefined; readonly message?: string | undefined }
  | { readonly kind: 'unknown' };

/** A memory quantity with the spelling it has in the object: a patch tests for the spelling, rules use the bytes. */
export type QuantityText = { readonly text: string; readonly bytes: Bytes };

export type MemoryResources = {
  readonly request?: QuantityText | undefined;
  readonly limit?: QuantityText | undefined;
};

/** A setting that fixes a runtime's heap, found in env, command or args. */
export type HeapSetting = {
  readonly runtime: 'jvm' | 'node' | 'go';
  /** Where and how it is written: "JAVA_TOOL_OPTIONS: -Xmx512m". */
  readonly setting: string;
  /** Bytes it allows; for a percentage, of the container's limit at the time of reading. */
  readonly bytes: Bytes;
};

export type PodContainer = {
  readonly name: string;
  readonly role: ContainerRole;
  readonly image?: string | undefined;
  readonly resources: MemoryResources;
  /** status.containerStatuses[].resources: what is really in force, which lags a pending resize. */
  readonly inForce?: MemoryResources | undefined;
  readonly restartCount: number;
  readonly ready: boolean;
  readonly containerId?: string | undefined;
  readonly state: ContainerState;
  readonly lastState?: TerminatedState | undefined;
  readonly heapSettings: readonly HeapSetting[];
};

/** An emptyDir with medium Memory: its pages count against the limit and outlive the container. */
export type MemoryVolume = {
  readonly name: string;
  readonly sizeLimit?: Bytes | undefined;
  readonly mountedBy: readonly string[];
};

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

export type PodFacts = {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly phase?: string | undefined;
  /** "Evicted", "NodeShutdown" … */
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly node?: string | undefined;
  readonly qosClass?: QosClass | undefined;
  readonly priorityClass?: string | undefined;
  readonly restartPolicy?: string | undefined;
  readonly deletedAt?: Instant | undefined;
  readonly startedAt?: Instant | undefined;
  /** When condition Ready last changed, and to what: tells whether a run was ever ready. */
  readonly readyChanged?: { readonly to: boolean; readonly at: Instant } | undefined;
  /** The clock of its node is at least this much behind the cluster's, and so are the times of its containers. */
  readonly clockBehind?: Millis | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly controller?: OwnerReference | undefined;
  /** spec.resources, pod-level (Kubernetes 1.34 and later). */
  readonly podResources: MemoryResources;
  readonly containers: readonly PodContainer[];
  readonly memoryVolumes: readonly MemoryVolume[];
};

/** The limit the kernel enforced on the container: in force, else the spec's, else the pod's. */
export function effectiveLimit(pod: PodFacts, container: PodContainer): QuantityText | undefined {
  return container.inForce?.limit ?? container.resources.limit ?? pod.podResources.limit;
}

/** Of the pod's own cgroup, under which its sandbox lives: the pod's limit, else what its containers may have together where each has a limit. */
export function podCgroupLimit({ podResources, containers }: Pick<PodFacts, 'podResources' | 'containers'>): Bytes | undefined {
  if (podResources.limit !== undefined) return podResources.limit.bytes;
  const own = containers.filter(({ role }) => role !== 'ephemeral');
  const limits = own.map(({ role, resources }) => ({ role, bytes: resources.limit?.bytes ?? Number.POSITIVE_INFINITY }));
  const together = limits.filter(({ role }) => role !== 'init').reduce((sum, { bytes }) => sum + bytes, 0);
  const most = Math.max(together, ...limits.map(({ bytes }) => bytes));
  return limits.length === 0 || !Number.isFinite(most) ? undefined : toBytes(most);
}

export function findContainer(pod: PodFacts, name: string): PodContainer | undefined {
  return pod.containers.find((container) => container.name === name);
}
