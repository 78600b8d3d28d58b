// The workloads of the stories about how a fix may end, in a namespace of their own on a real cluster. Images: busybox, which has to be on the node.

import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Call, ClusterConnection } from '../../../src/adapters/kubernetes/client/connection.ts';
import { connectCluster } from '../../../src/adapters/kubernetes/client/connection.ts';
import { removeNamespace } from '../../support/namespace.ts';
import type { Target } from './target.ts';

export type OutcomeTarget = Target & {
  readonly namespace: string;
  /** A quota on limits.memory; undefined takes it away. */
  quota(hard: string | undefined): Promise<void>;
  /** Behind the bot's back. */
  setLimit(name: string, limit: string): Promise<void>;
  label(name: string, story: string | undefined): Promise<void>;
  /** In the template. */
  limit(name: string): Promise<string | undefined>;
  startUnschedulable(name: string): Promise<void>;
  startStatefulSet(name: string): Promise<void>;
  /** Dies twice, then runs. */
  startCalm(name: string): Promise<void>;
  /** A pod without an owner that dies again and again; its second run lasts long enough to ask for something. */
  startLooping(name: string): Promise<void>;
  /** Has crashed once more just now, so that it waits for as long as its kubelet ever lets it. */
  isCrashLooping(pod: string): Promise<void>;
  /** Dead and not yet started again, after so many restarts: after two the kubelet waits for ten seconds, after three for twenty. */
  isBetweenRuns(pod: string, restarts: number): Promise<void>;
  /** Running, after so many restarts. */
  isInRun(pod: string, restarts: number): Promise<void>;
  /** Whether its kubelets leave the pod's cgroup as it was when a container is resized between two runs (kubernetes#138760). */
  leavesOldCgroups(): Promise<boolean>;
  /** What the kubelet says is in force for the container of a pod. */
  inForce(pod: string): Promise<string | undefined>;
  isReady(pod: string): Promise<boolean>;
  isRunning(name: string): Promise<{ readonly restarts: number; readonly inForce: string | undefined }>;
};

const PATIENCE_MS = 120_000;
const REQUEST_MS = 30_000;
const MORE_THAN_ANY_QUOTA = '8Gi';

/** dd takes a buffer of that many MiB and then waits on a pipe nobody empties. */
function eats(mebibytes: number): string {
  return `mkfifo /tmp/f; (sleep 100000 < /tmp/f) & sleep 1; exec dd if=/dev/zero of=/tmp/f bs=${mebibytes}M`;
}

/** What outlives a run counts them. Not once: containerd may be late to tell the kubelet why a container ended, and then nothing shows that it was memory. */
const TWICE = `echo run >> /keep/runs; if [ "$(wc -l < /keep/runs)" -gt 2 ]; then trap 'exit 0' TERM; sleep 100000 & wait; fi; ${eats(70)}`;
/** Of such a pod that has come to rest. */
const RESTARTS = 2;

/** The second run waits, so that a person can act while it runs; the others die at once. */
const LOOPING = `echo run >> /keep/runs; [ "$(wc -l < /keep/runs)" -ne 2 ] || sleep 60; ${eats(70)}`;

export async function startOutcomeTarget(kubeconfig: string): Promise<OutcomeTarget> {
  const connection = connectCluster({ kind: 'file', path: kubeconfig, context: undefined });
  const namespace = `headroom-outcomes-${randomBytes(3).toString('hex')}`;
  await send(connection, {
    path: '/api/v1/namespaces',
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  });
  const apps = `/apis/apps/v1/namespaces/${namespace}`;
  await send(connection, { path: `${apps}/deployments`, body: deployment('hungry', { script: eats(60) }) });
  const place = { namespace, name: 'hungry', container: 'app' };
  return {
    name: 'real cluster',
    kubeconfig,
    prometheusUrl: process.env['E2E_PROMETHEUS_URL'],
    connection,
    namespaces: [namespace],
    namespace,
    deployment: place,
    barePod: place,
    patienceMs: PATIENCE_MS,
    watch: '15s',
    ...changing(connection, namespace),
    startUnschedulable: (name) => send(connection, { path: `${apps}/deployments`, body: alone(name) }),
    startStatefulSet: (name) => send(connection, { path: `${apps}/statefulsets`, body: statefulSet(name) }),
    startCalm: (name) => send(connection, { path: `${apps}/deployments`, body: deployment(name, { script: TWICE }) }),
    startLooping: (name) =>
      send(connection, {
        path: `/api/v1/namespaces/${namespace}/pods`,
        body: { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: podSpec(LOOPING) },
      }),
    ...looking(connection, namespace),
    async stop() {
      await removeNamespace(connection, namespace);
      await connection.close();
    },
  };
}

type Sending = Pick<Call, 'path' | 'query'> & { readonly method?: 'POST' | 'PATCH' | 'DELETE'; readonly body?: object };

async function send(connection: ClusterConnection, { method = 'POST', path, query = {}, body }: Sending): Promise<void> {
  await connection.json({
    method,
    path,
    query,
    ...(body === undefined ? {} : { body }),
    ...(method === 'PATCH' ? { contentType: 'application/strategic-merge-patch+json' } : {}),
    signal: AbortSignal.timeout(REQUEST_MS),
  });
}

function changing(connection: ClusterConnection, namespace: string): Pick<OutcomeTarget, 'quota' | 'setLimit' | 'label'> {
  const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const quotas = `/api/v1/namespaces/${namespace}/resourcequotas`;
  // The API server hears of a quota, of what its controller counted, and of its end a moment later than we do.
  const isEnforced = async (): Promise<boolean> => {
    const { status } = await connection.answer({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/pods`,
      query: { dryRun: 'All' },
      body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'too-much' }, spec: podSpec('true', MORE_THAN_ANY_QUOTA) },
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    return status === 403;
  };
  return {
    async quota(hard) {
      if (hard === undefined) {
        await send(connection, { method: 'DELETE', path: `${quotas}/team` });
        return until('the quota to be gone', async () => !(await isEnforced()));
      }
      const spec = { hard: { 'limits.memory': hard } };
      await send(connection, {
        path: quotas,
        body: { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'team' }, spec },
      });
      return until('the quota to count', isEnforced);
    },
    setLimit: (name, limit) =>
      send(connection, {
        method: 'PATCH',
        path: `${deployments}/${name}`,
        query: { fieldManager: 'somebody-else' },
        body: { spec: { template: { spec: { containers: [{ name: 'app', resources: { limits: { memory: limit } } }] } } } },
      }),
    label: (name, story) =>
      send(connection, {
        method: 'PATCH',
        path: `${deployments}/${name}`,
        body: { metadata: { labels: { story: story ?? null } } },
      }),
  };
}

const template = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.array(z.object({ resources: z.object({ limits: z.object({ memory: z.string() }).optional() }) })),
      }),
    }),
  }),
});
const pod = z.object({
  metadata: z.object({ name: z.string() }),
  status: z.object({
    containerStatuses: z
      .array(
        z.object({
          restartCount: z.number(),
          ready: z.boolean(),
          state: z.object({
            running: z.looseObject({}).optional(),
            waiting: z.object({ reason: z.string().optional() }).optional(),
          }),
          resources: z.object({ limits: z.object({ memory: z.string().optional() }).optional() }).optional(),
        }),
      )
      .optional(),
  }),
});

function looking(
  connection: ClusterConnection,
  namespace: string,
): Pick<
  OutcomeTarget,
  'limit' | 'isCrashLooping' | 'isBetweenRuns' | 'isInRun' | 'isReady' | 'isRunning' | 'leavesOldCgroups' | 'inForce'
> {
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const statusOf = async (name: string) => (await read(connection, `${pods}/${name}`, pod)).status.containerStatuses?.[0];
  return {
    async limit(name) {
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
      return (await read(connection, path, template)).spec.template.spec.containers[0]?.resources.limits?.memory;
    },
    async isCrashLooping(name) {
      const before = (await statusOf(name))?.restartCount ?? 0;
      await until(`${name} to crash again and again`, async () => {
        const status = await statusOf(name);
        return status?.state.waiting?.reason === 'CrashLoopBackOff' && status.restartCount > before;
      });
    },
    isBetweenRuns: (name, restarts) =>
      until(`${name} to be dead after ${restarts} restarts`, async () => {
        const status = await statusOf(name);
        return status !== undefined && status.state.running === undefined && status.restartCount >= restarts;
      }),
    isInRun: (name, restarts) =>
      until(`${name} to run after ${restarts} restarts`, async () => {
        const status = await statusOf(name);
        return status?.state.running !== undefined && status.restartCount === restarts;
      }),
    async leavesOldCgroups() {
      const { gitVersion } = await read(connection, '/version', z.object({ gitVersion: z.string() }));
      const [minor = 0, patch = 0] = /^v1\.(\d+)\.(\d+)/.exec(gitVersion)?.slice(1).map(Number) ?? [];
      return minor < 36 || (minor === 36 && patch <= 3);
    },
    inForce: async (name) => (await statusOf(name))?.resources?.limits?.memory,
    isReady: async (name) => (await statusOf(name))?.ready === true,
    async isRunning(name) {
      let found: { readonly restarts: number; readonly inForce: string | undefined } | undefined;
      await until(`a running pod of ${name}`, async () => {
        const { items } = await read(connection, `${pods}?labelSelector=app%3D${name}`, z.object({ items: z.array(pod) }));
        const status = items[0]?.status.containerStatuses?.[0];
        if (status?.state.running === undefined || status.restartCount < RESTARTS) return false;
        found = { restarts: status.restartCount, inForce: status.resources?.limits?.memory };
        return true;
      });
      return found ?? { restarts: 0, inForce: undefined };
    },
  };
}

async function read<Value>(connection: ClusterConnection, path: string, schema: z.ZodType<Value>): Promise<Value> {
  const [bare = '', search] = path.split('?');
  const query = Object.fromEntries(new URLSearchParams(search ?? ''));
  return schema.parse(await connection.json({ path: bare, query, signal: AbortSignal.timeout(REQUEST_MS) }));
}

async function until(words: string, look: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    if (await look()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`waited in vain for ${words}`);
}

function podSpec(script: string, limit = '50Mi'): object {
  return {
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: 'app',
        image: 'busybox',
        imagePullPolicy: 'IfNotPresent',
        command: ['sh', '-c', script],
        resources: { requests: { memory: '20Mi', cpu: '10m' }, limits: { memory: limit } },
        volumeMounts: [{ name: 'keep', mountPath: '/keep' }],
      },
    ],
    volumes: [{ name: 'keep', emptyDir: {} }],
  };
}

type Parts = { readonly script: string; readonly spec?: object; readonly pod?: object; readonly labels?: object };

function deployment(name: string, { script, spec = {}, pod: more = {}, labels = {} }: Parts): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { ...podSpec(script), ...more } },
      ...spec,
    },
  };
}

/** One pod for each node, and the new one has to come before the old one goes: on a single node it never can. */
function alone(name: string): object {
  const term = { labelSelector: { matchLabels: { app: name } }, topologyKey: 'kubernetes.io/hostname' };
  return deployment(name, {
    script: TWICE,
    labels: { story: 'unschedulable' },
    pod: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } },
    spec: { progressDeadlineSeconds: 8, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } },
  });
}

function statefulSet(name: string): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name },
    spec: {
      replicas: 1,
      serviceName: name,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: podSpec(eats(60)) },
    },
  };
}
