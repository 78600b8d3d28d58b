// Makes pods: names, node, address, and containers with the behaviour of their workload. A pod is new, or has run since before the demo.

import { firstStart } from '../kubelet/kubelet.ts';
import type { OwnerReference, PodTemplate } from '../model/objects.ts';
import { defaulted, memoryOf } from '../model/quantities.ts';
import type { ContainerRecord, PodRecord, Run } from '../model/run.ts';
import type { World } from './world.ts';

export type PodOrder = {
  readonly namespace: string;
  readonly workload: string;
  readonly name: string;
  readonly generateName?: string | undefined;
  readonly template: PodTemplate;
  readonly labels?: Readonly<Record<string, string>>;
  readonly owner?: OwnerReference | undefined;
  /** Counts the replicas: decides the node and the time of its kills. */
  readonly ordinal: number;
  readonly replicas: number;
  readonly manager: string;
  /** When it was created, if that was before the demo began. */
  readonly since?: number | undefined;
  readonly node?: number;
};

export const NODES = [
  { name: 'node-a', ip: '10.0.0.11' },
  { name: 'node-b', ip: '10.0.0.12' },
] as const;

export function podRecord(world: World, order: PodOrder): PodRecord {
  const createdAt = order.since ?? world.now();
  const uid = world.ids.uid(`pod/${order.namespace}/${order.name}/${createdAt}`);
  const template: PodTemplate = {
    ...order.template,
    spec: { ...order.template.spec, containers: order.template.spec.containers.map(defaulted) },
  };
  const number = Math.floor(world.ids.fraction(`ip/${uid}`) * 62_000);
  return {
    namespace: order.namespace,
    name: order.name,
    uid,
    workload: order.workload,
    labels: { ...order.template.metadata.labels, ...order.labels },
    annotations: order.template.metadata.annotations ?? {},
    owner: order.owner,
    generateName: order.generateName,
    manager: order.manager,
    template,
    generation: 1,
    createdAt,
    node: NODES[(order.node ?? order.ordinal) % NODES.length] ?? NODES[0],
    podIp: `10.244.${Math.floor(number / 250)}.${2 + (number % 250)}`,
    ordinal: order.ordinal,
    containers: template.spec.containers.map((container) => containerRecord(world, order, { container, uid })),
    readySince: createdAt,
    deletedAt: undefined,
  };
}

type Part = { readonly container: ContainerRecord['template']; readonly uid: string };

function containerRecord(world: World, order: PodOrder, { container, uid }: Part): ContainerRecord {
  const behaviour = world.behaviourOf(order.namespace, order.workload, container.name);
  const since = order.since;
  return {
    name: container.name,
    template: container,
    behaviour,
    phase: world.ids.fraction(`phase/${uid}/${container.name}`) * 6,
    limitBytes: memoryOf(container, 'limits'),
    runs: since === undefined ? [] : [pastRun(world, order, { container, uid })],
    state: since === undefined ? 'creating' : 'running',
    ready: since !== undefined,
    startAt: firstStart(world),
    backOffMs: 0,
    stuckSince: undefined,
    probesFailed: 0,
    quickDeaths: 0,
  };
}

/** Runs since before the demo; its first kill is due in the replica's turn. */
function pastRun(world: World, order: PodOrder, { container, uid }: Part): Run {
  const { profile, firstKillMs } = world.behaviourOf(order.namespace, order.workload, container.name);
  const everyMs = 'everyMs' in profile ? profile.everyMs : 0;
  const due =
    firstKillMs === undefined
      ? Number.POSITIVE_INFINITY
      : world.beganAt + world.scaled(firstKillMs + (order.ordinal * everyMs) / order.replicas);
  return {
    containerId: world.ids.containerId(`${uid}/${container.name}/0`),
    ordinal: 0,
    startedAt: (order.since ?? world.now()) + 2000,
    past: true,
    surgeAt: due,
    volumeAtStart: 0,
    end: undefined,
    samples: [],
  };
}
