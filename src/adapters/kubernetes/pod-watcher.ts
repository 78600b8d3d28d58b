// Follows the pods of a cluster and hands on those that can hold a memory kill. One stream per namespace, or one for all: a first read of everything
// there is (WatchList, else pages of 500), then changes. Keeps no pods.

import type { PodFacts } from '../../domain/pod.ts';
import type { Log } from '../../ports/log.ts';
import type { Meter } from '../../ports/meter.ts';
import type { ClusterConnection } from './connection.ts';
import { projectPod } from './pod-facts.ts';
import { POD_MARKERS } from './pod-scan.ts';
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
  const seenProblems = new Set<string>();
  return createStreamLoop<PodFacts>({
    connection,
    what: 'pods',
    streams: pathsOf(namespaces).map((path) => ({ path })),
    log,
    meter,
    random,
    markers: POD_MARKERS,
    project: (content) => projectWatched(content, options, seenProblems),
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
function projectWatched(content: unknown, options: PodWatcherOptions, seenProblems: Set<string>): PodFacts | undefined {
  const projected = projectPod(content, options.cluster);
  if (projected.kind === 'malformed') {
    options.meter.count('headroom_pods_malformed_total');
    if (seenProblems.has(projected.problem) || seenProblems.size >= MOST_PROBLEMS) return undefined;
    seenProblems.add(projected.problem);
    options.log.warn('a pod could not be read', { problem: projected.problem });
    return undefined;
  }
  return options.excluded.includes(projected.pod.namespace) ? undefined : projected.pod;
}
