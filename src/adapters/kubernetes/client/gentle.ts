// A connection that is gentle with the API server: at most so many requests under way at once, and one read for all who ask for the same thing within a
// moment. A storm asks for the same node and owner a hundred times, and for the Events of one namespace (shared-events.ts); a pod and its log are always read
// anew, for they change under our hands.

import { timeoutAfter } from '../../../ports/timers.ts';
import type { Call, ClusterConnection } from './connection.ts';
import { createSharedEvents } from './shared-events.ts';
import { abortReason, waited } from './waited.ts';

export type GentleOptions = {
  readonly mostAtOnce: number;
  /** How long an answer serves those who ask for the same. */
  readonly sharedMs: number;
  /** The longest that a shared read may take, whoever waits for it. */
  readonly timeoutMs: number;
};

export function gently(connection: ClusterConnection, options: GentleOptions): ClusterConnection {
  const turns = inTurn(connection, options);
  const read = (call: Call): Promise<unknown> => turns.json(call);
  const shared = createShared(options, read);
  const ask = createSharedEvents({ ...options, read, ask: shared, ticks: () => performance.now() });
  return { ...turns, json: (call) => (isShareable(call) ? ask(call) : read(call)) };
}

/** At most so many under way, and nothing shared: a hundred at once do not open a hundred connections, each with a handshake. */
export function inTurn(connection: ClusterConnection, { mostAtOnce }: Pick<GentleOptions, 'mostAtOnce'>): ClusterConnection {
  const slots = createSlots(mostAtOnce);
  return {
    ...connection,
    json: (call) => slots.run(call.signal, () => connection.json(call)),
    answer: (call) => slots.run(call.signal, () => connection.answer(call)),
    text: (call) => slots.run(call.signal, () => connection.text(call)),
  };
}

/** All but a single pod. */
function isShareable({ method = 'GET', path }: Call): boolean {
  return method === 'GET' && !/\/pods\/[^/]+$/.test(path);
}

type Read = (call: Call) => Promise<unknown>;

/** A failure is told to those who waited for it, and forgotten. */
function createShared({ sharedMs, timeoutMs }: GentleOptions, read: Read): Read {
  const kept = new Map<string, { readonly answer: Promise<unknown>; readonly at: number }>();
  return async (call) => {
    const key = JSON.stringify([call.path, call.query ?? {}]);
    const now = performance.now();
    for (const [old, { at }] of kept) if (now - at > sharedMs) kept.delete(old);
    const held = kept.get(key);
    if (held !== undefined) return waited(held.answer, call.signal);
    // Nobody who goes away may take the answer from the others.
    const answer = read({ ...call, signal: timeoutAfter(timeoutMs) });
    kept.set(key, { answer, at: now });
    answer.catch(() => {
      if (kept.get(key)?.answer === answer) kept.delete(key);
    });
    return waited(answer, call.signal);
  };
}

/** First come, first served; who gives up leaves the queue. */
function createSlots(most: number) {
  let busy = 0;
  const queue: (() => void)[] = [];
  const free = (): void => {
    const next = queue.shift();
    if (next === undefined) busy -= 1;
    else next();
  };
  const take = async (signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    if (busy < most) {
      busy += 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const stop = (): void => {
      queue.splice(queue.indexOf(go), 1);
      reject(abortReason(signal));
    };
    const go = (): void => {
      signal.removeEventListener('abort', stop);
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
    queue.push(go);
    await promise;
  };
  return {
    async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
      await take(signal);
      try {
        return await work();
      } finally {
        free();
      }
    },
  };
}
