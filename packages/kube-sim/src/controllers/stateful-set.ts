// The StatefulSet and DaemonSet controllers. StatefulSet: ordered, one pod at a time, the highest number first, and only while every pod is ready.
// DaemonSet: one pod per node, one replaced at a time.

import type { Workload } from '../model/objects.ts';
import { ownerReference, time } from '../model/objects.ts';
import { templateHash } from '../model/random.ts';
import type { PodRecord } from '../model/run.ts';
import { isReady } from '../model/run.ts';
import { isSame } from '../model/workload-object.ts';
import type { Deploying } from './deployment.ts';
import { NODES, podRecord } from './pods.ts';
import type { World } from './world.ts';
import { podsOf } from './world.ts';

const HASH = 'controller-revision-hash';

export function revisionName({ metadata, spec }: Workload): string {
  return `${metadata.name}-${templateHash(spec.template)}`;
}

export function reconcileStatefulSet({ world, kubelet }: Deploying, set: Workload): void {
  const pods = podsOf(world, set.metadata.namespace ?? '', set.metadata.uid);
  const revision = revisionName(set);
  ensureRevision(world, set, revision);
  const byOrdinal = new Map(pods.map((pod) => [pod.ordinal, pod]));
  const wanted = Array.from({ length: set.spec.replicas }, (_, ordinal) => ordinal);
  const unhealthy = wanted.find((ordinal) => !isHealthy(byOrdinal.get(ordinal)));
  if (unhealthy !== undefined) {
    if (!byOrdinal.has(unhealthy)) createMember({ world, kubelet }, set, { ordinal: unhealthy });
  } else {
    const outdated = wanted.toReversed().find((ordinal) => byOrdinal.get(ordinal)?.labels[HASH] !== revision);
    const pod = outdated === undefined ? undefined : byOrdinal.get(outdated);
    if (pod !== undefined) {
      kubelet.remove(pod);
      say(world, set, {
        component: 'statefulset-controller',
        reason: 'SuccessfulDelete',
        message: `delete Pod ${pod.name} in StatefulSet ${set.metadata.name} successful`,
      });
    }
  }
  updateStatefulStatus(world, set, { pods: podsOf(world, set.metadata.namespace ?? '', set.metadata.uid), revision });
}

function isHealthy(pod: PodRecord | undefined): boolean {
  return pod !== undefined && isReady(pod);
}

export function createMember(
  { world, kubelet }: Deploying,
  set: Workload,
  { ordinal, since }: { readonly ordinal: number; readonly since?: number },
): void {
  const name = `${set.metadata.name}-${ordinal}`;
  kubelet.adopt(
    podRecord(world, {
      namespace: set.metadata.namespace ?? 'default',
      workload: set.metadata.name,
      name,
      generateName: `${set.metadata.name}-`,
      template: { ...set.spec.template, spec: { ...set.spec.template.spec, hostname: name, subdomain: set.metadata.name } },
      labels: {
        [HASH]: revisionName(set),
        'apps.kubernetes.io/pod-index': String(ordinal),
        'statefulset.kubernetes.io/pod-name': name,
      },
      owner: ownerReference(set),
      ordinal,
      replicas: set.spec.replicas,
      manager: 'kube-controller-manager',
      since,
    }),
  );
  if (since === undefined)
    say(world, set, {
      component: 'statefulset-controller',
      reason: 'SuccessfulCreate',
      message: `create Pod ${name} in StatefulSet ${set.metadata.name} successful`,
    });
}

function ensureRevision(world: World, set: Workload, name: string): void {
  if (world.store.get('controllerrevisions', set.metadata.namespace, name) !== undefined) return;
  const listed = world.store.list('controllerrevisions');
  const earlier =
    listed.kind === 'listed'
      ? listed.objects.filter(({ metadata }) => metadata.ownerReferences?.[0]?.uid === set.metadata.uid).length
      : 0;
  world.store.put('controllerrevisions', {
    kind: 'ControllerRevision',
    apiVersion: 'apps/v1',
    metadata: {
      name,
      namespace: set.metadata.namespace,
      uid: world.ids.uid(`revision/${set.metadata.uid}/${name}`),
      resourceVersion: '',
      // The first is as old as its set, which may have been there long before the demo began.
      creationTimestamp: earlier === 0 ? set.metadata.creationTimestamp : time(world.now()),
      labels: { ...set.spec.selector.matchLabels },
      ownerReferences: [ownerReference(set)],
    },
    data: { spec: { template: { $patch: 'replace', ...set.spec.template } } },
    revision: earlier + 1,
  });
}

function updateStatefulStatus(
  world: World,
  set: Workload,
  { pods, revision }: { readonly pods: readonly PodRecord[]; readonly revision: string },
): void {
  const ready = pods.filter(isReady).length;
  const updated = pods.filter(({ labels, deletedAt }) => labels[HASH] === revision && deletedAt === undefined).length;
  const done = updated === set.spec.replicas && ready === set.spec.replicas;
  const currentRevision = done ? revision : (set.status.currentRevision ?? revision);
  const status = {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: pods.length,
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    availableReplicas: ready,
    ...(currentRevision === revision ? { currentReplicas: updated } : { currentReplicas: pods.length - updated }),
    updatedReplicas: updated,
    currentRevision,
    updateRevision: revision,
    collisionCount: 0,
  };
  store(world, 'statefulsets', { set, status });
}

export function reconcileDaemonSet({ world, kubelet }: Deploying, set: Workload): void {
  const revision = templateHash(set.spec.template);
  const pods = podsOf(world, set.metadata.namespace ?? '', set.metadata.uid).filter(({ deletedAt }) => deletedAt === undefined);
  for (const [index, node] of NODES.entries()) {
    if (!pods.some((pod) => pod.node.name === node.name)) createDaemon({ world, kubelet }, set, { index });
  }
  const outdated = pods.find(({ labels }) => labels[HASH] !== revision);
  if (outdated !== undefined && pods.length === NODES.length && pods.every(isReady)) kubelet.remove(outdated);
  const now = podsOf(world, set.metadata.namespace ?? '', set.metadata.uid).filter(({ deletedAt }) => deletedAt === undefined);
  const ready = now.filter(isReady).length;
  const status = {
    observedGeneration: set.metadata.generation ?? 1,
    currentNumberScheduled: now.length,
    desiredNumberScheduled: NODES.length,
    updatedNumberScheduled: now.filter(({ labels }) => labels[HASH] === revision).length,
    numberAvailable: ready,
    numberReady: ready,
    numberMisscheduled: 0,
  };
  store(world, 'daemonsets', { set, status });
}

export function createDaemon(
  { world, kubelet }: Deploying,
  set: Workload,
  { index, since }: { readonly index: number; readonly since?: number },
): void {
  kubelet.adopt(
    podRecord(world, {
      namespace: set.metadata.namespace ?? 'default',
      workload: set.metadata.name,
      name: `${set.metadata.name}-${world.ids.suffix(`daemon/${set.metadata.uid}/${index}/${since ?? world.now()}`, 5)}`,
      generateName: `${set.metadata.name}-`,
      template: set.spec.template,
      labels: { [HASH]: templateHash(set.spec.template) },
      owner: ownerReference(set),
      ordinal: index,
      replicas: NODES.length,
      manager: 'kube-controller-manager',
      since,
      node: index,
    }),
  );
}

function say(
  world: World,
  { kind, apiVersion, metadata }: Workload,
  text: { readonly component: string; readonly reason: string; readonly message: string },
): void {
  const about = { apiVersion, kind, namespace: metadata.namespace ?? '', name: metadata.name, uid: metadata.uid };
  world.events.record(about, { component: text.component }, { type: 'Normal', reason: text.reason, message: text.message });
}

function store(world: World, resource: string, { set, status }: { readonly set: Workload; readonly status: object }): void {
  if (!isSame(status, set.status)) world.store.put(resource, { ...set, status });
}
