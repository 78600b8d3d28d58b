// The workloads that are killed for memory, or mistaken for it: each for another reason. A raise to one and a half times the limit ends every kill but the
// leak's, the stress test's and those that are none.

import { LOGS } from './log-lines.ts';
import type { WorkloadSpec } from './workload-spec.ts';
import { APPLY } from './workload-spec.ts';

/** Killed for memory, or mistaken for it. */
export const RESTLESS: readonly WorkloadSpec[] = [
  {
    ...{ namespace: 'payments', name: 'checkout-api', kind: 'Deployment', replicas: 3, ageHours: 154, manager: APPLY },
    containers: [
      {
        ...{
          name: 'api',
          image: 'registry.example/payments/checkout-api:4.18.2',
          command: ['node', 'dist/server.js'],
          port: 8080,
          liveness: '/healthz',
        },
        ...{
          env: [{ name: 'NODE_ENV', value: 'production' }],
          limit: '256Mi',
          request: '128Mi',
          cpu: '250m',
          log: LOGS.checkout,
          firstKillMs: 3000,
        },
        profile: { kind: 'surge', usual: 205, swing: 18, peak: 292, everyMs: 120_000, exitCode: 137 },
      },
    ],
  },
  {
    ...{ namespace: 'orders', name: 'order-worker', kind: 'Deployment', replicas: 2, ageHours: 31, manager: 'helm' },
    annotations: { 'meta.helm.sh/release-name': 'orders', 'meta.helm.sh/release-namespace': 'orders' },
    labels: { 'app.kubernetes.io/managed-by': 'Helm' },
    containers: [
      {
        ...{
          name: 'worker',
          image: 'registry.example/orders/order-worker:2.7.0',
          command: ['python', '-m', 'order_worker'],
          limit: '512Mi',
          request: '256Mi',
        },
        ...{
          cpu: '200m',
          log: LOGS.worker,
          firstKillMs: 9000,
          profile: { kind: 'leak', base: 150, growth: 362, everyMs: 110_000 },
        },
      },
      {
        ...{
          name: 'log-shipper',
          image: 'registry.example/platform/log-shipper:3.1.9',
          limit: '64Mi',
          request: '32Mi',
          cpu: '20m',
          log: LOGS.shipper,
        },
        profile: { kind: 'steady', usual: 27, swing: 3 },
      },
    ],
  },
  {
    ...{ namespace: 'search', name: 'indexer', kind: 'Deployment', replicas: 1, ageHours: 122, manager: APPLY },
    containers: [
      {
        ...{
          name: 'indexer',
          image: 'registry.example/search/indexer:0.33.1',
          limit: '1Gi',
          request: '512Mi',
          cpu: '1',
          log: LOGS.indexer,
          firstKillMs: 20_000,
        },
        profile: { kind: 'surge', usual: 340, swing: 40, peak: 1330, everyMs: 75_000, exitCode: 137 },
      },
    ],
  },
  {
    ...{
      namespace: 'media',
      name: 'thumbnailer',
      kind: 'Deployment',
      replicas: 1,
      ageHours: 53,
      manager: APPLY,
      memoryVolume: 'scratch',
    },
    containers: [
      {
        ...{
          name: 'thumbnailer',
          image: 'registry.example/media/thumbnailer:1.9.0',
          limit: '256Mi',
          request: '128Mi',
          cpu: '500m',
          log: LOGS.thumbnailer,
        },
        ...{
          mount: { name: 'scratch', mountPath: '/scratch' },
          firstKillMs: 54_000,
          profile: { kind: 'volume', base: 60, first: 196, most: 270, everyMs: 90_000 },
        },
      },
    ],
  },
  {
    ...{ namespace: 'reports', name: 'pdf-renderer', kind: 'Deployment', replicas: 2, ageHours: 98, manager: APPLY },
    containers: [
      {
        ...{
          name: 'renderer',
          image: 'registry.example/reports/pdf-renderer:1.4.4',
          command: ['/usr/local/bin/renderer', '--workers=4'],
          limit: '512Mi',
        },
        ...{ request: '384Mi', cpu: '500m', log: LOGS.renderer, firstKillMs: 27_000 },
        profile: { kind: 'surge', usual: 370, swing: 25, peak: 640, everyMs: 130_000, exitCode: 1 },
      },
    ],
  },
  {
    ...{ namespace: 'batch', name: 'importer', kind: 'Deployment', replicas: 1, ageHours: 75, manager: APPLY },
    containers: [
      {
        ...{
          name: 'importer',
          image: 'registry.example/batch/importer:5.0.3',
          limit: '1Gi',
          request: '512Mi',
          cpu: '300m',
          port: 8080,
          liveness: '/healthz',
        },
        ...{ log: LOGS.importer, firstKillMs: 64_000, profile: { kind: 'stuck', usual: 380, swing: 30, everyMs: 100_000 } },
      },
    ],
  },
  {
    ...{ namespace: 'cache', name: 'session-store', kind: 'StatefulSet', replicas: 3, ageHours: 180, manager: APPLY },
    containers: [
      {
        ...{
          name: 'redis',
          image: 'registry.example/library/redis:8.2.1',
          args: ['redis-server', '--save', '300', '100'],
          limit: '128Mi',
          request: '128Mi',
        },
        ...{ cpu: '100m', port: 6379, log: LOGS.redis, firstKillMs: 14_000 },
        profile: { kind: 'surge', usual: 104, swing: 7, peak: 146, everyMs: 165_000, exitCode: 137 },
      },
    ],
  },
  {
    ...{ namespace: 'web', name: 'storefront', kind: 'Deployment', replicas: 2, ageHours: 140, manager: 'argocd-controller' },
    annotations: { 'argocd.argoproj.io/tracking-id': 'storefront:apps/Deployment:web/storefront' },
    containers: [
      {
        ...{
          name: 'storefront',
          image: 'registry.example/web/storefront:2026.11.3',
          limit: '384Mi',
          request: '256Mi',
          cpu: '400m',
          port: 3000,
        },
        ...{ log: LOGS.storefront, firstKillMs: 35_000 },
        profile: { kind: 'surge', usual: 300, swing: 22, peak: 452, everyMs: 140_000, exitCode: 137 },
      },
    ],
  },
  {
    ...{ namespace: 'tools', name: 'stress', kind: 'Pod', replicas: 1, ageHours: 0, bornAfterMs: 4000, manager: APPLY },
    containers: [
      {
        ...{
          name: 'stress',
          image: 'polinux/stress',
          command: ['stress'],
          args: ['--vm', '1', '--vm-bytes', '100M', '--vm-hang', '1'],
          limit: '50Mi',
          request: '50Mi',
        },
        ...{
          log: LOGS.stress,
          firstKillMs: 6000,
          profile: { kind: 'surge', usual: 98, swing: 0, peak: 98, everyMs: 60_000, rampMs: 1500, exitCode: 1 },
        },
      },
    ],
  },
  {
    ...{ namespace: 'risk', name: 'scoring', kind: 'Deployment', replicas: 1, ageHours: 110, manager: APPLY },
    containers: [
      {
        ...{
          name: 'scoring',
          image: 'registry.example/risk/scoring:11.2.0',
          command: ['java', '-jar', '/app/scoring.jar'],
          limit: '512Mi',
          request: '512Mi',
        },
        ...{
          env: [{ name: 'JAVA_TOOL_OPTIONS', value: '-Xmx512m -XX:+UseG1GC' }],
          cpu: '500m',
          log: LOGS.scoring,
          firstKillMs: 44_000,
        },
        profile: { kind: 'surge', usual: 430, swing: 24, peak: 618, everyMs: 85_000, exitCode: 137 },
      },
    ],
  },
];
