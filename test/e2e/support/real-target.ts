// A real cluster with a kubelet, given by E2E_KUBECONFIG. Works in a namespace of its own and removes it. The workloads are those of
// busybox and polinux/stress, which have to be pullable or on the node.

import { randomBytes } from 'node:crypto';
import type { ClusterConnection } from '../../../src/adapters/kubernetes/client/connection.ts';
import { connectCluster } from '../../../src/adapters/kubernetes/client/connection.ts';
import { removeNamespace } from '../../support/namespace.ts';
import type { Target } from './target.ts';

const DEPLOYMENT = 'checkout-api';
const BARE = 'stress';
const PATIENCE_MS = 180_000;
/** One answer of a busy API server. */
const ANSWER_WITHIN_MS = 30_000;
const LOOK_AGAIN_MS = 100;

type Dying = { readonly dies?: 'always' | 'twice' };

/** Undefined when no real cluster is at hand. */
export function realKubeconfig(): string | undefined {
  return process.env['E2E_KUBECONFIG'] || undefined;
}

/** `dies`: every run of a pod of the Deployment that has too little, or only the first two. Then its rollout ends, too, when it gets too little again. */
export async function startRealTarget(kubeconfig: string, { dies = 'always' }: Dying = {}): Promise<Target> {
  const connection = connectCluster({ kind: 'file', path: kubeconfig, context: undefined });
  const namespace = `headroom-e2e-${randomBytes(3).toString('hex')}`;
  await create(connection, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await create(connection, `/apis/apps/v1/namespaces/${namespace}/deployments`, deployment(dies === 'twice' ? TWICE : ALWAYS));
  await createWithAccount(connection, namespace);
  return {
    name: 'real cluster',
    kubeconfig,
    prometheusUrl: process.env['E2E_PROMETHEUS_URL'],
    connection,
    namespaces: [namespace],
    deployment: { namespace, name: DEPLOYMENT, container: 'app' },
    barePod: { namespace, name: BARE, container: 'stress' },
    patienceMs: PATIENCE_MS,
    watch: '15s',
    async stop() {
      await removeNamespace(connection, namespace);
      await connection.close();
    },
  };
}

async function create(connection: ClusterConnection, path: string, body: unknown): Promise<void> {
  await connection.json({ method: 'POST', path, body, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
}

/** A bare pod is refused until its namespace's default ServiceAccount is there, which takes a moment. */
async function createWithAccount(connection: ClusterConnection, namespace: string): Promise<void> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
  while ((await connection.answer({ path, signal })).status !== 200) {
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_AGAIN_MS);
    });
  }
  await create(connection, `/api/v1/namespaces/${namespace}/pods`, barePod());
}

/** dd takes a buffer of 60 MiB and then waits on a pipe nobody empties: PID 1, killed at 50Mi, quiet above. */
const ALWAYS =
  "echo starting; mkfifo /tmp/f; (sleep 100000 < /tmp/f) & printf 'processing order 17 of'; sleep 1; exec dd if=/dev/zero of=/tmp/f bs=60M";
/** What outlives a run counts them. Not once: containerd may be late to tell the kubelet why a container ended. */
const TWICE = `echo run >> /keep/runs; if [ "$(wc -l < /keep/runs)" -gt 2 ]; then trap 'exit 0' TERM; sleep 100000 & wait; fi; ${ALWAYS}`;

function deployment(script: string): unknown {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: DEPLOYMENT, annotations: { 'example.com/team': 'payments' } },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: DEPLOYMENT } },
      template: {
        metadata: { labels: { app: DEPLOYMENT } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: 'app',
              image: 'busybox',
              imagePullPolicy: 'IfNotPresent',
              command: ['sh', '-c', script],
              env: [{ name: 'DATABASE_PASSWORD', value: 'hunter2hunter2' }],
              resources: { requests: { memory: '20Mi', cpu: '10m' }, limits: { memory: '50Mi' } },
              volumeMounts: [{ name: 'keep', mountPath: '/keep' }],
            },
          ],
          volumes: [{ name: 'keep', emptyDir: {} }],
        },
      },
    },
  };
}

function barePod(): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: BARE },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'stress',
          image: 'polinux/stress',
          imagePullPolicy: 'IfNotPresent',
          command: ['stress', '--vm', '1', '--vm-bytes', '100M', '--vm-hang', '1'],
          resources: { limits: { memory: '50Mi' } },
        },
      ],
    },
  };
}
