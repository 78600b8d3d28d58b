// How a connection is read. A busy watch sends each change by itself, in several small writes; waking for each of them costs more than looking at what they
// bring. So what comes is gathered in one memory and handed on once a turn, and after a turn the connection rests: what comes meanwhile waits in the kernel.
// The more comes, the longer the rest; where little happens it is a few milliseconds.

import { callAfter } from '../../../../ports/timers.ts';

export type TurnsOptions = {
  pause(): void;
  resume(): void;
  /** What came in one turn. Its memory is used again when this returns. */
  read(bytes: Buffer): void;
  /** Milliseconds of a clock that never jumps. */
  now(): number;
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

const MEMORY_BYTES = 64 * 1024;
/** A TLS record holds no more. */
const RECORD_BYTES = 16 * 1024;
const SHORTEST_MS = 5;
/** What a kill may wait at most in a cluster with some hundred changes a second. */
const LONGEST_MS = 80;
/** Bytes a millisecond: some 150 changes of usual pods a second need no long rest, and 300 the longest. */
const QUIET_RATE = 1500;
const BUSY_RATE = 3000;
/** Changes come in bursts: how much comes is looked at no more often. */
const WINDOW_MS = 500;
/** What comes so soon had been waiting for room in a buffer on its way, for as long as the rest was. */
const WAITED_MS = 2;

/** `rate`: in bytes a millisecond. */
export function restFor(rate: number): number {
  const share = (rate - QUIET_RATE) / (BUSY_RATE - QUIET_RATE);
  return SHORTEST_MS + Math.min(1, Math.max(0, share)) * (LONGEST_MS - SHORTEST_MS);
}

export function createTurns({ read, now, ...socket }: TurnsOptions): Turns {
  const gathered = createGathered(read);
  const held = createHold(socket);
  const pace = createPace(now);
  let isTurn = false;
  let timer: NodeJS.Timeout | undefined;
  let hasEnded = false;
  const endTurn = (): void => {
    isTurn = false;
    gathered.flush();
    const restMs = pace.turned();
    if (restMs === undefined || held.isHeld() || hasEnded) return;
    held.hold();
    timer = callAfter(restMs, held.release);
  };
  return {
    onread: {
      buffer: gathered.room,
      callback(length) {
        // Runs once all is read that one turn brings.
        if (!isTurn) setImmediate(endTurn);
        isTurn = true;
        pace.brought(length);
        gathered.add(length);
        return true;
      },
    },
    flush: gathered.flush,
    hold: held.hold,
    release: held.release,
    end() {
      hasEnded = true;
      clearTimeout(timer);
    },
  };
}

/**
 * When to rest, and for how long. After a rest the sender gets its turn: as long as more comes at once, it was waiting, as when everything there is comes first;
 * only when something came by itself is a rest no hindrance.
 */
function createPace(now: () => number) {
  let restMs = SHORTEST_MS;
  let bytes = 0;
  let windowAt = now();
  let lastTurnAt = Number.NEGATIVE_INFINITY;
  let hasRested = false;
  return {
    brought(length: number): void {
      bytes += length;
    },
    /** The rest that follows this turn; undefined: none. */
    turned(): number | undefined {
      const at = now();
      const wasWaiting = hasRested || at - lastTurnAt < WAITED_MS;
      lastTurnAt = at;
      hasRested = !wasWaiting;
      if (at - windowAt >= WINDOW_MS) {
        restMs = restFor(bytes / (at - windowAt));
        windowAt = at;
        bytes = 0;
      }
      return wasWaiting ? undefined : restMs;
    },
  };
}

/** One memory for all that comes, filled from front to back and begun again when it is nearly full. */
function createGathered(read: TurnsOptions['read']) {
  const memory = Buffer.allocUnsafeSlow(MEMORY_BYTES);
  // What has come and is not yet handed on lies between them. The next read goes behind it: node asks where to read to long before it does.
  let from = 0;
  let to = 0;
  const flush = (): void => {
    const bytes = memory.subarray(from, to);
    from = to;
    if (bytes.length > 0) read(bytes);
  };
  return {
    flush,
    room: () => memory.subarray(to),
    add(length: number): void {
      to += length;
      if (memory.length - to >= RECORD_BYTES) return;
      flush();
      from = 0;
      to = 0;
    },
  };
}

/** A rest and whoever reads may hold at the same time. */
function createHold({ pause, resume }: Pick<TurnsOptions, 'pause' | 'resume'>) {
  let holds = 0;
  return {
    isHeld: () => holds > 0,
    hold(): void {
      holds += 1;
      if (holds === 1) pause();
    },
    release(): void {
      holds -= 1;
      if (holds === 0) resume();
    },
  };
}
