// Pods of realistic size that no kubelet runs, and their status as a kubelet writes it when the kernel kills a container.

import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { ClusterConnection } from '../src/adapters/kubernetes/client/connection.ts';
import { removeNamespace } from '../test/support/namespace.ts';

export type Fleet = {
  readonly namespace: string;
  readonly names: string[];
  podBytes(): number;
  remove(): Promise<void>;
};

const LIMIT = '64Mi';
const AT_ONCE = 64;
const REQUEST_MS = 60_000;

const created = z.object({ metadata: z.object({ uid: z.string() }) });

export async function createFleet(connection: ClusterConnection, namespace: string): Promise<Fleet> {
  const signal = AbortSignal.timeout(REQUEST_MS);
  await connection.json({
    method: 'POST',
    path: '/api/v1/namespaces',
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    signal,
  });
  const account = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
  while ((await connection.answer({ path: account, signal })).status !== 200) signal.throwIfAborted();
  let bytes = 0;
  const fleet: Fleet = {
    namespace,
    names: [],
    podBytes: () => bytes,
    remove: () => removeNamespace(connection, namespace),
  };
  await addPods(connection, fleet, 1);
  const [first = ''] = fleet.names;
  bytes = (await connection.text({ path: podPath(fleet, first), signal })).length;
  return fleet;
}

export async function addPods(connection: ClusterConnection, fleet: Fleet, count: number): Promise<void> {
  const from = fleet.names.length;
  const names = Array.from({ length: Math.max(0, count) }, (_, index) => `bench-${String(from + index).padStart(6, '0')}`);
  fleet.names.push(...names);
  await inParallel(names, async (name) => {
    const path = `/api/v1/namespaces/${fleet.namespace}/pods`;
    await connection.json({ method: 'POST', path, body: pod(name), signal: AbortSignal.timeout(REQUEST_MS) });
    await patchStatus(connection, fleet.namespace, { name, status: runningStatus(undefined, 'recovered') });
  });
}

export async function inParallel<Item>(items: readonly Item[], act: (item: Item) => Promise<unknown>): Promise<void> {
  const left = items.values();
  const work = async (): Promise<void> => {
    for (const item of left) await act(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** A change that is no kill, as a controller or a person makes them. */
export async function touch(connection: ClusterConnection, fleet: Fleet, name: string): Promise<void> {
  await connection.json({
    method: 'PATCH',
    path: podPath(fleet, name),
    contentType: 'application/merge-patch+json',
    body: { metadata: { annotations: { 'example.com/touched': randomBytes(8).toString('hex') } } },
    signal: AbortSignal.timeout(REQUEST_MS),
  });
}

export type KillShape = 'recovered' | 'back-off';

export type PodToKill = { readonly namespace: string; readonly name: string; readonly shape?: KillShape };

/** Resolves to the kill's identity but for the cluster's name, which the program knows. */
export async function markKilled(
  connection: ClusterConnection,
  { namespace, name, shape = 'recovered' }: PodToKill,
): Promise<{ readonly id: string }> {
  const containerId = randomBytes(32).toString('hex');
  const answer = await patchStatus(connection, namespace, { name, status: runningStatus(containerId, shape) });
  return { id: `${connection.contextName}/${created.parse(answer).metadata.uid}/app/${containerId}` };
}

function podPath({ namespace }: Pick<Fleet, 'namespace'>, name: string): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}`;
}

type StatusPatch = { readonly name: string; readonly status: object };

function patchStatus(connection: ClusterConnection, namespace: string, { name, status }: StatusPatch): Promise<unknown> {
  return connection.json({
    method: 'PATCH',
    path: `${podPath({ namespace }, name)}/status`,
    contentType: 'application/merge-patch+json',
    body: { status },
    signal: AbortSignal.timeout(REQUEST_MS),
  });
}

function iso(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

function runningStatus(killed: string | undefined, shape: KillShape): object {
  const now = Date.now();
  const terminated = {
    exitCode: 137,
    reason: 'OOMKilled',
    startedAt: iso(now - 3_600_000),
    finishedAt: iso(now),
    containerID: `containerd://${killed}`,
  };
  const condition = (type: string) => ({ type, status: 'True', lastProbeTime: null, lastTransitionTime: iso(now) });
  return {
    phase: 'Running',
    conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(condition),
    hostIP: '10.0.0.1',
    podIP: '10.1.2.3',
    podIPs: [{ ip: '10.1.2.3' }],
    startTime: iso(now),
    containerStatuses: [
      {
        name: 'app',
        image: 'registry.example.com/payments/checkout-api:v1.42.0',
        imageID: `registry.example.com/payments/checkout-api@sha256:${'a'.repeat(64)}`,
        containerID: `containerd://${'b'.repeat(64)}`,
        ready: killed === undefined,
        started: true,
        restartCount: killed === undefined ? 0 : 1,
        state:
          shape === 'back-off'
            ? { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' } }
            : { running: { startedAt: iso(now) } },
        lastState: killed === undefined ? {} : { terminated },
      },
    ],
  };
}

/** About 9 KB of JSON with managedFields, as a pod of a usual Deployment has. */
function pod(name: string): unknown {
  const probe = { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 10, failureThreshold: 3 };
  const env = Array.from({ length: 24 }, (_, index) => ({
    name: `SETTING_${index}`,
    value: `https://service-${index}.example.svc.cluster.local:8443/v1/resource`,
  }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      labels: {
        app: 'checkout-api',
        'pod-template-hash': '7d9f6c5b4d',
        'app.kubernetes.io/part-of': 'payments',
        tier: 'backend',
      },
      annotations: { 'example.com/config-hash': 'c'.repeat(64), 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080' },
    },
    // No scheduler of that name: the pod stays as it is and nobody writes its status but us.
    spec: {
      schedulerName: 'none',
      containers: [
        {
          name: 'app',
          image: 'registry.example.com/payments/checkout-api:v1.42.0',
          ports: [{ name: 'http', containerPort: 8080 }],
          env,
          resources: { limits: { memory: LIMIT }, requests: { memory: LIMIT, cpu: '10m' } },
          livenessProbe: probe,
          readinessProbe: probe,
          volumeMounts: [{ name: 'config', mountPath: '/etc/app' }],
        },
      ],
      volumes: [{ name: 'config', emptyDir: {} }],
    },
  };
}
