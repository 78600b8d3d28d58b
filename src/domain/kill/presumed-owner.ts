// The workload a kill belongs to as far as the kill itself says: for when its owners could not be read (no right, gone, nobody answers). Controllers write the
// hash of the template into the name of each ReplicaSet and onto its pods, so that the name of what made it is what is left without the hash.

import type { WorkloadRef } from '../base/workload.ts';
import type { Kill } from './oom-kill.ts';

type Maker = Pick<WorkloadRef, 'apiVersion' | 'kind'> & { readonly label: string };

/** Deployments (kubernetes.io/docs/concepts/workloads/controllers/deployment, "Pod-template-hash label") and Argo Rollouts. */
const MAKERS: readonly Maker[] = [
  { apiVersion: 'apps/v1', kind: 'Deployment', label: 'pod-template-hash' },
  { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', label: 'rollouts-pod-template-hash' },
];

/** Its maker by the hash in the ReplicaSet's name, uid "" because nobody told it; else the pod's own controller, else the pod. A node's own kill: the node. */
export function presumedOwner(kill: Kill): WorkloadRef {
  const { cluster, namespace, pod, podUid } = kill.ref;
  const place = { cluster, namespace };
  if (kill.how === 'node') return { ...place, apiVersion: 'v1', kind: 'Node', name: pod, uid: podUid };
  if (kill.controller === undefined) return { ...place, apiVersion: 'v1', kind: 'Pod', name: pod, uid: podUid };
  const { apiVersion, kind, name, uid } = kill.controller;
  return makerOf(kill, place) ?? { ...place, apiVersion, kind, name, uid };
}

function makerOf({ controller, labels = {} }: Kill, place: Pick<WorkloadRef, 'cluster' | 'namespace'>): WorkloadRef | undefined {
  if (controller?.kind !== 'ReplicaSet') return undefined;
  for (const { apiVersion, kind, label } of MAKERS) {
    const ending = `-${labels[label] ?? ''}`;
    if (ending.length > 1 && controller.name.length > ending.length && controller.name.endsWith(ending))
      return { ...place, apiVersion, kind, name: controller.name.slice(0, -ending.length), uid: '' };
  }
  return undefined;
}
