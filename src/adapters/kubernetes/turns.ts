// How a connection is read. A busy watch sends each change by itself, in several small writes; waking for each of them costs more than looking at what they
// bring. So what comes is gathered in one memory and handed on once a turn, and after a turn the connection rests: what comes meanwhile waits in the kernel.
// The more a turn brings, the longer the rest; where little happens nobody waits.

export type TurnsOptions = {
  pause(): void;
  resume(): void;
  /** What came in one turn. Its memory is used again when this returns. */
  read(bytes: Buffer): void;
};

export type Turns = {
  /** For node's sockets. */
  readonly onread: { buffer(): Buffer; callback(length: number): boolean };
  /** Hands on what has come so far, at once. */
  flush(): void;
  /** Not read any more until released; as often released as held. */
  hold(): void;
  release(): void;
  /** The connection has closed: no timer is left behind. */
  end(): void;
};

const MEMORY_BYTES = 256 * 1024;
/** A TLS record holds no more. */
const RECORD_BYTES = 16 * 1024;
const SHORTEST_MS = 5;
/** What a kill may wait at most in a cluster with some hundred changes a second. */
const LONGEST_MS = 80;
/** One change of a pod, or two. */
const LITTLE_BYTES = 16 * 1024;
/** Half of the smallest window that Linux gives a connection: the sender may be waiting for room. */
const MUCH_BYTES = 32 * 1024;
/** libuv reads about half a MiB in a turn: there is more behind so much. */
const FLOOD_BYTES = 384 * 1024;

export type Pace = {
  /** How long to rest now. */
  readonly restMs: number;
  /** How long to rest while as much comes as lately. */
  readonly usualMs: number;
  /** This is the short rest after much: what comes now tells whether that was all. */
  readonly checks: boolean;
};

export const FIRST_PACE: Pace = { restMs: SHORTEST_MS, usualMs: SHORTEST_MS, checks: false };

/**
 * The rest after a turn that brought so much. Longer while much comes, shorter again when little does. After much it is short: everything there is comes first,
 * and a sender that waited for room sends more at once; only when it does not is a long rest no hindrance.
 */
export function nextPace({ usualMs, checks }: Pace, broughtBytes: number): Pace {
  const longer = Math.min(LONGEST_MS, 2 * usualMs);
  if (broughtBytes >= MUCH_BYTES) return { restMs: broughtBytes < FLOOD_BYTES ? SHORTEST_MS : 0, usualMs: longer, checks: true };
  if (checks) return { restMs: usualMs, usualMs, checks: false };
  const changed = broughtBytes > LITTLE_BYTES ? longer : Math.max(SHORTEST_MS, usualMs / 2);
  return { restMs: changed, usualMs: changed, checks: false };
}

export function createTurns({ pause, resume, read }: TurnsOptions): Turns {
  const memory = Buffer.allocUnsafeSlow(MEMORY_BYTES);
  // What has come and is not yet handed on lies between them. The next read goes behind it: node asks where to read to long before it does.
  let from = 0;
  let to = 0;
  let brought = 0;
  let holds = 0;
  let pace = FIRST_PACE;
  let timer: NodeJS.Timeout | undefined;
  let hasEnded = false;
  const flush = (): void => {
    const bytes = memory.subarray(from, to);
    from = to;
    if (bytes.length > 0) read(bytes);
  };
  const hold = (): void => {
    holds += 1;
    if (holds === 1) pause();
  };
  const release = (): void => {
    holds -= 1;
    if (holds === 0) resume();
  };
  const endTurn = (): void => {
    pace = nextPace(pace, brought);
    brought = 0;
    flush();
    if (pace.restMs === 0 || holds > 0 || hasEnded) return;
    hold();
    timer = setTimeout(release, pace.restMs);
  };
  return {
    onread: {
      buffer: () => memory.subarray(to),
      callback(length) {
        // Runs once everything that is there has been read.
        if (brought === 0) setImmediate(endTurn);
        brought += length;
        to += length;
        if (memory.length - to >= RECORD_BYTES) return true;
        flush();
        from = 0;
        to = 0;
        return true;
      },
    },
    flush,
    hold,
    release,
    end() {
      hasEnded = true;
      clearTimeout(timer);
    },
  };
}
