// metrics.k8s.io: the present use of running pods. As with metrics-server, a pod is missing for a while after one of its containers was restarted.

import type { World } from '../../controllers/world.ts';
import { usedBytes } from '../../kubelet/container-life.ts';
import type { KubeObject } from '../../model/objects.ts';
import { objectSchema, time } from '../../model/objects.ts';
import { noise } from '../../model/random.ts';
import type { PodRecord } from '../../model/run.ts';
import { lastRun } from '../../model/run.ts';
import { notFound } from '../refusal.ts';
import type { Target } from '../resources.ts';
import { matcherFor } from './selectors.ts';
import { asItem } from './views.ts';

const SETTLED_MS = 30_000;
const RESOLUTION_MS = 15_000;

export function podMetrics(world: World, { type, namespace, name }: Target, query: URLSearchParams): object {
  const pods = [...world.pods.values()].filter((pod) => namespace === undefined || pod.namespace === namespace);
  if (name !== undefined) {
    const pod = pods.find((each) => each.name === name);
    if (pod === undefined) throw notFound({ group: '', resource: 'pods', name });
    const metrics = metricsOf(world, pod);
    if (metrics === undefined)
      throw notFound({ group: 'metrics.k8s.io', resource: 'podmetrics', name: `${pod.namespace}/${name}` });
    return metrics;
  }
  const items = pods.flatMap((pod) => metricsOf(world, pod) ?? []).filter(matcherFor(type, query, namespace));
  return { kind: 'PodMetricsList', apiVersion: 'metrics.k8s.io/v1beta1', metadata: {}, items: items.map(asItem) };
}

function metricsOf(world: World, pod: PodRecord): KubeObject | undefined {
  const settled = pod.containers.every(
    (container) =>
      container.state === 'running' && world.now() - (lastRun(container)?.startedAt ?? 0) >= world.scaled(SETTLED_MS),
  );
  if (!settled || pod.deletedAt !== undefined) return undefined;
  const step = Math.floor(world.now() / RESOLUTION_MS);
  return objectSchema.parse({
    kind: 'PodMetrics',
    apiVersion: 'metrics.k8s.io/v1beta1',
    metadata: {
      name: pod.name,
      namespace: pod.namespace,
      uid: '',
      resourceVersion: '',
      creationTimestamp: time(world.now()),
      labels: pod.labels,
    },
    timestamp: time(step * RESOLUTION_MS),
    window: '15.2s',
    containers: pod.containers.map((container) => ({
      name: container.name,
      usage: {
        cpu: `${Math.round(40_000_000 + 30_000_000 * noise(container.phase, step))}n`,
        memory: `${Math.round(usedBytes(world, pod, container) / 1024)}Ki`,
      },
    })),
  });
}
