// The Deployment and ReplicaSet controllers: a changed template gets a new ReplicaSet, new pods first, old ones after, within maxSurge and maxUnavailable of
// 25 %. One step per reconcile; status and conditions in the controller's own words.

import type { Kubelet } from '../kubelet/kubelet.ts';
import type { KubeObject, Workload } from '../model/objects.ts';
import { ownerReference, time } from '../model/objects.ts';
import { templateHash } from '../model/random.ts';
import type { PodRecord } from '../model/run.ts';
import { isReady } from '../model/run.ts';
import { living, updateReplicaSet, updateStatus } from './deployment-status.ts';
import { podRecord } from './pods.ts';
import type { World } from './world.ts';

const REVISION = 'deployment.kubernetes.io/revision';
const HISTORY = 'deployment.kubernetes.io/revision-history';

export type Deploying = { readonly world: World; readonly kubelet: Kubelet };

export function reconcileDeployment({ world, kubelet }: Deploying, deployment: Workload): void {
  const hash = templateHash(deployment.spec.template);
  const sets = replicaSets(world, deployment);
  const known = sets.find(({ metadata }) => metadata.labels?.['pod-template-hash'] === hash);
  if (known === undefined && deployment.spec.paused !== true) {
    createReplicaSet(world, deployment, { hash, revision: 1 + Math.max(0, ...sets.map(revisionOf)) });
    return;
  }
  const last = sets.at(-1);
  if (known !== undefined && last !== undefined && revisionOf(known) < revisionOf(last)) {
    goBackTo(world, deployment, { set: known, revision: 1 + revisionOf(last) });
    return;
  }
  const current = known ?? last;
  if (current === undefined) return;
  const old = sets.filter(({ metadata }) => metadata.uid !== current.metadata.uid);
  if (deployment.spec.paused !== true) {
    scaleUp({ world, kubelet }, deployment, { current, sets });
    scaleDown({ world, kubelet }, deployment, { old, sets });
  }
  for (const set of sets) updateReplicaSet(world, set);
  updateStatus(world, deployment, { current, old });
}

function replicaSets(world: World, { metadata }: KubeObject): readonly Workload[] {
  const listed = world.store.list('replicasets');
  const all = listed.kind === 'listed' ? listed.objects.map(world.asWorkload) : [];
  return all
    .filter((set) => set.metadata.namespace === metadata.namespace && set.metadata.ownerReferences?.[0]?.uid === metadata.uid)
    .toSorted((a, b) => revisionOf(a) - revisionOf(b));
}

function revisionOf({ metadata }: KubeObject): number {
  return Number(metadata.annotations?.[REVISION] ?? 0);
}

export function createReplicaSet(
  world: World,
  deployment: Workload,
  { hash, revision, since }: { readonly hash: string; readonly revision: number; readonly since?: number },
): Workload {
  const { metadata, spec } = deployment;
  const labels = { ...spec.template.metadata.labels, 'pod-template-hash': hash };
  const annotations = {
    ...metadata.annotations,
    [REVISION]: String(revision),
    'deployment.kubernetes.io/desired-replicas': String(spec.replicas),
  };
  const set = world.store.put('replicasets', {
    kind: 'ReplicaSet',
    apiVersion: 'apps/v1',
    metadata: {
      name: `${metadata.name}-${hash}`,
      namespace: metadata.namespace,
      uid: world.ids.uid(`rs/${metadata.uid}/${hash}`),
      resourceVersion: '',
      generation: 1,
      creationTimestamp: time(since ?? world.now()),
      labels,
      annotations,
      ownerReferences: [ownerReference(deployment)],
    },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
    status: { replicas: 0, observedGeneration: 1 },
  });
  annotate(world, 'deployments', { object: deployment, annotations: { [REVISION]: String(revision) } });
  return world.asWorkload(set);
}

/** A template that was there before gets its old ReplicaSet, under a new number. */
function goBackTo(
  world: World,
  deployment: Workload,
  { set, revision }: { readonly set: Workload; readonly revision: number },
): void {
  const numbers = [set.metadata.annotations?.[HISTORY] ?? '', String(revisionOf(set))].filter((each) => each !== '').join(',');
  const annotations = { [REVISION]: String(revision), [HISTORY]: numbers };
  annotate(world, 'replicasets', { object: set, annotations });
  annotate(world, 'deployments', { object: deployment, annotations: { [REVISION]: String(revision) } });
}

type Annotating = { readonly object: Workload; readonly annotations: Readonly<Record<string, string>> };

function annotate(world: World, resource: 'deployments' | 'replicasets', { object, annotations }: Annotating): void {
  const changed = world.store.get(resource, object.metadata.namespace, object.metadata.name) ?? object;
  world.store.put(resource, {
    ...changed,
    metadata: { ...changed.metadata, annotations: { ...changed.metadata.annotations, ...annotations } },
  });
}

type Sets = { readonly current: Workload; readonly sets: readonly Workload[] };

function scaleUp({ world, kubelet }: Deploying, deployment: Workload, { current, sets }: Sets): void {
  const { replicas } = deployment.spec;
  const total = sets.flatMap((set) => living(world, set)).length;
  const own = living(world, current).length;
  const missing = Math.min(replicas - own, replicas + Math.ceil(replicas / 4) - total);
  for (let made = 0; made < missing; made += 1) createPod({ world, kubelet }, deployment, { set: current, ordinal: own + made });
  if (missing > 0) sayScaled(world, deployment, `Scaled up replica set ${current.metadata.name} from ${own} to ${own + missing}`);
}

export function createPod(
  { world, kubelet }: Deploying,
  deployment: Workload,
  { set, ordinal, since }: { readonly set: Workload; readonly ordinal: number; readonly since?: number },
): PodRecord {
  const { name, namespace = 'default', uid } = set.metadata;
  const pod = podRecord(world, {
    namespace,
    workload: deployment.metadata.name,
    name: `${name}-${world.ids.suffix(`pod/${uid}/${ordinal}/${since ?? world.now()}`, 5)}`,
    generateName: `${name}-`,
    template: set.spec.template,
    owner: ownerReference(set),
    ordinal,
    replicas: Math.max(1, deployment.spec.replicas),
    manager: 'kube-controller-manager',
    since,
  });
  kubelet.adopt(pod);
  if (since === undefined) {
    const about = { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace, name, uid };
    world.events.record(
      about,
      { component: 'replicaset-controller' },
      { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${pod.name}` },
    );
  }
  return pod;
}

/** Old pods that are not ready go first; ready ones only while enough others are. */
function scaleDown(
  { world, kubelet }: Deploying,
  deployment: Workload,
  { old, sets }: { readonly old: readonly Workload[]; readonly sets: readonly Workload[] },
): void {
  const least = deployment.spec.replicas - Math.floor(deployment.spec.replicas / 4);
  let available = sets.flatMap((set) => living(world, set)).filter(isReady).length;
  for (const set of old) {
    const pods = living(world, set);
    let left = pods.length;
    for (const pod of pods.toSorted((a, b) => Number(isReady(a)) - Number(isReady(b)))) {
      if (isReady(pod) && available <= least) continue;
      if (isReady(pod)) available -= 1;
      left -= 1;
      kubelet.remove(pod);
      world.events.record(
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: pod.namespace, name: set.metadata.name, uid: set.metadata.uid },
        { component: 'replicaset-controller' },
        { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.name}` },
      );
    }
    if (left < pods.length)
      sayScaled(world, deployment, `Scaled down replica set ${set.metadata.name} from ${pods.length} to ${left}`);
  }
}

function sayScaled(world: World, { metadata }: Workload, message: string): void {
  const about = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid,
  };
  world.events.record(about, { component: 'deployment-controller' }, { type: 'Normal', reason: 'ScalingReplicaSet', message });
}
