// The buffer between a stream that must not wait and whoever takes what it found. Bounded; what does not fit is refused, never dropped in silence.

export type Seen = { readonly initial: boolean };

export type HandOver<Item> = {
  /** False when the buffer is full: then it was not taken. */
  take(item: Item, seen: Seen): boolean;
  /** Resolves when the buffer is half empty; undefined when it is. */
  roomForMore(): Promise<void> | undefined;
  /** Calls back once nothing is under way; never when something failed. Of several that wait only the last is called. */
  whenTaken(then: () => void): void;
  /** Throws what an earlier one threw. */
  check(): void;
  /** Resolves when everything has been taken. Throws what could not be. */
  settled(): Promise<void>;
};

/** Items handed on at the same time: enough to hide a round trip to Redis, few enough to stay small. */
const IN_FLIGHT = 64;
/** Items that wait for their turn: a storm of 1,000 kills in one second fits several times. About 4 KiB each. */
const MOST_WAITING = 4000;

type State<Item> = {
  readonly waiting: { readonly item: Item; readonly seen: Seen }[];
  readonly running: Set<Promise<void>>;
  failure: { readonly error: unknown } | undefined;
  callback: (() => void) | undefined;
  readonly onFailure: (error: unknown) => void;
};

/** `onFailure` is called once, when the first could not be taken. */
export function createHandOver<Item>(
  onItem: (item: Item, seen: Seen) => Promise<void>,
  onFailure: (error: unknown) => void = () => undefined,
): HandOver<Item> {
  const state: State<Item> = { waiting: [], running: new Set(), failure: undefined, callback: undefined, onFailure };
  const check = (): void => {
    if (state.failure !== undefined) throw state.failure.error;
  };
  return {
    check,
    take(item, seen) {
      if (state.waiting.length >= MOST_WAITING) return false;
      state.waiting.push({ item, seen });
      runNext(state, onItem);
      return true;
    },
    roomForMore: () => (state.waiting.length > MOST_WAITING / 2 ? halfEmpty(state) : undefined),
    whenTaken(then) {
      state.callback = then;
      callBack(state);
    },
    async settled() {
      while (state.running.size > 0) await Promise.all(state.running);
      check();
    },
  };
}

async function halfEmpty<Item>({ waiting, running }: State<Item>): Promise<void> {
  while (waiting.length > MOST_WAITING / 2) await Promise.race(running);
}

function runNext<Item>(state: State<Item>, onItem: (item: Item, seen: Seen) => Promise<void>): void {
  while (state.running.size < IN_FLIGHT) {
    const next = state.waiting.shift();
    if (next === undefined) return;
    const one: Promise<void> = onItem(next.item, next.seen)
      .catch((error: unknown) => {
        if (state.failure === undefined) state.onFailure(error);
        state.failure ??= { error };
      })
      .finally(() => {
        state.running.delete(one);
        runNext(state, onItem);
        callBack(state);
      });
    state.running.add(one);
  }
}

function callBack<Item>(state: State<Item>): void {
  if (state.failure !== undefined || state.running.size > 0) return;
  const then = state.callback;
  state.callback = undefined;
  then?.();
}
