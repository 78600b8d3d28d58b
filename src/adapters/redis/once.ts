// Once and Lock on Redis: SET NX with a time to live; a lock is freed only by the token that took it.

import type { Redis } from 'ioredis';
import type { Lock } from '../../ports/lock.ts';
import type { Once } from '../../ports/once.ts';
import { PREFIX } from './connection.ts';
import { storing } from './faults.ts';

export function redisOnce({ client }: { readonly client: Redis }): Once {
  return {
    claim: (key, ttlMs) =>
      storing(async () => ((await client.set(`${PREFIX}:once:${key}`, '1', 'PX', ttlMs, 'NX')) === 'OK' ? 'first' : 'again')),
  };
}

/** KEYS: 1 the lock. ARGV: 1 the token. Returns 1 when the lock was still ours and is free now. */
const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/** `newToken`: unguessable and different each time. */
export function redisLock({ client, newToken }: { readonly client: Redis; readonly newToken: () => string }): Lock {
  return {
    async holding(name, ttlMs, work) {
      const key = `${PREFIX}:lock:${name}`;
      const token = newToken();
      const taken = await storing(() => client.set(key, token, 'PX', ttlMs, 'NX'));
      if (taken !== 'OK') return 'held-elsewhere';
      try {
        return await work();
      } finally {
        await storing(() => client.eval(RELEASE, 1, key, token));
      }
    },
  };
}
