// Follows the pods of a cluster and hands on those that can hold a memory kill. One stream per namespace, or one for all: a first read of
// everything there is (WatchList, else pages of 500), then changes; after a cut it resumes from the last resource version, after a 410 it
// reads everything again. Keeps no pods. What onPod cannot take is never dropped: everything is read again.

import type { PodFacts } from '../../domain/pod.ts';
import type { Log } from '../../ports/log.ts';
import type { Meter } from '../../ports/meter.ts';
import type { ClusterConnection } from './connection.ts';
import type { Position } from './object-stream.ts';
import { followObjects } from './object-stream.ts';
import { projectPod } from './pod-facts.ts';
import { canHoldKill } from './pod-scan.ts';

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

export type PodWatcher = {
  /** Starts following and resolves when everything there was has been read once; rejects only when stopped before. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Every stream is open and has been read up to the present. */
  connected(): boolean;
};

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
const SAY_AGAIN_MS = 10_000;
/** Kinds of problem remembered as said; a cluster full of nonsense must not fill the memory. */
const MOST_PROBLEMS = 100;

type Stream = { readonly path: string; position: Position; failures: number };

export function createPodWatcher(options: PodWatcherOptions): PodWatcher {
  const stopping = new AbortController();
  const streams = pathsOf(options.namespaces).map((path): Stream => ({ path, position: { kind: 'anew' }, failures: 0 }));
  const loops: Promise<void>[] = [];
  const say = createComplaint(options.log);
  return {
    async start() {
      const listed = streams.map(
        (stream) =>
          new Promise<void>((resolve, reject) => {
            stopping.signal.addEventListener('abort', () => reject(new Error('the watcher was stopped')), { once: true });
            loops.push(loop(stream, options, { signal: stopping.signal, onListed: resolve, say }));
          }),
      );
      await Promise.all(listed);
    },
    async stop() {
      stopping.abort();
      await Promise.allSettled(loops);
    },
    connected: () => streams.every(({ position, failures }) => position.kind === 'at' && failures === 0),
  };
}

function pathsOf(namespaces: readonly string[]): readonly string[] {
  if (namespaces.length === 0) return ['/api/v1/pods'];
  return namespaces.map((namespace) => `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`);
}

type Running = {
  readonly signal: AbortSignal;
  readonly onListed: () => void;
  readonly say: (path: string, error: unknown) => void;
};

async function loop(stream: Stream, options: PodWatcherOptions, { signal, onListed, say }: Running): Promise<void> {
  const seenProblems = new Set<string>();
  while (!signal.aborted) {
    try {
      const ended = await followObjects({
        connection: options.connection,
        path: stream.path,
        position: stream.position,
        signal,
        isWorthParsing: canHoldKill,
        project: (content) => projectWatched(content, options, seenProblems),
        onItem: async (pod, seen) => {
          await options.onPod(pod, seen);
        },
        onScanned: (count) => {
          for (let scanned = 0; scanned < count; scanned += 1) options.meter.count('headroom_pods_scanned_total');
        },
        onPosition: (position) => {
          stream.position = position;
          stream.failures = 0;
          options.meter.set('headroom_watch_connected', 1);
          if (position.kind === 'at') onListed();
        },
      });
      options.meter.count('headroom_watch_restarts_total', { reason: ended });
      if (ended !== 'closed') stream.position = { kind: 'anew' };
    } catch (error) {
      if (signal.aborted) return;
      options.meter.count('headroom_watch_restarts_total', { reason: 'fault' });
      // What failed may be the hand-over: only reading everything again is sure to bring it back.
      stream.position = { kind: 'anew' };
      stream.failures += 1;
      say(stream.path, error);
    }
    options.meter.set('headroom_watch_connected', 0);
    await pause(pauseFor(stream.failures, options.random()), signal);
  }
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

/** Doubles with each failure up to half a minute, between half and all of it, so that many watchers do not come back as one. */
function pauseFor(failures: number, random: number): number {
  if (failures === 0) return FIRST_PAUSE_MS * random;
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
  return longest / 2 + (random * longest) / 2;
}

function pause(lengthMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, lengthMs);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** One line at once for a new problem, and again every ten seconds while it lasts. */
function createComplaint(log: Log): Running['say'] {
  let saidAt = Number.NEGATIVE_INFINITY;
  return (path, error) => {
    const now = performance.now();
    if (now - saidAt < SAY_AGAIN_MS) return;
    saidAt = now;
    log.warn('waiting for the API server; pods are read again as soon as it answers', {
      path,
      error: error instanceof Error ? error.message : String(error),
    });
  };
}
