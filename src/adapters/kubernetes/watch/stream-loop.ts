// Follows streams for ever. After a cut, clean or not, a stream resumes behind the last resource version before which everything was handed on; after a 410,
// a silence, or when more came than could be taken, everything is read again, and also where a stream breaks several times in a row without having come any
// further. After a fault it waits, longer each time but for seconds at most, and never all streams at once.

import { PermanentError, TransientError } from '../../../ports/fault.ts';
import type { Log } from '../../../ports/log.ts';
import type { Meter } from '../../../ports/meter.ts';
import { pause } from '../../pause.ts';
import { isOwnFault, refusalCode } from '../client/faults.ts';
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
  /** Has everything there is read again, as if it had begun just now: who took it may have lost it. */
  reread(): void;
  /** Every stream is open and has been read up to the present. */
  connected(): boolean;
  /** Each stream was heard of within that time. A connection may be dead for minutes before anybody says so; bookmarks come about every minute. */
  heardWithin(lengthMs: number): boolean;
};

const FIRST_PAUSE_MS = 250;
/** With the five seconds of an attempt to connect, at most ten after the API server is back. */
const LONGEST_PAUSE_MS = 4000;
/** What is forbidden is tried again, in case somebody grants it; soon at first, for an API server that starts forbids everything. */
const LONGEST_DENIED_MS = 5 * 60_000;
/** A stream that broke so often without coming any further may have a position that it cannot go on from. */
const MOST_STUCK = 3;
/** A stream that lived so long was well: its next break is the first of others. */
const STEADY_MS = 10_000;
const SAY_AGAIN_MS = 10_000;
/** A server that closes each watch this soon, so many times in a row, is asked less often. */
const AT_ONCE_MS = 1000;
const CLOSES_AT_MOST = 3;

type Stream<Item> = StreamLoopOptions<Item>['streams'][number] & {
  position: Position;
  failures: number;
  /** Refusals in a row. */
  denials: number;
  /** Breaks in a row since its position moved last, but for those where the server could not be reached. */
  stuck: number;
  idle: number;
  open: boolean;
  /** Ends the pass that is under way, to read everything again. */
  again: AbortController;
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
      denials: 0,
      stuck: 0,
      idle: 0,
      open: false,
      again: new AbortController(),
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
    reread() {
      for (const stream of streams) stream.again.abort();
    },
    connected: () => streams.every(({ position, open }) => position.kind === 'at' && open),
    heardWithin: (lengthMs) => streams.every(({ heardAt }) => performance.now() - heardAt < lengthMs),
  };
}

type Running = {
  readonly signal: AbortSignal;
  readonly onListed: () => void;
  readonly say: Complaint;
};

async function loop<Item>(stream: Stream<Item>, options: StreamLoopOptions<Item>, running: Running): Promise<void> {
  while (!running.signal.aborted) {
    if (stream.again.signal.aborted) begin(stream);
    const openedAt = performance.now();
    const pass = createPass(stream, options, running);
    try {
      const ended = await followObjects(pass.follow);
      options.meter.count('headroom_watch_restarts_total', { what: options.what, reason: ended });
      stream.idle = ended === 'closed' && performance.now() - openedAt < AT_ONCE_MS ? stream.idle + 1 : 0;
      if (ended !== 'closed') stream.position = { kind: 'anew', inPages: ended === 'cut-short' };
    } catch (error) {
      if (running.signal.aborted) return;
      stream.open = false;
      options.meter.set('headroom_watch_connected', 0, { what: options.what });
      if (stream.again.signal.aborted) continue;
      options.meter.count('headroom_watch_restarts_total', { what: options.what, reason: 'fault' });
      broken(stream, { error, lived: performance.now() - openedAt, heard: pass.heard(), handed: pass.handedOn() });
      running.say(stream.path, error, pass.handedOn());
    }
    await pause(pauseFor(stream, options.random()), AbortSignal.any([running.signal, stream.again.signal]));
  }
}

function begin(stream: { position: Position; again: AbortController }): void {
  stream.position = { kind: 'anew' };
  stream.again = new AbortController();
}

/** One pass over the stream, and what is known of it afterwards. */
function createPass<Item>(stream: Stream<Item>, options: StreamLoopOptions<Item>, { signal, onListed }: Running) {
  const { what, meter } = options;
  let isHeard = false;
  let isHandedOn = true;
  const opened = (): void => {
    stream.open = true;
    meter.set('headroom_watch_connected', 1, { what });
  };
  return {
    heard: () => isHeard,
    /** False when what was read could not be handed on: then nothing is wrong with the stream. */
    handedOn: () => isHandedOn,
    follow: {
      ...options,
      path: stream.path,
      query: stream.query,
      position: stream.position,
      signal: AbortSignal.any([signal, stream.again.signal]),
      async onItem(item: Item, seen: { readonly initial: boolean }): Promise<void> {
        try {
          await options.onItem(item, seen);
        } catch (error) {
          isHandedOn = false;
          throw error;
        }
      },
      onHeard(): void {
        hear(stream);
        if (!isHeard && stream.position.kind === 'at') opened();
        isHeard = true;
      },
      onPosition(position: Position): void {
        // Of a pass that was to end, for what it handed on may be lost.
        if (stream.again.signal.aborted) return;
        Object.assign(stream, { position, failures: 0, denials: 0, stuck: 0 });
        opened();
        if (position.kind === 'at') onListed();
      },
    },
  };
}

type Break = { readonly error: unknown; readonly lived: number; readonly heard: boolean; readonly handed: boolean };

/** Where the stream goes on after a fault, and how patiently. */
function broken<Item>(stream: Stream<Item>, { error, lived, heard, handed }: Break): void {
  const isDenied = error instanceof PermanentError && error.code === 'OOM_CLUSTER_DENIED';
  stream.denials = isDenied ? stream.denials + 1 : 0;
  stream.failures = lived > STEADY_MS ? 1 : stream.failures + 1;
  // A position is never past what was not handed on.
  if (!handed) return;
  // A server that was reached has refused the position, or broke off.
  if (heard || refusalCode(error) !== undefined) stream.stuck += 1;
  const isSilent = error instanceof TransientError && error.code === 'OOM_TIMEOUT' && heard;
  const isRefused = error instanceof PermanentError && !isDenied;
  if (isSilent || isRefused || stream.stuck >= MOST_STUCK) {
    stream.position = { kind: 'anew' };
    stream.stuck = 0;
  }
}

function hear(stream: { heardAt: number }): void {
  stream.heardAt = performance.now();
}

type Patience = { readonly failures: number; readonly denials: number; readonly idle: number };

/** Doubles with each failure up to four seconds, between half and all of it, so that many watchers do not come back as one. */
function pauseFor({ failures, denials, idle }: Patience, random: number): number {
  const inRow = Math.max(failures, idle - CLOSES_AT_MOST);
  if (inRow === 0) return FIRST_PAUSE_MS * random;
  const longest =
    denials > 0
      ? Math.min(LONGEST_DENIED_MS, LONGEST_PAUSE_MS * 2 ** (denials - 1))
      : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (inRow - 1));
  return longest / 2 + (random * longest) / 2;
}

type Complaint = (path: string, error: unknown, handed: boolean) => void;

/** One line at once for a new problem, and again every ten seconds while it lasts. */
function createComplaint(log: Log): Complaint {
  let saidAt = Number.NEGATIVE_INFINITY;
  return (path, error, handed) => {
    const now = performance.now();
    if (now - saidAt < SAY_AGAIN_MS) return;
    saidAt = now;
    const words = error instanceof Error ? error.message : String(error);
    if (!handed) log.warn('what was read of the cluster could not be handed on; it is read again', { path, error: words });
    else if (isOwnFault(error)) log.error('a mistake in Headroom itself ended a watch; it goes on where it was', { path, error });
    else log.warn('waiting for the API server; the watch goes on where it was as soon as that answers', { path, error: words });
  };
}
