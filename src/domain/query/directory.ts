// What runs in a cluster, by name: enough to find a thing somebody means, and to say who is closest to the limit. Sizes in bytes; pure.

import type { Bytes } from '../base/memory.ts';
import type { Instant } from '../base/time.ts';
import type { ContainerRole } from '../base/workload.ts';

export type ContainerEntry = {
  readonly name: string;
  readonly role: ContainerRole;
  /** What the kernel holds it to: in force, else the spec's, else the pod's. */
  readonly limit?: Bytes | undefined;
  readonly request?: Bytes | undefined;
  readonly restartCount: number;
  /** When its last run that the pod still shows ended by a memory kill. */
  readonly lastOomAt?: Instant | undefined;
};

/** The workload as its pods name it; the top of the owner chain as far as names tell. */
export type WorkloadName = { readonly namespace: string; readonly kind: string; readonly name: string };

export type PodEntry = {
  readonly namespace: string;
  readonly name: string;
  readonly node?: string | undefined;
  readonly phase?: string | undefined;
  readonly workload: WorkloadName;
  readonly containers: readonly ContainerEntry[];
};

/** One container's working set at one moment. */
export type ContainerUse = {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly bytes: Bytes;
};

/** A container with what it uses now, where that is known. */
export type ContainerLine = {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly workload: WorkloadName;
  readonly use?: Bytes | undefined;
  readonly limit?: Bytes | undefined;
  readonly request?: Bytes | undefined;
  readonly restartCount: number;
  readonly lastOomAt?: Instant | undefined;
};

const DONE: readonly (string | undefined)[] = ['Succeeded', 'Failed'];

/**
 * Every container that can run now, closest to its limit first: known use by limit, then limit without known use, then no limit by use. What is
 * over is left out.
 */
export function closestToLimit(pods: readonly PodEntry[], uses: readonly ContainerUse[]): readonly ContainerLine[] {
  const used = new Map(uses.map((use) => [keyOf(use.namespace, use.pod, use.container), use.bytes]));
  return pods
    .filter((pod) => !isOver(pod))
    .flatMap((pod) =>
      pod.containers.filter(({ role }) => role === 'regular' || role === 'sidecar').map((each) => lineOf(pod, each, used)),
    )
    .toSorted((a, b) => rank(b) - rank(a) || (b.use ?? 0) - (a.use ?? 0) || placeOf(a).localeCompare(placeOf(b)));
}

function lineOf(pod: PodEntry, container: ContainerEntry, used: ReadonlyMap<string, Bytes>): ContainerLine {
  const { namespace, name, workload } = pod;
  const { limit, request, restartCount, lastOomAt } = container;
  const use = used.get(keyOf(namespace, name, container.name));
  return { namespace, pod: name, container: container.name, workload, use, limit, request, restartCount, lastOomAt };
}

function keyOf(...parts: readonly string[]): string {
  return parts.join('/');
}

function placeOf({ namespace, pod, container }: ContainerLine): string {
  return keyOf(namespace, pod, container);
}

/** The share of the limit in use, 0 to about 1; undefined where either is not known. */
export function shareOf({ use, limit }: Pick<ContainerLine, 'use' | 'limit'>): number | undefined {
  return use === undefined || limit === undefined || limit === 0 ? undefined : use / limit;
}

function rank(line: ContainerLine): number {
  return shareOf(line) ?? (line.limit === undefined ? -2 : -1);
}

export function isOver({ phase }: PodEntry): boolean {
  return DONE.includes(phase);
}

/** The pod of a workload that tells most: killed last, else restarted most, else the first by name. */
export function mostTellingPod(pods: readonly PodEntry[]): PodEntry | undefined {
  const lastOom = ({ containers }: PodEntry): number => Math.max(0, ...containers.map(({ lastOomAt }) => lastOomAt ?? 0));
  const restarts = ({ containers }: PodEntry): number => Math.max(0, ...containers.map(({ restartCount }) => restartCount));
  return pods.toSorted((a, b) => lastOom(b) - lastOom(a) || restarts(b) - restarts(a) || a.name.localeCompare(b.name))[0];
}

export function isOf(pod: PodEntry, { namespace, kind, name }: WorkloadName): boolean {
  return pod.workload.namespace === namespace && pod.workload.kind === kind && pod.workload.name === name;
}
