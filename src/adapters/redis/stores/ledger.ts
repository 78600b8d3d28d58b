// The ledger in Redis: one hash of daily peaks and one of kills for each container, its subject and its last change beside them, and for each cluster a
// sorted set of the containers that are followed, by when that began. Everything ends by itself.

import type { Redis } from 'ioredis';
import { z } from 'zod';
import { DAY } from '../../../domain/base/time.ts';
import type { UsagePoint } from '../../../domain/evidence/evidence.ts';
import type { LedgerChange, LedgerPage, LedgerSubject } from '../../../domain/sizing/ledger.ts';
import { dayOf, FOLLOW_UP_STAGES, LEDGER_DAYS, rememberedSince } from '../../../domain/sizing/ledger.ts';
import type { PastKill } from '../../../domain/sizing/size.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Ledger } from '../../../ports/ledger.ts';
import { PREFIX } from '../connection.ts';
import { storing } from '../faults.ts';
import { bytes, instant, parseStored, role, workload } from '../schema/basic.ts';
import { killSchema } from '../schema/kill.ts';

const subjectSchema = z.object({
  key: z.string(),
  workload,
  container: z.string(),
  role,
  kill: killSchema,
}) satisfies z.ZodType<LedgerSubject>;

const changeSchema = z.object({
  proposalId: z.string(),
  incidentId: z.string(),
  at: instant,
  limit: bytes,
  request: bytes.optional(),
  told: z.array(z.enum(FOLLOW_UP_STAGES)),
}) satisfies z.ZodType<LedgerChange>;

const killRow = z.object({ at: instant, limit: bytes.optional(), capped: z.boolean().optional() }) satisfies z.ZodType<PastKill>;
const peakRow = z.object({ at: instant, bytes }) satisfies z.ZodType<UsagePoint>;

const KEEP_MS = (LEDGER_DAYS + 1) * DAY;

/** KEYS: 1 peaks. ARGV: 1 first day kept, 2 time to live, then day, bytes and JSON of each peak. Keeps the higher of each day. */
const PEAKS = `
for i = 3, #ARGV, 3 do
  local old = redis.call('HGET', KEYS[1], ARGV[i])
  if not old or cjson.decode(old)['bytes'] < tonumber(ARGV[i + 1]) then redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 2]) end
end
for _, day in ipairs(redis.call('HKEYS', KEYS[1])) do
  if tonumber(day) < tonumber(ARGV[1]) then redis.call('HDEL', KEYS[1], day) end
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`;

/** KEYS: 1 change, 2 subject. ARGV: 1 proposal, 2 JSON, 3 time to live, 4 when it was. A change of the same proposal stays as it is, and so does a later one. */
const CHANGE = `
if redis.call('EXISTS', KEYS[2]) == 0 then return 0 end
local text = redis.call('GET', KEYS[1])
local old = text and cjson.decode(text)
if old and (old['proposalId'] == ARGV[1] or old['at'] > tonumber(ARGV[4])) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`;

/** KEYS: 1 change. ARGV: 1 what it is expected to be, 2 what it becomes. */
const TOLD = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
return 1`;

export type LedgerOptions = { readonly client: Redis; readonly clock: Clock };

export function redisLedger(options: LedgerOptions): Ledger {
  const { client, clock } = options;
  return {
    noteKill: (subject, kill) => storing(() => noteKill(options, subject, kill)),
    noteChange: (key, change) => storing(() => noteChange(options, key, change)),
    noteTold: (key, { proposalId, stage }) =>
      storing(async () => {
        const text = await client.get(keyOf('change', key));
        const change = text === null ? undefined : parseStored(changeSchema, keyOf('change', key), text);
        if (text === null || change?.proposalId !== proposalId || change.told.includes(stage)) return;
        await client.eval(TOLD, 1, keyOf('change', key), text, JSON.stringify({ ...change, told: [...change.told, stage] }));
      }),
    notePeaks: (key, peaks) =>
      storing(async () => {
        if (peaks.length === 0) return;
        const rows = peaks.flatMap((peak) => [dayOf(peak.at), peak.bytes, JSON.stringify(peak)]);
        await client.eval(PEAKS, 1, keyOf('peaks', key), dayOf(rememberedSince(clock.now())), KEEP_MS, ...rows);
      }),
    read: (key) => storing(() => read(options, key)),
    list: (cluster) =>
      storing(async () => {
        const set = keyOf('followed', cluster);
        await client.zremrangebyscore(set, '-inf', clock.now() - KEEP_MS);
        const keys = await client.zrevrange(set, 0, -1);
        const texts = keys.length === 0 ? [] : await client.mget(keys.map((key) => keyOf('subject', key)));
        return texts.flatMap((text) => (text === null ? [] : [parseStored(subjectSchema, set, text)]));
      }),
  };
}

async function noteChange({ client }: LedgerOptions, key: string, change: LedgerChange): Promise<void> {
  const names = [keyOf('change', key), keyOf('subject', key)];
  await client.eval(CHANGE, names.length, ...names, change.proposalId, JSON.stringify(change), KEEP_MS, change.at);
}

async function noteKill({ client, clock }: LedgerOptions, subject: LedgerSubject, kill: PastKill): Promise<void> {
  const { key, workload: place } = subject;
  const kills = keyOf('kills', key);
  await client
    .multi()
    .set(keyOf('subject', key), JSON.stringify(subject), 'PX', KEEP_MS)
    .hset(kills, String(kill.at), JSON.stringify(kill))
    .pexpire(kills, KEEP_MS)
    .zadd(keyOf('followed', place.cluster), clock.now(), key)
    .pexpire(keyOf('followed', place.cluster), KEEP_MS)
    .exec();
  const old = (await client.hkeys(kills)).filter((at) => Number(at) < rememberedSince(clock.now()));
  if (old.length > 0) await client.hdel(kills, ...old);
}

async function read({ client, clock }: LedgerOptions, key: string): Promise<LedgerPage> {
  const [peaks, kills, change] = await Promise.all([
    client.hvals(keyOf('peaks', key)),
    client.hvals(keyOf('kills', key)),
    client.get(keyOf('change', key)),
  ]);
  const since = rememberedSince(clock.now());
  return {
    peaks: peaks
      .map((text) => parseStored(peakRow, keyOf('peaks', key), text))
      .filter(({ at }) => at >= since)
      .toSorted((a, b) => a.at - b.at),
    kills: kills.map((text) => parseStored(killRow, keyOf('kills', key), text)).toSorted((a, b) => a.at - b.at),
    ...(change === null ? {} : { change: parseStored(changeSchema, keyOf('change', key), change) }),
  };
}

function keyOf(what: 'subject' | 'peaks' | 'kills' | 'change' | 'followed', key: string): string {
  return `${PREFIX}:ledger-${what}:${key}`;
}
