// Fills the demo cluster: namespaces, nodes, workloads with their ReplicaSets and revisions, and pods that have run for days. What is born later (a bare
// pod) is returned.

import type { KubeObject, PodTemplate } from '../model/objects.ts';
import { time } from '../model/objects.ts';
import { nodeObject, putNamespace } from '../model/places.ts';
import { templateHash } from '../model/random.ts';
import type { ContainerSpec, WorkloadSpec } from '../workload-spec.ts';
import type { Deploying } from './deployment.ts';
import { createPod, createReplicaSet } from './deployment.ts';
import { NODES, podRecord } from './pods.ts';
import { createDaemon, createMember, revisionName } from './stateful-set.ts';
import type { World } from './world.ts';

const HOUR_MS = 3_600_000;

export function populate(deploying: Deploying, specs: readonly WorkloadSpec[]): void {
  const { world } = deploying;
  const begin = world.now() - 200 * HOUR_MS;
  for (const namespace of new Set(['default', 'kube-system', ...specs.map((spec) => spec.namespace)]))
    putNamespace(world, namespace, begin);
  for (const node of NODES) world.store.put('nodes', nodeObject(world, node, begin));
  for (const spec of specs) if (spec.kind !== 'Pod') putWorkload(deploying, spec);
}

/** A bare pod, created now. */
export function createBarePod({ world, kubelet }: Deploying, spec: WorkloadSpec): void {
  const template = templateOf(spec, {});
  kubelet.adopt(
    podRecord(world, {
      namespace: spec.namespace,
      workload: spec.name,
      name: spec.name,
      template,
      ordinal: 1,
      replicas: 1,
      manager: spec.manager,
    }),
  );
}

function putWorkload(deploying: Deploying, spec: WorkloadSpec): void {
  const { world } = deploying;
  const since = world.now() - spec.ageHours * HOUR_MS;
  const resource = `${spec.kind.toLowerCase()}s`;
  const stored = world.asWorkload(world.store.put(resource, world.asWorkload(workloadObject(world, spec, since))));
  const replicas = Array.from({ length: spec.replicas }, (_, index) => index);
  if (spec.kind === 'Deployment') {
    const set = createReplicaSet(world, stored, { hash: templateHash(stored.spec.template), revision: 1, since });
    for (const ordinal of replicas) createPod(deploying, stored, { set, ordinal, since });
  } else if (spec.kind === 'StatefulSet') {
    world.store.put(resource, { ...stored, status: { ...stored.status, currentRevision: revisionName(stored) } });
    for (const ordinal of replicas) createMember(deploying, stored, { ordinal, since });
  } else {
    for (const index of replicas) createDaemon(deploying, stored, { index, since });
  }
}

function workloadObject(world: World, spec: WorkloadSpec, since: number): KubeObject {
  const labels = { 'app.kubernetes.io/name': spec.name };
  return {
    kind: spec.kind,
    apiVersion: 'apps/v1',
    metadata: {
      name: spec.name,
      namespace: spec.namespace,
      uid: world.ids.uid(`${spec.kind}/${spec.namespace}/${spec.name}`),
      resourceVersion: '',
      generation: 1,
      creationTimestamp: time(since),
      labels: { ...labels, ...spec.labels },
      ...(spec.annotations === undefined ? {} : { annotations: spec.annotations }),
      managedFields: [
        {
          manager: spec.manager,
          operation: 'Update',
          apiVersion: 'apps/v1',
          time: time(since),
          fieldsType: 'FieldsV1',
          fieldsV1: ownedFields(spec),
        },
      ],
    },
    spec: {
      replicas: spec.replicas,
      selector: { matchLabels: labels },
      template: templateOf(spec, labels),
      ...strategyOf(spec),
      revisionHistoryLimit: 10,
    },
    status: { observedGeneration: 1 },
  };
}

function strategyOf({ kind, name }: WorkloadSpec): object {
  if (kind === 'Deployment')
    return {
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
      progressDeadlineSeconds: 600,
    };
  if (kind === 'DaemonSet')
    return { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } };
  return {
    serviceName: name,
    podManagementPolicy: 'OrderedReady',
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
  };
}

function templateOf(spec: WorkloadSpec, labels: Readonly<Record<string, string>>): PodTemplate {
  return {
    metadata: { labels: { ...labels } },
    spec: {
      containers: spec.containers.map(containerOf),
      ...(spec.memoryVolume === undefined ? {} : { volumes: [{ name: spec.memoryVolume, emptyDir: { medium: 'Memory' } }] }),
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      securityContext: {},
      schedulerName: 'default-scheduler',
    },
  };
}

function containerOf(spec: ContainerSpec): PodTemplate['spec']['containers'][number] {
  const probe = {
    httpGet: { path: spec.liveness, port: spec.port, scheme: 'HTTP' },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  };
  return {
    name: spec.name,
    image: spec.image,
    ...(spec.command === undefined ? {} : { command: spec.command }),
    ...(spec.args === undefined ? {} : { args: spec.args }),
    ...(spec.port === undefined ? {} : { ports: [{ containerPort: spec.port, protocol: 'TCP' }] }),
    ...(spec.env === undefined ? {} : { env: spec.env }),
    resources: {
      ...(spec.limit === undefined ? {} : { limits: { memory: spec.limit } }),
      ...(spec.request === undefined
        ? {}
        : { requests: { ...(spec.cpu === undefined ? {} : { cpu: spec.cpu }), memory: spec.request } }),
    },
    ...(spec.mount === undefined ? {} : { volumeMounts: [spec.mount] }),
    ...(spec.liveness === undefined ? {} : { livenessProbe: probe }),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
  };
}

/** Which fields the manager set: the limits among them, which decides who would undo a change. */
function ownedFields({ containers }: WorkloadSpec): object {
  const memory = { '.': {}, 'f:memory': {} };
  const fields: readonly (readonly [string, object])[] = containers.map(({ name }) => [
    `k:{"name":"${name}"}`,
    { '.': {}, 'f:image': {}, 'f:name': {}, 'f:resources': { '.': {}, 'f:limits': memory, 'f:requests': memory } },
  ]);
  return { 'f:spec': { 'f:replicas': {}, 'f:template': { 'f:spec': { 'f:containers': Object.fromEntries<object>(fields) } } } };
}
