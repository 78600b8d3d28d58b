// Pods that no kubelet runs, and their status as a kubelet writes it when the kernel kills a container.

import { randomBytes } from 'node:crypto';
import type { ClusterConnection } from '../src/adapters/kubernetes/connection.ts';

const LIMIT = '64Mi';

/** Returns their names. */
export async function createPods(connection: ClusterConnection, namespace: string, count: number): Promise<readonly string[]> {
  const signal = AbortSignal.timeout(120_000);
  await connection.json({
    method: 'POST',
    path: '/api/v1/namespaces',
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    signal,
  });
  const account = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
  while ((await connection.answer({ path: account, signal })).status !== 200) signal.throwIfAborted();
  const names = Array.from({ length: count }, (_, index) => `bench-${String(index).padStart(4, '0')}`);
  for (const name of names)
    await connection.json({ method: 'POST', path: `/api/v1/namespaces/${namespace}/pods`, body: pod(name), signal });
  return names;
}

function pod(name: string): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    // No scheduler of that name: the pod stays pending and nobody writes its status but us.
    spec: {
      schedulerName: 'none',
      containers: [{ name: 'app', image: 'busybox', resources: { limits: { memory: LIMIT }, requests: { memory: LIMIT } } }],
    },
  };
}

export async function markKilled(connection: ClusterConnection, namespace: string, name: string): Promise<void> {
  const now = Date.now();
  const iso = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
  const terminated = {
    exitCode: 137,
    reason: 'OOMKilled',
    startedAt: iso(now - 3_600_000),
    finishedAt: iso(now),
    containerID: `containerd://${randomBytes(32).toString('hex')}`,
  };
  await connection.json({
    method: 'PATCH',
    path: `/api/v1/namespaces/${namespace}/pods/${name}/status`,
    contentType: 'application/merge-patch+json',
    body: {
      status: {
        phase: 'Running',
        containerStatuses: [
          {
            name: 'app',
            image: 'busybox',
            imageID: '',
            ready: true,
            started: true,
            restartCount: 1,
            state: { running: { startedAt: iso(now) } },
            lastState: { terminated },
          },
        ],
      },
    },
    signal: AbortSignal.timeout(10_000),
  });
}
