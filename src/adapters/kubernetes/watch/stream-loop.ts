// Follows streams for ever: after a cut a stream resumes from its last resource version, after a 410 or when more came than could be taken everything is
// read again, after a fault it waits, longer each time and never all streams at once.

import { PermanentError } from '../../../ports/fault.ts';
import type { Log } from '../../../ports/log.ts';
import type { Meter } from '../../../ports/meter.ts';
import { pause } from '../../pause.ts';
import type { FollowOptions, Position } from './object-stream.ts';
import { followObjects } from './object-stream.ts';

export type StreamLoopOptions<Item> = Pick<
  FollowOptions<Item>,
  'connection' | 'markers' | 'project' | 'onUnreadable' | 'onItem' | 'onScanned'
> & {
  /** For metrics. */
  readonly what: 'pods' | 'events';
  readonly streams: readonly Pick<FollowOptions<Item>, 'path' | 'query'>[];
  readonly log: Log;
  readonly meter: Meter;
  /** 0 ≤ random() < 1, for jitter. */
  readonly random: () => number;
};

export type StreamLoop = {
  /** Starts following and resolves when everything there was has been read once; rejects only when stopped before. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Every stream is open and has been read up to the present. */
  connected(): boolean;
  /** Each stream was heard of within that time. A connection may be dead for minutes before anybody says so; bookmarks come about every minute. */
  heardWithin(lengthMs: number): boolean;
};

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** What is forbidden is tried again, in case somebody grants it. */
const DENIED_PAUSE_MS = 5 * 60_000;
const SAY_AGAIN_MS = 10_000;
/** A server that closes each watch this soon, so many times in a row, is asked less often. */
const AT_ONCE_MS = 1000;
const CLOSES_AT_MOST = 3;

type Stream<Item> = StreamLoopOptions<Item>['streams'][number] & {
  position: Position;
  failures: number;
  idle: number;
  /** By performance.now(). */
  heardAt: number;
};

export function createStreamLoop<Item>(options: StreamLoopOptions<Item>): StreamLoop {
  const stopping = new AbortController();
  const streams = options.streams.map(
    (stream): Stream<Item> => ({
      ...stream,
      position: { kind: 'anew' },
      failures: 0,
      idle: 0,
      heardAt: Number.NEGATIVE_INFINITY,
    }),
  );
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
    heardWithin: (lengthMs) => streams.every(({ heardAt }) => performance.now() - heardAt < lengthMs),
  };
}

type Running = {
  readonly signal: AbortSignal;
  readonly onListed: () => void;
  readonly say: (path: string, error: unknown) => void;
};

async function loop<Item>(stream: Stream<Item>, options: StreamLoopOptions<Item>, running: Running): Promise<void> {
  const { signal, onListed, say } = running;
  const { what } = options;
  while (!signal.aborted) {
    let denied = false;
    const openedAt = performance.now();
    try {
      const ended = await followObjects({
        ...options,
        path: stream.path,
        query: stream.query,
        position: stream.position,
        signal,
        onHeard: () => hear(stream),
        onPosition: (position) => {
          stream.position = position;
          stream.failures = 0;
          options.meter.set('headroom_watch_connected', 1, { what });
          if (position.kind === 'at') onListed();
        },
      });
      options.meter.count('headroom_watch_restarts_total', { what, reason: ended });
      stream.idle = ended === 'closed' && performance.now() - openedAt < AT_ONCE_MS ? stream.idle + 1 : 0;
      if (ended !== 'closed') stream.position = { kind: 'anew', inPages: ended === 'cut-short' };
    } catch (error) {
      if (signal.aborted) return;
      options.meter.count('headroom_watch_restarts_total', { what, reason: 'fault' });
      // What failed may be the hand-over: only reading everything again is sure to bring it back.
      stream.position = { kind: 'anew' };
      stream.failures += 1;
      denied = error instanceof PermanentError && error.code === 'OOM_CLUSTER_DENIED';
      say(stream.path, error);
    }
    options.meter.set('headroom_watch_connected', 0, { what });
    await pause(
      denied ? DENIED_PAUSE_MS : pauseFor(Math.max(stream.failures, stream.idle - CLOSES_AT_MOST), options.random()),
      signal,
    );
  }
}

function hear(stream: { heardAt: number }): void {
  stream.heardAt = performance.now();
}

/** Doubles with each failure up to half a minute, between half and all of it, so that many watchers do not come back as one. */
function pauseFor(failures: number, random: number): number {
  if (failures === 0) return FIRST_PAUSE_MS * random;
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
  return longest / 2 + (random * longest) / 2;
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
