// Follows the pods of a cluster and hands on those that can hold a memory kill. One stream per namespace, or one for all: a first read of everything
// there is (WatchList, else pages of 500), then changes. Keeps no pods.

import { CHANNEL_ANNOTATION, OWNER_ANNOTATION } from '../../../domain/base/annotations.ts';
import type { PodFacts } from '../../../domain/base/pod.ts';
import { isIgnored, MOST_LABELS } from '../../../domain/kill/oom-kill.ts';
import type { Log } from '../../../ports/log.ts';
import type { Meter } from '../../../ports/meter.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { projectPod } from '../pods/pod-facts.ts';
import { POD_MARKERS } from './pod-scan.ts';
import { createOnce } from './say-once.ts';
import type { StreamLoop } from './stream-loop.ts';
import { createStreamLoop } from './stream-loop.ts';

export type PodWatcherOptions = {
  readonly connection: ClusterConnection;
  readonly cluster: string;
  /** Empty: all namespaces. */
  readonly namespaces: readonly string[];
  readonly log: Log;
  readonly meter: Meter;
  /** Namespaces whose pods are left alone. */
  readonly excluded: readonly string[];
  /**
   * Called for every pod that can hold a kill, any number of times. `initial`: the pod was like that when the watcher began to read, so it may show what
   * happened while nobody watched. A rejection makes the watcher read everything again.
   */
  readonly onPod: (pod: PodFacts, seen: { readonly initial: boolean }) => Promise<unknown>;
  /** 0 ≤ random() < 1, for jitter. */
  readonly random: () => number;
};

export type PodWatcher = StreamLoop;

/** Kinds of problem remembered as said; a cluster full of nonsense must not fill the memory. */
const MOST_PROBLEMS = 100;

export function createPodWatcher(options: PodWatcherOptions): PodWatcher {
  const { connection, namespaces, log, meter, random, onPod } = options;
  const say = createOnce(MOST_PROBLEMS, (problem) => log.warn('a pod could not be read whole', { problem }));
  return createStreamLoop<PodFacts>({
    connection,
    what: 'pods',
    streams: pathsOf(namespaces).map((path) => ({ path })),
    log,
    meter,
    random,
    markers: POD_MARKERS,
    project: (content) => projectWatched(content, options, say),
    onUnreadable(problem) {
      meter.count('headroom_pods_malformed_total');
      say(problem);
    },
    onItem: async (pod, seen) => {
      await onPod(pod, seen);
    },
    onScanned: (count) => meter.count('headroom_pods_scanned_total', {}, count),
  });
}

function pathsOf(namespaces: readonly string[]): readonly string[] {
  if (namespaces.length === 0) return ['/api/v1/pods'];
  return namespaces.map((namespace) => `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`);
}

/** The pod, unless nobody wants to know of it. What cannot be read is counted, and said once per kind of problem. */
function projectWatched(content: unknown, options: PodWatcherOptions, say: (problem: string) => void): PodFacts | undefined {
  const projected = projectPod(content, options.cluster);
  const problems = projected.kind === 'malformed' ? [projected.problem] : projected.problems;
  if (problems.length > 0) options.meter.count('headroom_pods_malformed_total');
  for (const problem of problems) say(problem);
  if (projected.kind === 'malformed' || options.excluded.includes(projected.pod.namespace)) return undefined;
  return isIgnored(projected.pod) ? undefined : essence(projected.pod);
}

const TOLD_FROM: readonly string[] = [CHANNEL_ANNOTATION, OWNER_ANNOTATION];

/** What a kill is told from. Thousands may wait for their turn, and an annotation may have 256 KiB. */
function essence(pod: PodFacts): PodFacts {
  const annotations = Object.fromEntries(Object.entries(pod.annotations).filter(([name]) => TOLD_FROM.includes(name)));
  const labels = Object.fromEntries(Object.entries(pod.labels).slice(0, MOST_LABELS));
  const containers = pod.containers.map((container) => ({ ...container, heapSettings: [] }));
  return { ...pod, annotations, labels, message: undefined, memoryVolumes: [], containers };
}
