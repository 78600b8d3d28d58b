// A pod as the API shows it, drawn from what the kubelet remembers. Field for field like a kubelet 1.36's, whole seconds, 64-digit container ids.

import { createHash } from 'node:crypto';
import type { KubeObject } from './objects.ts';
import { time } from './objects.ts';
import { qosClass } from './quantities.ts';
import type { ContainerRecord, PodRecord, Run } from './run.ts';
import { isReady, lastRun, restartCount } from './run.ts';

const NEVER = '1970-01-01T00:00:00Z';

export function podObject(pod: PodRecord): KubeObject {
  const running = pod.containers.some(({ state }) => state !== 'creating');
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: metadata(pod),
    spec: spec(pod),
    status: {
      observedGeneration: pod.generation,
      phase: running ? 'Running' : 'Pending',
      conditions: conditions(pod),
      hostIP: pod.node.ip,
      hostIPs: [{ ip: pod.node.ip }],
      podIP: running ? pod.podIp : undefined,
      podIPs: running ? [{ ip: pod.podIp }] : undefined,
      startTime: time(pod.createdAt),
      containerStatuses: pod.containers.map((container) => containerStatus(pod, container)),
      qosClass: qosClass(pod.containers.map(({ template }) => template)),
    },
  };
}

function metadata(pod: PodRecord): KubeObject['metadata'] {
  return {
    name: pod.name,
    ...(pod.generateName === undefined ? {} : { generateName: pod.generateName }),
    namespace: pod.namespace,
    uid: pod.uid,
    resourceVersion: '',
    generation: pod.generation,
    creationTimestamp: time(pod.createdAt),
    ...(pod.deletedAt === undefined ? {} : { deletionTimestamp: time(pod.deletedAt + 30_000), deletionGracePeriodSeconds: 30 }),
    labels: pod.labels,
    ...(Object.keys(pod.annotations).length === 0 ? {} : { annotations: pod.annotations }),
    ...(pod.owner === undefined ? {} : { ownerReferences: [{ ...pod.owner }] }),
    managedFields: [
      {
        manager: pod.manager,
        operation: 'Update',
        apiVersion: 'v1',
        time: time(pod.createdAt),
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:spec': { 'f:containers': {} } },
      },
      {
        manager: 'kubelet',
        operation: 'Update',
        apiVersion: 'v1',
        time: time(pod.createdAt),
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:status': { 'f:containerStatuses': {} } },
        subresource: 'status',
      },
    ],
  };
}

function spec({ template, containers, node }: PodRecord): Readonly<Record<string, unknown>> {
  return {
    ...template.spec,
    containers: containers.map((container) => container.template),
    serviceAccountName: 'default',
    serviceAccount: 'default',
    nodeName: node.name,
    schedulerName: 'default-scheduler',
    tolerations: ['not-ready', 'unreachable'].map((taint) => ({
      key: `node.kubernetes.io/${taint}`,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 300,
    })),
    priority: 0,
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
  };
}

function conditions(pod: PodRecord): readonly unknown[] {
  const ready = isReady(pod);
  const waiting = pod.containers.filter((container) => !container.ready).map(({ name }) => name);
  const reason = ready ? {} : { reason: 'ContainersNotReady', message: `containers with unready status: [${waiting.join(' ')}]` };
  const condition = (type: string, [status, since]: readonly [boolean, number], more: object = {}): object => ({
    type,
    observedGeneration: pod.generation,
    status: status ? 'True' : 'False',
    lastProbeTime: null,
    lastTransitionTime: time(since),
    ...more,
  });
  return [
    condition('PodReadyToStartContainers', [true, pod.createdAt]),
    condition('Initialized', [true, pod.createdAt]),
    condition('Ready', [ready, pod.readySince], reason),
    condition('ContainersReady', [ready, pod.readySince], reason),
    condition('PodScheduled', [true, pod.createdAt]),
  ];
}

function containerStatus(pod: PodRecord, container: ContainerRecord): object {
  const { resources, image } = container.template;
  const run = lastRun(container);
  const running = container.state === 'running';
  return {
    name: container.name,
    state: stateOf(pod, container),
    lastState: lastStateOf(container),
    ready: container.ready,
    restartCount: restartCount(container),
    image,
    imageID:
      run === undefined ? '' : `${image.split(':')[0] ?? image}@sha256:${createHash('sha256').update(image).digest('hex')}`,
    ...(run === undefined ? {} : { containerID: `containerd://${run.containerId}` }),
    started: running,
    ...(resources.requests === undefined ? {} : { allocatedResources: resources.requests }),
    ...(run === undefined ? {} : { resources }),
  };
}

function stateOf(pod: PodRecord, container: ContainerRecord): object {
  const run = lastRun(container);
  if (container.state === 'running' && run !== undefined) return { running: { startedAt: time(run.startedAt) } };
  if (container.state === 'terminated' && run?.end !== undefined) return { terminated: terminated(run) };
  if (container.state === 'back-off') {
    const seconds = Math.max(10, Math.round(container.backOffMs / 1000));
    const message = `back-off ${seconds}s restarting failed container=${container.name} pod=${pod.name}_${pod.namespace}(${pod.uid})`;
    return { waiting: { reason: 'CrashLoopBackOff', message } };
  }
  return { waiting: { reason: 'ContainerCreating' } };
}

/** The run before the one `state` is about; while it waits, the run that died. */
function lastStateOf(container: ContainerRecord): object {
  const before = container.state === 'back-off' ? lastRun(container) : container.runs.at(-2);
  return before?.end === undefined ? {} : { terminated: terminated(before) };
}

function terminated({ end, startedAt, containerId }: Run): object {
  if (end === undefined) return {};
  const neverRan = end.reason === 'StartError';
  return {
    exitCode: end.exitCode,
    reason: end.reason,
    ...(end.message === undefined ? {} : { message: end.message }),
    startedAt: neverRan ? NEVER : time(startedAt),
    finishedAt: time(end.at),
    containerID: `containerd://${containerId}`,
  };
}
