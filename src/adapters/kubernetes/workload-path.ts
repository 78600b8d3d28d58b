// Where the API server keeps the kinds we read.

const COLLECTIONS: ReadonlyMap<string, string> = new Map([
  ['ReplicaSet', '/apis/apps/v1/namespaces/{}/replicasets'],
  ['Deployment', '/apis/apps/v1/namespaces/{}/deployments'],
  ['StatefulSet', '/apis/apps/v1/namespaces/{}/statefulsets'],
  ['DaemonSet', '/apis/apps/v1/namespaces/{}/daemonsets'],
  ['Job', '/apis/batch/v1/namespaces/{}/jobs'],
  ['CronJob', '/apis/batch/v1/namespaces/{}/cronjobs'],
]);

/** Undefined for kinds of operators and others we do not know. */
export function workloadPath(namespace: string, kind: string, name: string): string | undefined {
  const collection = COLLECTIONS.get(kind);
  return collection === undefined
    ? undefined
    : `${collection.replace('{}', encodeURIComponent(namespace))}/${encodeURIComponent(name)}`;
}
