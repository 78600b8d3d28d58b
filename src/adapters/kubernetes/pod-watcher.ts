// Follows the pods of a cluster and hands on those that can hold a memory kill. One stream per namespace, or one for all: a first read of
// everything there is (WatchList, else pages of 500), then changes; after a cut it resumes from the last resource version, after a 410 it
// reads everything again. Keeps no pods. What onPod cannot take is never dropped: everything is read again.

import type { PodFacts } from '../../domain/pod.ts';
import type { Log } from '../../ports/log.ts';
import type { Meter } from '../../ports/meter.ts';
import type { ClusterConnection } from './connection.ts';
import { projectPod } from './pod-facts.ts';
import type { Position } from './pod-stream.ts';
import { followPods } from './pod-stream.ts';

export type PodWatcherOptions = {
  readonly connection: ClusterConnection;
  readonly cluster: string;
  /** Empty: all namespaces. */
  readonly namespaces: readonly string[];
  readonly log: Log;
  readonly meter: Meter;
  /** Called for every pod that can hold a kill, any number of times. A rejection makes the watcher read everything again. */
  readonly onPod: (pod: PodFacts) => Promise<unknown>;
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
      const ended = await followPods({
        connection: options.connection,
        path: stream.path,
        position: stream.position,
        signal,
        onObject: (content) => handOn(content, options, seenProblems),
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
      if (ended === 'expired') stream.position = { kind: 'anew' };
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

async function handOn(content: unknown, options: PodWatcherOptions, seenProblems: Set<string>): Promise<void> {
  const projected = projectPod(content, options.cluster);
  if (projected.kind === 'pod') {
    await options.onPod(projected.pod);
    return;
  }
  options.meter.count('headroom_pods_malformed_total');
  if (seenProblems.has(projected.problem)) return;
  seenProblems.add(projected.problem);
  options.log.warn('a pod could not be read', { problem: projected.problem });
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
