// Mutes in Redis: one hash, a field for each workload. What is over is thrown out whenever the list is read.

import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Mute } from '../../../domain/incident/mute.ts';
import { isMuted, muteKey } from '../../../domain/incident/mute.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { MuteStore } from '../../../ports/mute-store.ts';
import { PREFIX } from '../connection.ts';
import { storing } from '../faults.ts';
import { instant, parseStored } from '../schema/basic.ts';

const muteSchema = z.object({
  cluster: z.string(),
  workload: z.object({ namespace: z.string(), kind: z.string(), name: z.string() }),
  by: z.string(),
  at: instant,
  until: instant,
  reason: z.string(),
}) satisfies z.ZodType<Mute>;

const KEY = `${PREFIX}:mutes`;

/** KEYS: 1 the hash. ARGV: 1 the field. Returns what was taken out, or false. */
const TAKE = `
local old = redis.call('HGET', KEYS[1], ARGV[1])
if old then redis.call('HDEL', KEYS[1], ARGV[1]) end
return old`;

/** KEYS: 1 the hash. ARGV: fields and what they held when they were read, in turn. One that was renewed meanwhile stays. */
const FORGET = `
for index = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[index]) == ARGV[index + 1] then redis.call('HDEL', KEYS[1], ARGV[index]) end
end`;

export function redisMuteStore({ client, clock }: { readonly client: Redis; readonly clock: Clock }): MuteStore {
  const parse = (text: string): Mute => parseStored(muteSchema, KEY, text);
  return {
    get: (key) =>
      storing(async () => {
        const text = await client.hget(KEY, key);
        return text === null ? undefined : parse(text);
      }),
    put: (mute) => storing(async () => void (await client.hset(KEY, muteKey(mute), JSON.stringify(mute)))),
    remove: (key) =>
      storing(async () => {
        const text = await client.eval(TAKE, 1, KEY, key);
        return typeof text === 'string' ? parse(text) : undefined;
      }),
    list: () =>
      storing(async () => {
        const stored = Object.entries(await client.hgetall(KEY));
        const now = clock.now();
        const over = stored.filter(([, text]) => !isMuted(parse(text), now));
        if (over.length > 0) await client.eval(FORGET, 1, KEY, ...over.flat());
        return stored.map(([, text]) => parse(text)).filter((mute) => isMuted(mute, now));
      }),
  };
}
