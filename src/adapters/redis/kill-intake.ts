// Kills come in: one script records the kill and puts it among the pending; then the job is queued under an id made from the kill's, and the kill
// leaves the pending. A crash in between leaves it pending, and resume() queues it again; the job's id makes that harmless.

import type { Redis } from 'ioredis';
import type { Kill, KillId } from '../../domain/oom-kill.ts';
import { clusterOf, instanceOf, isLateMark } from '../../domain/oom-kill.ts';
import { DAY } from '../../domain/time.ts';
import type { JobQueue } from '../../ports/job-queue.ts';
import type { Claim, KillIntake } from '../../ports/kill-intake.ts';
import { PREFIX } from './connection.ts';
import { storing } from './faults.ts';
import { parseStored } from './schema/basic.ts';
import { killSchema } from './schema/kill.ts';

/**
 * KEYS: 1 the kill, 2 the pending set, 3 the mark of a child's kill in the same container. ARGV: 1 the kill as JSON, 2 its id, 3 time to live in ms,
 * 4 "1" to make it pending, 5 its kind, 6 "1" when it may be the late mark of a child's kill. A suspected kill gives way to any that is sure.
 */
const CLAIM = `
local old = redis.call('GET', KEYS[1])
if old then
  if ARGV[5] == 'suspected' or cjson.decode(old).how ~= 'suspected' then return 'already-seen' end
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
  if ARGV[4] ~= '1' then return 'recorded-silently' end
  redis.call('SADD', KEYS[2], ARGV[2] .. '#marked')
  return 'upgraded'
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
if ARGV[5] == 'silent' then redis.call('SET', KEYS[3], '1', 'PX', ARGV[3]) end
if ARGV[4] ~= '1' or (ARGV[6] == '1' and redis.call('EXISTS', KEYS[3]) == 1) then return 'recorded-silently' end
redis.call('SADD', KEYS[2], ARGV[2])
return 'first-seen'`;

/** Longer than any pod accepted on a first list shows its last death; longer than an incident is looked back at. */
const REMEMBERED_MS = 90 * DAY;

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
        const keys = [keyOf(kill.id), PENDING, `${PREFIX}:kill-silent:${instanceOf(kill)}`];
        const flags = [how === 'report' ? '1' : '0', kill.how, isLateMark(kill) ? '1' : '0'];
        const told = claimOf(
          await client.eval(CLAIM, keys.length, ...keys, JSON.stringify(kill), kill.id, REMEMBERED_MS, ...flags),
        );
        if (told.kind === 'first-seen') await handOn(kill.id);
        if (told.kind === 'upgraded') await handOn(`${kill.id}${MARKED}`);
        return told;
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

const CLAIMS = ['first-seen', 'upgraded', 'recorded-silently', 'already-seen'] as const satisfies readonly Claim['kind'][];

function claimOf(answer: unknown): Claim {
  const kind = CLAIMS.find((known) => known === answer);
  if (kind === undefined) throw new TypeError(`the claim script answered ${String(answer)}`);
  return { kind };
}

function keyOf(id: KillId): string {
  return `${PREFIX}:kill:${id}`;
}
