// A pod from the wire as PodFacts. Refuses what is no pod; everything absent stays undefined, and so does what is wrong.

import { quantityBytes } from '../../../domain/base/memory.ts';
import type {
  ContainerState,
  MemoryResources,
  MemoryVolume,
  PodContainer,
  PodFacts,
  QosClass,
  QuantityText,
  TerminatedState,
} from '../../../domain/base/pod.ts';
import { parseInstant } from '../../../domain/base/time.ts';
import type { ContainerRole, OwnerReference } from '../../../domain/base/workload.ts';
import { findHeapSettings } from '../../../domain/evidence/heap-settings.ts';
import { clockBehind } from './node-clock.ts';
import type { RawContainer, RawPod, RawResources, RawState, RawStatus } from './raw-pod.ts';
import { rawPod } from './raw-pod.ts';
import { parseTolerantly } from './tolerant.ts';

export type ProjectedPod =
  /** `problems`: what was left out of it, for the log. */
  | { readonly kind: 'pod'; readonly pod: PodFacts; readonly problems: readonly string[] }
  | { readonly kind: 'malformed'; readonly problem: string };

export function projectPod(content: unknown, cluster: string): ProjectedPod {
  const { value, problems } = parseTolerantly(rawPod, content);
  if (value === undefined) return { kind: 'malformed', problem: problems.at(-1) ?? 'not a pod' };
  return { kind: 'pod', pod: toFacts(value, cluster), problems };
}

function toFacts(raw: RawPod, cluster: string): PodFacts {
  const { metadata, spec, status } = raw;
  return {
    cluster,
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    phase: present(status?.phase),
    reason: present(status?.reason),
    message: present(status?.message),
    node: present(spec.nodeName),
    qosClass: qosClass(status?.qosClass),
    priorityClass: present(spec.priorityClassName),
    restartPolicy: present(spec.restartPolicy),
    deletedAt: parseInstant(metadata.deletionTimestamp),
    startedAt: parseInstant(status?.startTime),
    readyChanged: readyChanged(status),
    clockBehind: clockBehind(raw),
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    controller: controllerOf(metadata.ownerReferences),
    podResources: memoryResources(spec.resources),
    containers: [
      ...join(spec.containers, status?.containerStatuses, () => 'regular'),
      // A native sidecar is an init container that restarts always.
      ...join(spec.initContainers, status?.initContainerStatuses, ({ restartPolicy }) =>
        restartPolicy === 'Always' ? 'sidecar' : 'init',
      ),
      ...join(spec.ephemeralContainers, status?.ephemeralContainerStatuses, () => 'ephemeral'),
    ],
    memoryVolumes: memoryVolumes(spec),
  };
}

function readyChanged(status: RawPod['status']): PodFacts['readyChanged'] {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const at = parseInstant(ready?.lastTransitionTime);
  return ready === undefined || at === undefined ? undefined : { to: ready.status === 'True', at };
}

function qosClass(text: string | null | undefined): QosClass | undefined {
  return text === 'Guaranteed' || text === 'Burstable' || text === 'BestEffort' ? text : undefined;
}

function controllerOf(owners: RawPod['metadata']['ownerReferences']): OwnerReference | undefined {
  const owner = owners?.find(({ controller }) => controller === true);
  return owner === undefined ? undefined : { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.name, uid: owner.uid };
}

type RoleOf = (container: RawContainer) => ContainerRole;

function join(
  containers: readonly RawContainer[] | null | undefined,
  statuses: readonly RawStatus[] | null | undefined,
  roleOf: RoleOf,
): readonly PodContainer[] {
  const described = containers ?? [];
  // A status without its container still tells of its death.
  const orphans = (statuses ?? []).filter(({ name }) => !described.some((container) => container.name === name));
  return [...described, ...orphans.map(({ name }): RawContainer => ({ name }))].map((container) => {
    const status = statuses?.find(({ name }) => name === container.name);
    const resources = memoryResources(container.resources);
    const inForce = inForceOf(status);
    return {
      name: container.name,
      role: roleOf(container),
      image: present(container.image),
      resources,
      inForce,
      heapSettings: findHeapSettings(textOf(container), (inForce?.limit ?? resources.limit)?.bytes),
      ...lifeOf(status),
    };
  });
}

/** JSON's null says as little as an absent field. */
function present<Value>(value: Value | null | undefined): Value | undefined {
  return value ?? undefined;
}

function inForceOf(status: RawStatus | undefined): MemoryResources | undefined {
  const inForce = memoryResources(status?.resources);
  return inForce.limit === undefined && inForce.request === undefined ? undefined : inForce;
}

function textOf(container: RawContainer) {
  const env = (container.env ?? []).flatMap(({ name, value }) =>
    value === undefined || value === null ? [] : [{ name, value }],
  );
  return { env, command: container.command ?? [], args: container.args ?? [] };
}

function lifeOf(
  status: RawStatus | undefined,
): Pick<PodContainer, 'restartCount' | 'ready' | 'containerId' | 'state' | 'lastState'> {
  return {
    restartCount: status?.restartCount ?? 0,
    ready: status?.ready ?? false,
    containerId: withoutScheme(status?.containerID),
    state: stateOf(status?.state),
    lastState: terminatedOf(status?.lastState?.terminated),
  };
}

export function memoryResources(resources: RawResources): MemoryResources {
  return { request: quantity(resources?.requests?.['memory']), limit: quantity(resources?.limits?.['memory']) };
}

function quantity(text: string | undefined): QuantityText | undefined {
  const bytes = quantityBytes(text);
  return text === undefined || bytes === undefined ? undefined : { text, bytes };
}

/** "containerd://4f…" → "4f…"; schemes differ per runtime, the ID does not. */
function withoutScheme(id: string | null | undefined): string | undefined {
  if (id === undefined || id === null || id === '') return undefined;
  return id.replace(/^[a-z0-9.+-]+:\/\//i, '').replaceAll(/[^A-Za-z0-9._-]/g, '-') || undefined;
}

function stateOf(state: RawState): ContainerState {
  const terminated = terminatedOf(state?.terminated);
  if (terminated !== undefined) return terminated;
  if (state?.running) return { kind: 'running', startedAt: parseInstant(state.running.startedAt) };
  if (state?.waiting)
    return { kind: 'waiting', reason: state.waiting.reason ?? undefined, message: state.waiting.message ?? undefined };
  return { kind: 'unknown' };
}

function terminatedOf(end: NonNullable<RawState>['terminated']): TerminatedState | undefined {
  if (end === undefined || end === null) return undefined;
  return {
    kind: 'terminated',
    reason: end.reason ?? undefined,
    message: end.message ?? undefined,
    exitCode: end.exitCode,
    containerId: withoutScheme(end.containerID),
    startedAt: parseInstant(end.startedAt),
    finishedAt: parseInstant(end.finishedAt),
  };
}

function memoryVolumes(spec: RawPod['spec']): readonly MemoryVolume[] {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  return (spec.volumes ?? [])
    .filter(({ emptyDir }) => emptyDir?.medium === 'Memory')
    .map(({ name, emptyDir }) => ({
      name,
      sizeLimit: quantityBytes(emptyDir?.sizeLimit ?? undefined),
      mountedBy: containers
        .filter(({ volumeMounts }) => volumeMounts?.some((mount) => mount.name === name))
        .map((container) => container.name),
    }));
}
