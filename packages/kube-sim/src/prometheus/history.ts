// The working set of every container there is or was, over time. Before the demo began it is reckoned from the same model that decides about kills; since then it
// is what was sampled. Bytes; times in milliseconds.

import type { World } from '../controllers/world.ts';
import { demandBytes } from '../model/demand.ts';
import type { ContainerRecord, PodRecord, Run } from '../model/run.ts';

export const METRIC = 'container_memory_working_set_bytes';

export type Series = {
  readonly labels: Readonly<Record<string, string>>;
  /** Undefined where there is no sample: not begun, ended, not scraped yet. */
  valueAt(at: number): number | undefined;
};

const SCRAPE_MS = 5000;

export function seriesOf(world: World): readonly Series[] {
  return [...world.pods.values(), ...world.gone].flatMap((pod) =>
    pod.containers.flatMap((container) =>
      container.runs
        .filter(({ end }) => end?.reason !== 'StartError')
        .map((run) => ({ labels: labelsOf(pod, container, run), valueAt: (at) => valueAt(world, { container, run }, at) })),
    ),
  );
}

function labelsOf(pod: PodRecord, container: ContainerRecord, { containerId }: Run): Series['labels'] {
  return {
    __name__: METRIC,
    container: container.name,
    id: `/kubepods/burstable/pod${pod.uid}/${containerId}`,
    image: container.template.image,
    instance: `${pod.node.ip}:10250`,
    job: 'kubelet',
    metrics_path: '/metrics/cadvisor',
    name: containerId,
    namespace: pod.namespace,
    node: pod.node.name,
    pod: pod.name,
  };
}

type Sampled = { readonly container: ContainerRecord; readonly run: Run };

function valueAt(world: World, { container, run }: Sampled, at: number): number | undefined {
  if (at < run.startedAt || at > (run.end?.at ?? Number.POSITIVE_INFINITY)) return undefined;
  if (at < world.beganAt) return reckoned(world, { container, run }, Math.floor(at / SCRAPE_MS) * SCRAPE_MS);
  const sample = lastBefore(run.samples, at);
  const fresh = sample !== undefined && at - sample.at <= 3 * world.scaled(SCRAPE_MS);
  if (fresh) return sample.bytes;
  return run.past && at - world.beganAt <= 2 * world.scaled(SCRAPE_MS)
    ? reckoned(world, { container, run }, world.beganAt)
    : undefined;
}

function reckoned(world: World, { container, run }: Sampled, at: number): number | undefined {
  if (at < run.startedAt) return undefined;
  const demand = demandBytes({
    profile: container.behaviour.profile,
    run,
    at,
    speed: world.speed,
    load: 1,
    phase: container.phase,
  });
  return Math.min(demand, container.limitBytes ?? demand);
}

function lastBefore(samples: Run['samples'], at: number): Run['samples'][number] | undefined {
  let low = 0;
  let high = samples.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((samples[middle]?.at ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return samples[low - 1];
}
