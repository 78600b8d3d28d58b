// Once and Lock on Redis: SET NX with a time to live; a lock is renewed and freed only by the token that took it.

import type { Redis } from 'ioredis';
import { wholeMs } from '../../domain/base/time.ts';
import type { Lock } from '../../ports/lock.ts';
import type { Once } from '../../ports/once.ts';
import { callEvery } from '../../ports/timers.ts';
import { PREFIX } from './connection.ts';
import { storing } from './faults.ts';

export function redisOnce({ client }: { readonly client: Redis }): Once {
  return {
    claim: (key, ttlMs) =>
      storing(async () =>
        (await client.set(`${PREFIX}:once:${key}`, '1', 'PX', wholeMs(ttlMs), 'NX')) === 'OK' ? 'first' : 'again',
      ),
  };
}

/** KEYS: 1 the lock. ARGV: 1 the token. Returns 1 when the lock was still ours and is free now. */
const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;
/** KEYS: 1 the lock. ARGV: 1 the token, 2 time to live. Returns 1 when the lock is still ours, for that long from now. */
const RENEW = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0`;

export type RedisLockOptions = {
  readonly client: Redis;
  /** Unguessable and different each time. */
  readonly newToken: () => string;
  /** A third of the time to live unless said: two renewals may be lost. */
  readonly renewEveryMs?: number | undefined;
};

export function redisLock({ client, newToken, renewEveryMs }: RedisLockOptions): Lock {
  return {
    async holding(name, ttlMs, work) {
      const key = `${PREFIX}:lock:${name}`;
      const token = newToken();
      const taken = await storing(() => client.set(key, token, 'PX', wholeMs(ttlMs), 'NX'));
      if (taken !== 'OK') return 'held-elsewhere';
      const kept = keep(client, { key, token, ttlMs, everyMs: renewEveryMs ?? Math.ceil(ttlMs / 3) });
      try {
        return await work(kept.lost);
      } finally {
        kept.stop();
        await storing(() => client.eval(RELEASE, 1, key, token));
      }
    },
  };
}

type Keeping = { readonly key: string; readonly token: string; readonly ttlMs: number; readonly everyMs: number };

function keep(client: Redis, { key, token, ttlMs, everyMs }: Keeping): { readonly lost: AbortSignal; stop(): void } {
  const lost = new AbortController();
  let ours = performance.now() + ttlMs;
  const renew = async (asked: number): Promise<void> => {
    if ((await client.eval(RENEW, 1, key, token, String(wholeMs(ttlMs)))) === 1) ours = asked + ttlMs;
    else lost.abort();
  };
  const timer = callEvery(everyMs, () => {
    const now = performance.now();
    // While Redis is away no renewal is answered, neither yes nor no.
    if (now >= ours) lost.abort();
    // The next one may still be in time.
    renew(now).catch(() => undefined);
  });
  return { lost: lost.signal, stop: () => clearInterval(timer) };
}
