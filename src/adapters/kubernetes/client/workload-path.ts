// Where the API server keeps the kinds we read.

const COLLECTIONS: ReadonlyMap<string, string> = new Map([
  ['Pod', '/api/v1/namespaces/{}/pods'],
  ['ReplicaSet', '/apis/apps/v1/namespaces/{}/replicasets'],
  ['Deployment', '/apis/apps/v1/namespaces/{}/deployments'],
  ['StatefulSet', '/apis/apps/v1/namespaces/{}/statefulsets'],
  ['DaemonSet', '/apis/apps/v1/namespaces/{}/daemonsets'],
  ['Job', '/apis/batch/v1/namespaces/{}/jobs'],
  ['CronJob', '/apis/batch/v1/namespaces/{}/cronjobs'],
  ['Rollout', '/apis/argoproj.io/v1alpha1/namespaces/{}/rollouts'],
]);

/** Undefined for kinds of operators and others we do not know. */
export function workloadPath(namespace: string, kind: string, name: string): string | undefined {
  const collection = collectionPath(namespace, kind);
  return collection === undefined ? undefined : `${collection}/${encodeURIComponent(name)}`;
}

/** Where objects of a kind are listed and created. */
export function collectionPath(namespace: string, kind: string): string | undefined {
  return COLLECTIONS.get(kind)?.replace('{}', encodeURIComponent(namespace));
}
