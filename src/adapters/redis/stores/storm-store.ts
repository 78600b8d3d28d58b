// Storms in Redis. One script decides where a new incident's message goes: alone while fewer than the set number came lately, else into the channel's
// open storm, which it begins when there is none. The mapping of the open storm lives as long as incidents keep joining; then the storm is over.

import type { Redis } from 'ioredis';
import { DAY, toInstant } from '../../../domain/base/time.ts';
import type { Storm, StormMember } from '../../../domain/incident/storm.ts';
import { startStorm } from '../../../domain/incident/storm.ts';
import { PermanentError, TransientError } from '../../../ports/fault.ts';
import type { StormPlace, StormQuestion, StormStore } from '../../../ports/storm-store.ts';
import { PREFIX } from '../connection.ts';
import { storing } from '../faults.ts';
import { parseStored } from '../schema/basic.ts';
import { stormSchema } from '../schema/storm.ts';

/**
 * KEYS: 1 where that incident was placed, 2 those alone in the channel lately, 3 the channel's open storm, 4 index of storms, in which only remembered ones
 * stay. ARGV: 1 incident, 2 now, 3 within, 4 most alone, 5 over after, 6 id and 7 JSON of a storm that may begin, 8 prefix of storms' keys, 9 time to live,
 * 10 since when counts, 11 since when storms are remembered. What a clock that was ahead noted does not count. Returns the storm's id, or ''.
 */
const PLACE = `
local old = redis.call('GET', KEYS[1])
if old then return old end
local storm = redis.call('GET', KEYS[3])
if not storm then
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[10])
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '(' .. (ARGV[2] + ARGV[3]), '+inf')
  if redis.call('ZCARD', KEYS[2]) < tonumber(ARGV[4]) then
    redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
    redis.call('PEXPIRE', KEYS[2], ARGV[3])
    redis.call('SET', KEYS[1], '', 'PX', ARGV[9])
    return ''
  end
  storm = ARGV[6]
  redis.call('SET', ARGV[8] .. storm, ARGV[7], 'PX', ARGV[9])
  redis.call('ZADD', KEYS[4], ARGV[2], storm)
  redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', '(' .. ARGV[11])
  redis.call('PEXPIRE', KEYS[4], ARGV[9])
end
redis.call('SET', KEYS[3], storm, 'PX', ARGV[5])
redis.call('ZADD', ARGV[8] .. storm .. ':members', ARGV[2], ARGV[1])
redis.call('PEXPIRE', ARGV[8] .. storm .. ':members', ARGV[9])
redis.call('SET', KEYS[1], storm, 'PX', ARGV[9])
return storm`;

/** KEYS: 1 the storm. ARGV: 1 expected JSON, 2 next JSON, 3 time to live. Returns 1 when it was stored, 0 when the stored one is another. */
const REPLACE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`;

const REMEMBERED_MS = 90 * DAY;
const MOST_TRIES = 20;
const STORM = `${PREFIX}:storm:`;
const INDEX = `${PREFIX}:storms`;

export function redisStormStore({ client }: { readonly client: Redis }): StormStore {
  return {
    place: (question) => storing(() => place(client, question)),
    get: (id) => storing(async () => (await read(client, id))?.storm),
    members: (id) => storing(() => members(client, id)),
    update: (id, change) => storing(() => update(client, id, change)),
    recent: (since) =>
      storing(async () => {
        const ids = await client.zrevrangebyscore(INDEX, '+inf', String(since));
        const found = await Promise.all(ids.map((id) => read(client, id)));
        return found.flatMap((stored) => (stored === undefined ? [] : [stored.storm]));
      }),
  };
}

async function place(client: Redis, { incidentId, channel, now, rules }: StormQuestion): Promise<StormPlace> {
  const id = `${channel}-${now}`;
  const keys = [
    `${PREFIX}:storm-place:${incidentId}`,
    `${PREFIX}:storm-window:${channel}`,
    `${PREFIX}:storm-open:${channel}`,
    INDEX,
  ];
  const settings = [incidentId, now, rules.within, rules.incidents, rules.overAfter];
  const candidate = [
    id,
    JSON.stringify(startStorm(id, channel, now)),
    STORM,
    REMEMBERED_MS,
    now - rules.within,
    now - REMEMBERED_MS,
  ];
  const answer = String(await client.eval(PLACE, keys.length, ...keys, ...settings.map(String), ...candidate.map(String)));
  return answer === '' ? { kind: 'alone' } : { kind: 'storm', stormId: answer };
}

async function read(client: Redis, id: string): Promise<{ readonly storm: Storm; readonly text: string } | undefined> {
  const text = await client.get(`${STORM}${id}`);
  return text === null ? undefined : { storm: parseStored(stormSchema, `${STORM}${id}`, text), text };
}

async function members(client: Redis, id: string): Promise<readonly StormMember[]> {
  const pairs = await client.zrange(`${STORM}${id}:members`, '0', '-1', 'WITHSCORES');
  return pairs.flatMap((incidentId, index) =>
    index % 2 === 0 ? [{ incidentId, joinedAt: toInstant(Number(pairs[index + 1])) }] : [],
  );
}

async function update(client: Redis, id: string, change: (storm: Storm) => Storm): Promise<Storm> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const stored = await read(client, id);
    if (stored === undefined) throw new PermanentError(`storm ${id} is not stored`, { code: 'OOM_STORE_CONTENT' });
    const changed = change(stored.storm);
    if (changed === stored.storm) return stored.storm;
    const next = { ...changed, version: stored.storm.version + 1 };
    const replaced = await client.eval(REPLACE, 1, `${STORM}${id}`, stored.text, JSON.stringify(next), String(REMEMBERED_MS));
    if (replaced === 1) return next;
  }
  throw new TransientError(`storm ${id} is changed by too many at once`, { code: 'OOM_STORE_CONTENDED' });
}
