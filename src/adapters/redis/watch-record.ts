// When clusters and namespaces were watched, in Redis: a list for each, of "from-until" in milliseconds since 1970, oldest first.

import type { Redis } from 'ioredis';
import { isInstant } from '../../domain/base/time.ts';
import type { Stretch, WatchScope } from '../../domain/coverage/watched.ts';
import { PAUSE_MS } from '../../domain/coverage/watched.ts';
import { PermanentError } from '../../ports/fault.ts';
import type { WatchRecord } from '../../ports/watch-record.ts';
import { KEPT_STRETCHES } from '../../ports/watch-record.ts';
import { PREFIX } from './connection.ts';
import { storing } from './faults.ts';

/** KEYS: 1 the list. ARGV: 1 the moment, 2 the longest time between two notes of a stretch, 3 how many are kept. The same as watched.ts, noted. */
const NOTE = `
local last = redis.call('LINDEX', KEYS[1], -1)
local at = tonumber(ARGV[1])
if last then
  local from, till = string.match(last, '^(%d+)-(%d+)$')
  if from and at - tonumber(till) <= tonumber(ARGV[2]) then
    local ahead = tonumber(till) - at > tonumber(ARGV[2])
    if ahead and tonumber(from) > at then from = ARGV[1] end
    if ahead or at > tonumber(till) then redis.call('LSET', KEYS[1], -1, from .. '-' .. ARGV[1]) end
    return
  end
end
redis.call('RPUSH', KEYS[1], ARGV[1] .. '-' .. ARGV[1])
redis.call('LTRIM', KEYS[1], -tonumber(ARGV[3]), -1)`;

export function redisWatchRecord({ client }: { readonly client: Redis }): WatchRecord {
  const keyOf = (scope: WatchScope): string => `${PREFIX}:watched:${scope}`;
  return {
    note: (scope, at) => storing(async () => void (await client.eval(NOTE, 1, keyOf(scope), at, PAUSE_MS, KEPT_STRETCHES))),
    stretches: (scope, since) =>
      storing(async () => {
        const key = keyOf(scope);
        const all = (await client.lrange(key, 0, -1)).map((text) => parsed(key, text));
        return all.filter(({ until }) => until >= since);
      }),
  };
}

function parsed(key: string, text: string): Stretch {
  const [from, until] = text.split('-').map(Number);
  if (isInstant(from) && isInstant(until)) return { from, until };
  throw new PermanentError(`${key} in Redis holds "${text.slice(0, 40)}", which is no stretch of time`, {
    code: 'OOM_STORE_CONTENT',
  });
}
