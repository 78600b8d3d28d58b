// What the cluster contract's parts share: the cluster under test, silent telemetry, waiting for a condition, the pods of a workload.

import { expect } from 'vitest';
import type { ClusterConnection } from '../../../src/adapters/kubernetes/client/connection.ts';
import { createPodFinder } from '../../../src/adapters/kubernetes/pods/pod-finder.ts';
import { followObjects } from '../../../src/adapters/kubernetes/watch/object-stream.ts';
import type { PodFacts } from '../../../src/domain/base/pod.ts';
import { toInstant } from '../../../src/domain/base/time.ts';
import type { ContainerRef } from '../../../src/domain/base/workload.ts';
import type { Kill } from '../../../src/domain/kill/oom-kill.ts';
import { findKills } from '../../../src/domain/kill/oom-kill.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { EvidenceReader } from '../../../src/ports/evidence-reader.ts';
import type { Log } from '../../../src/ports/log.ts';
import type { Counter, Meter } from '../../../src/ports/meter.ts';

export type Place = { readonly namespace: string; readonly name: string; readonly container: string };

export type ClusterUnderTest = {
  readonly connection: ClusterConnection;
  readonly prometheusUrl: string | undefined;
  /** A Deployment whose container can be killed for memory; its last log line has no end. */
  readonly restless: Place;
  /** A Deployment that runs quietly, with a request and a higher limit. */
  readonly quiet: Place;
  /** Has the restless container killed once more: resolves when that is under way. */
  kill(): Promise<void>;
  /** Sees to it that the first position there ever was is too old; may take minutes on a cluster that was started just now. */
  outdate(): Promise<void>;
  /** How long a kill, a rollout or a first metric may take. */
  readonly patienceMs: number;
  stop(): Promise<void>;
};

export const CLUSTER = 'under-test';
export const clock: Clock = { now: () => toInstant(Date.now()) };

export const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};

export type CountingMeter = Meter & { readonly counted: (counter: Counter, reason?: string) => number };

export function countingMeter(): CountingMeter {
  const counts: { readonly counter: Counter; readonly reason: string | undefined }[] = [];
  return {
    count: (counter, labels) => void counts.push({ counter, reason: labels?.['reason'] }),
    time: () => undefined,
    set: () => undefined,
    counted: (counter, reason) =>
      counts.filter((each) => each.counter === counter && (reason === undefined || each.reason === reason)).length,
  };
}

/** Of a size or count that is only known to be one. */
export const someNumber: unknown = expect.any(Number);
export const someText: unknown = expect.any(String);

/** For one piece of evidence where its deadline is not what a test is about: a busy machine may stand still for seconds. */
export const PIECE_WITHIN_MS = 12_000;

export function soon(): AbortSignal {
  return AbortSignal.timeout(30_000);
}

/** The first value that is not undefined; an error that says what was waited for when it does not come. */
export async function eventually<T>(
  what: string,
  patienceMs: number,
  look: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited ${patienceMs} ms in vain for ${what}`);
}

export async function podsOf(
  { connection }: Pick<ClusterUnderTest, 'connection'>,
  { namespace, name }: Place,
): Promise<readonly PodFacts[]> {
  const finder = createPodFinder({ connection, cluster: CLUSTER });
  const names = await finder.names(namespace, soon());
  const own = names.filter((each) => each.startsWith(`${namespace}/${name}-`)).map((each) => each.slice(namespace.length + 1));
  const pods = await Promise.all(own.map((pod) => finder.find(namespace, pod, soon())));
  return pods.filter((pod) => pod !== undefined && pod.deletedAt === undefined).filter((pod) => pod !== undefined);
}

export function refOf(pod: PodFacts, container: string): ContainerRef {
  return { cluster: CLUSTER, namespace: pod.namespace, pod: pod.name, podUid: pod.uid, container, role: 'regular' };
}

/** How a watch of the pods from the first position ends: at once where that is too old, else when nobody waits any longer. */
export async function watchFromTheStart(
  { connection, restless }: Pick<ClusterUnderTest, 'connection' | 'restless'>,
  signal: AbortSignal,
) {
  return followObjects({
    connection,
    path: `/api/v1/namespaces/${restless.namespace}/pods`,
    position: { kind: 'at', resourceVersion: '1' },
    signal,
    markers: [Buffer.from('no pod holds this')],
    project: () => undefined,
    onUnreadable: () => undefined,
    onItem: () => Promise.resolve(),
    onScanned: () => undefined,
    onPosition: () => undefined,
  });
}

/** A kill that the restless workload shows by now. */
export async function shownKill(target: ClusterUnderTest): Promise<{ readonly pod: PodFacts; readonly kill: Kill } | undefined> {
  for (const pod of await podsOf(target, target.restless)) {
    const kill = findKills(pod, clock.now()).find(({ ref }) => ref.container === target.restless.container);
    if (kill !== undefined) return { pod, kill };
  }
  return undefined;
}

type Gathered = { readonly kill: Kill; readonly evidence: Awaited<ReturnType<EvidenceReader['read']>> };

/** What was read of a kill that the pod still showed afterwards: in a crash loop the next one may come meanwhile, and take the log of this one with it. */
export async function evidenceOfKill(target: ClusterUnderTest, reader: EvidenceReader): Promise<Gathered> {
  return eventually('a kill that is shown until everything was read', target.patienceMs, async () => {
    const shown = await shownKill(target);
    if (shown === undefined) return undefined;
    const { kill } = shown;
    const evidence = await reader.read({ ref: kill.ref, kill }, soon());
    return (await shownKill(target))?.kill.id === kill.id ? { kill, evidence } : undefined;
  });
}
