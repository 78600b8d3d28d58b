// The resources the demo's API has, and what a request's path means.

import { noSuchResource } from './refusal.ts';

export type ResourceType = {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly subresources?: readonly string[];
  /** Field selectors beside metadata.name and metadata.namespace. */
  readonly fields?: readonly string[];
};

const READ = ['get', 'list', 'watch'] as const;
const CHANGE = [...READ, 'patch'] as const;
const EVENT_FIELDS = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];
const POD_FIELDS = [
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.schedulerName',
  'spec.serviceAccountName',
  'status.phase',
  'status.podIP',
];

type Row = Omit<ResourceType, 'group' | 'version'>;

function group(name: string, version: string, rows: readonly Row[]): readonly ResourceType[] {
  return rows.map((row) => ({ group: name, version, ...row }));
}

export const RESOURCES: readonly ResourceType[] = [
  ...group('', 'v1', [
    {
      resource: 'pods',
      kind: 'Pod',
      shortNames: ['po'],
      namespaced: true,
      verbs: [...CHANGE, 'create', 'delete'],
      subresources: ['log', 'resize'],
      fields: POD_FIELDS,
    },
    { resource: 'limitranges', kind: 'LimitRange', namespaced: true, verbs: READ },
    { resource: 'resourcequotas', kind: 'ResourceQuota', namespaced: true, verbs: READ },
    { resource: 'namespaces', kind: 'Namespace', shortNames: ['ns'], namespaced: false, verbs: READ },
    { resource: 'nodes', kind: 'Node', shortNames: ['no'], namespaced: false, verbs: READ },
    {
      ...{ resource: 'events', kind: 'Event', namespaced: true, verbs: [...READ, 'create'] },
      fields: [...EVENT_FIELDS.map((field) => `involvedObject.${field}`), 'reason', 'type', 'source', 'reportingComponent'],
    },
  ]),
  ...group('apps', 'v1', [
    { resource: 'deployments', kind: 'Deployment', shortNames: ['deploy'], namespaced: true, verbs: CHANGE },
    { resource: 'replicasets', kind: 'ReplicaSet', shortNames: ['rs'], namespaced: true, verbs: READ },
    { resource: 'statefulsets', kind: 'StatefulSet', shortNames: ['sts'], namespaced: true, verbs: CHANGE },
    { resource: 'daemonsets', kind: 'DaemonSet', shortNames: ['ds'], namespaced: true, verbs: CHANGE },
    { resource: 'controllerrevisions', kind: 'ControllerRevision', namespaced: true, verbs: READ },
  ]),
  ...group('batch', 'v1', [
    { resource: 'jobs', kind: 'Job', namespaced: true, verbs: READ },
    { resource: 'cronjobs', kind: 'CronJob', shortNames: ['cj'], namespaced: true, verbs: READ },
  ]),
  ...group('autoscaling', 'v2', [
    { resource: 'horizontalpodautoscalers', kind: 'HorizontalPodAutoscaler', namespaced: true, verbs: READ },
  ]),
  ...group('policy', 'v1', [{ resource: 'poddisruptionbudgets', kind: 'PodDisruptionBudget', namespaced: true, verbs: READ }]),
  ...group('events.k8s.io', 'v1', [
    {
      resource: 'events',
      kind: 'Event',
      namespaced: true,
      verbs: READ,
      fields: [...EVENT_FIELDS.map((field) => `regarding.${field}`), 'reason', 'type', 'reportingController'],
    },
  ]),
  ...group('coordination.k8s.io', 'v1', [
    { resource: 'leases', kind: 'Lease', namespaced: true, verbs: [...READ, 'create', 'update', 'delete'] },
  ]),
  ...group('authorization.k8s.io', 'v1', [
    { resource: 'selfsubjectaccessreviews', kind: 'SelfSubjectAccessReview', namespaced: false, verbs: ['create'] },
  ]),
  ...group('metrics.k8s.io', 'v1beta1', [{ resource: 'pods', kind: 'PodMetrics', namespaced: true, verbs: ['get', 'list'] }]),
];

export type Target = {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
};

/** Groups this server has none of: answered as plain text, not as a Status. */
export type Located = { readonly kind: 'target'; readonly target: Target } | { readonly kind: 'no-group' };

/** Throws a Refusal for a resource that a known group does not have. */
export function locate(segments: readonly string[], isServed: (group: string) => boolean): Located {
  const [root, ...rest] = segments;
  const [groupName, version, ...path] = root === 'api' ? ['', ...rest] : rest;
  const known = RESOURCES.filter((type) => type.group === groupName && type.version === version);
  if (known.length === 0 || groupName === undefined || !isServed(groupName)) return { kind: 'no-group' };
  const inNamespace = path[0] === 'namespaces' && path.length > 2;
  const namespace = inNamespace ? path[1] : undefined;
  const [resource, name, subresource, ...more] = inNamespace ? path.slice(2) : path;
  const type = known.find((each) => each.resource === resource && (each.namespaced || !inNamespace));
  if (type === undefined || more.length > 0 || !exists(type, { namespace, name, subresource })) throw noSuchResource();
  return { kind: 'target', target: { type, namespace, name, subresource } };
}

function exists(
  { namespaced, subresources = [] }: ResourceType,
  { namespace, name, subresource }: Omit<Target, 'type'>,
): boolean {
  if (subresource !== undefined && !subresources.includes(subresource)) return false;
  return !namespaced || name === undefined || namespace !== undefined;
}
