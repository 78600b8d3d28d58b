// A real cluster for the contract: a namespace of its own with two Deployments and an account that may do next to nothing. Removed afterwards. The images
// are busybox's, which has to be pullable or on the node.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { ClusterConnection } from '../../../src/adapters/kubernetes/client/connection.ts';
import { connectCluster } from '../../../src/adapters/kubernetes/client/connection.ts';
import { removeNamespace } from '../../support/namespace.ts';
import type { ClusterUnderTest } from './cluster-support.ts';
import { eventually, podsOf, watchFromTheStart } from './cluster-support.ts';

export type RealCluster = ClusterUnderTest & {
  readonly kubeconfig: string;
  readonly namespace: string;
  /** May get, list and watch pods in the namespace, and nothing else. */
  readonly restricted: ClusterConnection;
};

const REQUEST_MS = 10_000;
/** About 75 to 150 s at an even pace, and more when the machine slows down on the way. */
const OUTDATED_WITHIN_MS = 400_000;

/** Says who it is, then dies in the middle of a line: PID 1, exit code 137, over and over. */
const RESTLESS =
  "echo starting; for i in 1 2 3; do echo order $i done; done; printf 'loading order 4 of'; sleep 1; exec tail /dev/zero";

export async function startRealCluster(kubeconfig: string): Promise<RealCluster> {
  const connection = connectCluster({ kind: 'file', path: kubeconfig, context: undefined });
  const namespace = `headroom-contract-${randomBytes(3).toString('hex')}`;
  const post = (path: string, body: object): Promise<unknown> =>
    connection.json({ method: 'POST', path, body, signal: AbortSignal.timeout(REQUEST_MS) });
  await post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await post(`/apis/apps/v1/namespaces/${namespace}/deployments`, deployment('restless', RESTLESS));
  await post(`/apis/apps/v1/namespaces/${namespace}/deployments`, deployment('quiet', 'trap : TERM; sleep 100000 & wait'));
  const restricted = connectCluster({ kind: 'text', kubeconfig: await restrictedKubeconfig({ post, kubeconfig, namespace }) });
  return {
    connection,
    restricted,
    kubeconfig,
    namespace,
    prometheusUrl: process.env['E2E_PROMETHEUS_URL'],
    restless: { namespace, name: 'restless', container: 'app' },
    quiet: { namespace, name: 'quiet', container: 'app' },
    // It dies by itself, again and again.
    kill: () => Promise.resolve(),
    outdate: () => outdate({ connection, restless: { namespace, name: 'restless', container: 'app' } }),
    patienceMs: 150_000,
    async stop() {
      await removeNamespace(connection, namespace);
      await restricted.close();
      await connection.close();
    },
  };
}

/** Changes of one pod in a row; twice what an API server remembers at least. */
const CHANGES = 200;

/**
 * The API server keeps the newest changes of each kind in memory, a hundred at first, and twice as many whenever those are all younger than 75 s
 * (k8s.io/apiserver, storage/cacher/watch_cache.go): a new cluster forgets its first position only after many changes and some time.
 */
async function outdate(target: Pick<ClusterUnderTest, 'connection' | 'restless'>): Promise<void> {
  const { connection, restless } = target;
  // Not any pod of the namespace: one of the other Deployment may be on its way out since the last change.
  const [pod] = await podsOf(target, restless);
  if (pod === undefined) throw new Error('the restless workload has no pod');
  const path = `/api/v1/namespaces/${restless.namespace}/pods/${pod.name}`;
  await eventually('the API server to forget its first position', OUTDATED_WITHIN_MS, async () => {
    if ((await endOfWatch(target)) === 'expired') return true;
    for (let change = 0; change < CHANGES; change += 1) {
      const body = { metadata: { annotations: { 'example.com/change': randomBytes(4).toString('hex') } } };
      const contentType = 'application/merge-patch+json';
      await connection.json({ method: 'PATCH', path, body, contentType, signal: AbortSignal.timeout(REQUEST_MS) });
    }
    await new Promise((resolve) => setTimeout(resolve, 5000));
    return undefined;
  });
}

async function endOfWatch(target: Pick<ClusterUnderTest, 'connection' | 'restless'>): Promise<string> {
  try {
    return await watchFromTheStart(target, AbortSignal.timeout(2000));
  } catch {
    return 'goes on';
  }
}

function deployment(name: string, script: string): object {
  const container = {
    name: 'app',
    image: 'busybox',
    imagePullPolicy: 'IfNotPresent',
    command: ['sh', '-c', script],
    env: [
      { name: 'MODE', value: 'fast' },
      { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'LIMIT', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
    ],
    resources: { requests: { memory: '16Mi', cpu: '10m' }, limits: { memory: '32Mi' } },
    volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels: { tier: 'gold' }, annotations: { 'example.com/team': 'payments' } },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [container],
          volumes: [{ name: 'scratch', emptyDir: { medium: 'Memory', sizeLimit: '4Mi' } }],
        },
      },
    },
  };
}

const token = z.object({ status: z.object({ token: z.string() }) });
const config = z.object({ clusters: z.array(z.looseObject({ name: z.string() })).min(1) });

type Restricting = {
  readonly post: (path: string, body: object) => Promise<unknown>;
  readonly kubeconfig: string;
  readonly namespace: string;
};

/** JSON is YAML: a kubeconfig for the account, with the first cluster of the given one. */
async function restrictedKubeconfig({ post, kubeconfig, namespace }: Restricting): Promise<string> {
  const name = 'restricted';
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  await post(`/api/v1/namespaces/${namespace}/serviceaccounts`, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });
  const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }];
  await post(`${rbac}/roles`, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name }, rules });
  await post(`${rbac}/rolebindings`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
  const answer = token.parse(await post(`/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`, request));
  const [cluster] = config.parse(parse(readFileSync(kubeconfig, 'utf8'))).clusters;
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [cluster],
    users: [{ name, user: { token: answer.status.token } }],
    contexts: [{ name, context: { cluster: cluster?.name, user: name } }],
    'current-context': name,
  });
}
