// What the Deployment and ReplicaSet controllers report: counts and conditions, in their own words. Written only when something changed.

import type { Workload } from '../model/objects.ts';
import { time } from '../model/objects.ts';
import type { PodRecord } from '../model/run.ts';
import { isReady } from '../model/run.ts';
import { isSame } from '../model/workload-object.ts';
import type { World } from './world.ts';
import { podsOf } from './world.ts';

/** Its pods that are not being deleted. */
export function living(world: World, set: Workload): readonly PodRecord[] {
  return podsOf(world, set.metadata.namespace ?? '', set.metadata.uid).filter(({ deletedAt }) => deletedAt === undefined);
}

export function updateReplicaSet(world: World, set: Workload): void {
  const pods = living(world, set);
  const ready = pods.filter(isReady).length;
  const next = {
    ...set,
    spec: { ...set.spec, replicas: pods.length },
    status: {
      replicas: pods.length,
      ...(pods.length === 0 ? {} : { fullyLabeledReplicas: pods.length }),
      ...(ready === 0 ? {} : { readyReplicas: ready, availableReplicas: ready }),
      observedGeneration: set.metadata.generation ?? 1,
    },
  };
  if (!isSame(next, set)) world.store.put('replicasets', next);
}

export function updateStatus(
  world: World,
  deployment: Workload,
  { current, old }: { readonly current: Workload; readonly old: readonly Workload[] },
): void {
  const fresh = living(world, current);
  const all = [...fresh, ...old.flatMap((set) => living(world, set))];
  const ready = all.filter(isReady).length;
  const { replicas } = deployment.spec;
  const done = fresh.length === replicas && all.length === replicas && ready === replicas;
  const available = ready >= replicas - Math.floor(replicas / 4);
  const before = conditionsOf(deployment);
  const wasDone =
    before.find(({ type }) => type === 'Progressing')?.reason === 'NewReplicaSetAvailable' && all.length === fresh.length;
  const status = {
    observedGeneration: deployment.metadata.generation ?? 1,
    replicas: all.length,
    updatedReplicas: fresh.length,
    ...(ready === 0 ? {} : { readyReplicas: ready, availableReplicas: ready }),
    ...(ready >= replicas ? {} : { unavailableReplicas: Math.max(0, Math.max(replicas, all.length) - ready) }),
    terminatingReplicas: 0,
    conditions: [
      condition(world, before, available ? AVAILABLE : NOT_AVAILABLE),
      condition(world, before, progress(current.metadata.name, done || wasDone)),
    ],
  };
  if (!isSame(status, deployment.status)) {
    const stored = world.store.get('deployments', deployment.metadata.namespace, deployment.metadata.name) ?? deployment;
    world.store.put('deployments', { ...stored, status });
  }
}

type Condition = { readonly type: string; readonly status: string; readonly reason: string; readonly message: string };

const AVAILABLE: Condition = {
  type: 'Available',
  status: 'True',
  reason: 'MinimumReplicasAvailable',
  message: 'Deployment has minimum availability.',
};
const NOT_AVAILABLE: Condition = {
  type: 'Available',
  status: 'False',
  reason: 'MinimumReplicasUnavailable',
  message: 'Deployment does not have minimum availability.',
};

function progress(set: string, done: boolean): Condition {
  const message = done ? `ReplicaSet "${set}" has successfully progressed.` : `ReplicaSet "${set}" is progressing.`;
  return { type: 'Progressing', status: 'True', reason: done ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated', message };
}

type Stored = Partial<Condition> & { readonly lastUpdateTime?: unknown; readonly lastTransitionTime?: unknown };

function conditionsOf({ status }: Workload): readonly Stored[] {
  const { conditions } = status;
  return Array.isArray(conditions) ? conditions.filter((one): one is Stored => typeof one === 'object' && one !== null) : [];
}

function condition(world: World, before: readonly Stored[], next: Condition): object {
  const known = before.find(({ type }) => type === next.type);
  const now = time(world.now());
  if (known?.reason === next.reason && known.message === next.message)
    return { ...next, lastUpdateTime: known.lastUpdateTime, lastTransitionTime: known.lastTransitionTime };
  return { ...next, lastUpdateTime: now, lastTransitionTime: known?.status === next.status ? known.lastTransitionTime : now };
}
