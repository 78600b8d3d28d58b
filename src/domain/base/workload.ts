// Names of things in a cluster: a container of a pod, and the workload on top of its owner chain.

/** regular: spec.containers; init: spec.initContainers; sidecar: an init container with restartPolicy Always; ephemeral: kubectl debug. */
export type ContainerRole = 'regular' | 'init' | 'sidecar' | 'ephemeral';

/** One container of one pod of one cluster, named so that a recreated pod of the same name is another one. */
export type ContainerRef = {
  readonly cluster: string;
  readonly namespace: string;
  readonly pod: string;
  readonly podUid: string;
  readonly container: string;
  readonly role: ContainerRole;
};

/** Any owner by kind; the kinds whose template can be patched are in change.ts. A bare pod is its own workload of kind Pod. */
export type WorkloadRef = {
  readonly cluster: string;
  readonly namespace: string;
  /** "apps/v1", "batch/v1", "v1", "argoproj.io/v1alpha1" … */
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
};

export type OwnerReference = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
};

/** "payments/checkout-api"; of something outside any namespace, as a node, the name alone. */
export function workloadName({ namespace, name }: Pick<WorkloadRef, 'namespace' | 'name'>): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** Where the container sits in a pod template: native sidecars are init containers. */
export function containerList(role: ContainerRole): 'containers' | 'initContainers' | undefined {
  switch (role) {
    case 'regular':
      return 'containers';
    case 'init':
    case 'sidecar':
      return 'initContainers';
    case 'ephemeral':
      return undefined;
  }
}
