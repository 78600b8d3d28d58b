// Kills come in: one script records the kill and puts it among the pending; then the job is queued under an id made from the kill's, and the kill
// leaves the pending. A crash in between leaves it pending, and resume() queues it again; the job's id makes that harmless.

import type { Redis } from 'ioredis';
import { DAY } from '../../../domain/base/time.ts';
import { otherDayOf } from '../../../domain/kill/event-kill.ts';
import type { Kill, KillId } from '../../../domain/kill/oom-kill.ts';
import {
  COUNTED_WITHIN,
  clusterOf,
  happenedAt,
  instanceOf,
  isLateMark,
  SAME_KILL_WITHIN,
} from '../../../domain/kill/oom-kill.ts';
import type { JobQueue } from '../../../ports/job-queue.ts';
import type { Claim, KillIntake } from '../../../ports/kill-intake.ts';
import { PREFIX } from '../connection.ts';
import { storing } from '../faults.ts';
import { parseStored } from '../schema/basic.ts';
import { killSchema } from '../schema/kill.ts';

/**
 * KEYS: 1 the kill, 2 the pending set, 3 when a child was last killed in the same container, 4 the times of those that a counter told, 5 the same kill
 * under another id, or 1 again. ARGV: 1 the kill as JSON, 2 its id, 3 time to live in ms, 4 "1" to make it pending, 5 its kind, 6 "1" when it may be the
 * late mark of a child's kill, 7 when it happened, 8 how close to that a child's kill is this very one, 9 where it showed, 10 how much later a counter
 * shows what the kernel told. A suspected kill gives way to any that is sure. What is still seen is remembered on, and handed on when nobody has: the
 * answer to the first claim may have been lost with the connection, after which the client asks again by itself.
 */
const CLAIM = `
local child = ARGV[5] ~= 'silent' and tonumber(redis.call('GET', KEYS[3]) or '')
local quiet = ARGV[4] ~= '1' or (child and (ARGV[6] == '1' or math.abs(child - ARGV[7]) <= tonumber(ARGV[8])))
local byKernel = ARGV[5] == 'silent' and ARGV[9] == 'kernel'
if byKernel and redis.call('ZCOUNT', KEYS[4], ARGV[7], ARGV[7] + ARGV[10]) > 0 then quiet = true end
local old = redis.call('GET', KEYS[1])
if old then
  if ARGV[5] == 'suspected' or cjson.decode(old).how ~= 'suspected' then
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
    if redis.call('SISMEMBER', KEYS[2], ARGV[2]) == 1 then return 'pending' end
    if redis.call('SISMEMBER', KEYS[2], ARGV[2] .. '#marked') == 1 then return 'pending-marked' end
    return 'already-seen'
  end
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
  if quiet then return 'recorded-silently' end
  redis.call('SADD', KEYS[2], ARGV[2] .. '#marked')
  return 'upgraded'
end
if KEYS[5] ~= KEYS[1] and redis.call('EXISTS', KEYS[5]) == 1 then return 'already-seen' end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
if byKernel then redis.call('SET', KEYS[3], ARGV[7], 'PX', ARGV[3])
elseif ARGV[5] == 'silent' then redis.call('SET', KEYS[3], '0', 'PX', ARGV[3], 'NX') end
if quiet then return 'recorded-silently' end
if ARGV[5] == 'silent' and not byKernel then
  redis.call('ZADD', KEYS[4], ARGV[7], ARGV[2])
  redis.call('ZREMRANGEBYRANK', KEYS[4], 0, -1001)
  redis.call('PEXPIRE', KEYS[4], ARGV[3])
end
redis.call('SADD', KEYS[2], ARGV[2])
return 'first-seen'`;

/** Longer than any pod accepted on a first list shows its last death; longer than an incident is looked back at. */
export const REMEMBERED_MS = 90 * DAY;

const PENDING = `${PREFIX}:kills:pending`;
/** Follows a pending kill's id when the kill is to be looked at again. No id holds it. */
const MARKED = '#marked';

export function redisKillIntake({ client, queue }: { readonly client: Redis; readonly queue: JobQueue }): KillIntake {
  async function handOn(pending: string): Promise<void> {
    const marked = pending.endsWith(MARKED);
    const killId = marked ? pending.slice(0, -MARKED.length) : pending;
    const job = { step: 'enrich', cluster: clusterOf(killId), killId } as const;
    await queue.enqueue(marked ? { ...job, marked } : job);
    await client.srem(PENDING, pending);
  }
  return {
    claim: (kill, how) =>
      storing(async () => {
        const answer = await askToClaim(client, kill, how);
        if (answer === 'first-seen' || answer === 'pending') await handOn(kill.id);
        if (answer === 'upgraded' || answer === 'pending-marked') await handOn(`${kill.id}${MARKED}`);
        return claimOf(answer);
      }),
    kill: (id) =>
      storing(async (): Promise<Kill | undefined> => {
        const text = await client.get(keyOf(id));
        return text === null ? undefined : parseStored(killSchema, keyOf(id), text);
      }),
    resume: () =>
      storing(async () => {
        const pending = await client.smembers(PENDING);
        for (const each of pending) await handOn(each);
        return pending.length;
      }),
  };
}

function askToClaim(client: Redis, kill: Kill, how: 'report' | 'record-silently'): Promise<unknown> {
  const instance = instanceOf(kill);
  const keys = [keyOf(kill.id), PENDING, `${PREFIX}:kill-silent-at:${instance}`, `${PREFIX}:kill-counted:${instance}`];
  keys.push(keyOf(otherDayOf(kill) ?? kill.id));
  const flags = [how === 'report' ? '1' : '0', kill.how, isLateMark(kill) ? '1' : '0', happenedAt(kill)];
  const rules = [SAME_KILL_WITHIN, kill.shownIn, COUNTED_WITHIN];
  return client.eval(CLAIM, keys.length, ...keys, JSON.stringify(kill), kill.id, REMEMBERED_MS, ...flags, ...rules);
}

const CLAIMS = ['first-seen', 'upgraded', 'recorded-silently', 'already-seen'] as const satisfies readonly Claim['kind'][];

function claimOf(answer: unknown): Claim {
  if (answer === 'pending' || answer === 'pending-marked') return { kind: 'already-seen' };
  const kind = CLAIMS.find((known) => known === answer);
  if (kind === undefined) throw new TypeError(`the claim script answered ${String(answer)}`);
  return { kind };
}

function keyOf(id: KillId): string {
  return `${PREFIX}:kill:${id}`;
}
