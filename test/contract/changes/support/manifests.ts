// Workloads of every kind as somebody would have written them, with a good deal in them that must not change.

import type { ChangeCase, Kind, LimitKind, OwnerKind } from './cases.ts';

export const ROLLOUT_CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'rollouts.argoproj.io' },
  spec: {
    group: 'argoproj.io',
    scope: 'Namespaced',
    names: { kind: 'Rollout', listKind: 'RolloutList', plural: 'rollouts', singular: 'rollout' },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
    ],
  },
} as const;

export function podSpecPath(kind: Kind): readonly string[] {
  if (kind === 'Pod') return ['spec'];
  return kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template', 'spec'] : ['spec', 'template', 'spec'];
}

type Named = { readonly name: string; readonly namespace: string };

export function manifestOf(one: ChangeCase, { name, namespace }: Named): object {
  const { kind } = one;
  const metadata = { name, namespace, ...marksOf(one.owner, { kind, name, namespace }) };
  const template = { metadata: { labels: { app: name } }, spec: podSpec(one) };
  const selector = { matchLabels: { app: name } };
  switch (kind) {
    case 'Pod':
      return { apiVersion: 'v1', kind, metadata, spec: { ...podSpec(one), schedulerName: 'nobody' } };
    case 'CronJob':
      return {
        apiVersion: 'batch/v1',
        kind,
        metadata,
        spec: { schedule: '0 3 * * *', suspend: true, jobTemplate: { spec: { template } } },
      };
    case 'Job':
      return { apiVersion: 'batch/v1', kind, metadata, spec: { suspend: true, template } };
    case 'Rollout':
      return {
        apiVersion: 'argoproj.io/v1alpha1',
        kind,
        metadata,
        spec: { replicas: 0, selector, template, strategy: { canary: { steps: [{ setWeight: 20 }] } } },
      };
    case 'StatefulSet':
      return { apiVersion: 'apps/v1', kind, metadata, spec: { replicas: 0, serviceName: name, selector, template } };
    case 'DaemonSet':
      return { apiVersion: 'apps/v1', kind, metadata, spec: { selector, template } };
    default:
      return { apiVersion: 'apps/v1', kind, metadata, spec: { replicas: 0, selector, template } };
  }
}

function marksOf(owner: OwnerKind, { kind, name, namespace }: Named & { readonly kind: Kind }): object {
  const group = kind === 'Pod' ? '' : kind === 'Rollout' ? 'argoproj.io' : kind.endsWith('Job') ? 'batch' : 'apps';
  switch (owner) {
    case 'nobody':
      return {};
    case 'helm':
      return {
        labels: { 'app.kubernetes.io/managed-by': 'Helm' },
        annotations: { 'meta.helm.sh/release-name': 'shop', 'meta.helm.sh/release-namespace': namespace },
      };
    case 'argo-cd':
      return { annotations: { 'argocd.argoproj.io/tracking-id': `shop:${group}/${kind}:${namespace}/${name}` } };
    case 'flux':
      return { labels: { 'kustomize.toolkit.fluxcd.io/name': 'shop', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' } };
  }
}

function podSpec({ kind, container, limit }: ChangeCase): object {
  const own = (name: string): object =>
    name === container || container === 'pod' ? resourcesOf(container === 'pod' ? 'cpu-only' : limit) : resourcesOf('limit');
  const rest = {
    image: 'busybox',
    command: ['sh', '-c', 'sleep 100000'],
    env: [{ name: 'MODE', value: 'fast' }],
    volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
  };
  return {
    ...(kind === 'Job' || kind === 'CronJob' ? { restartPolicy: 'Never' } : {}),
    // No node has it, so that a DaemonSet makes no pod.
    nodeSelector: { 'example.com/nowhere': 'yes' },
    initContainers: [
      { name: 'init', ...rest, ...own('init') },
      { name: 'sidecar', restartPolicy: 'Always', ...rest, ...own('sidecar') },
    ],
    containers: [
      { name: 'second', ...rest, ...own('second') },
      { name: 'app', ...rest, ...own('app') },
    ],
    ...(container === 'pod' ? { resources: { limits: { memory: '64Mi' }, requests: { memory: '64Mi', cpu: '100m' } } } : {}),
    volumes: [{ name: 'scratch', emptyDir: {} }],
  };
}

function resourcesOf(limit: LimitKind): object {
  switch (limit) {
    case 'limit':
      return { resources: { requests: { memory: '32Mi', cpu: '10m' }, limits: { memory: '64Mi' } } };
    case 'cpu-only':
      return { resources: { requests: { cpu: '10m' } } };
    case 'no-resources':
      return {};
  }
}
