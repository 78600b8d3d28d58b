// Kills come in: one script records the kill and puts its id among the pending; then the job is queued under an id made from the kill's, and
// the id leaves the pending. A crash in between leaves it pending, and resume() queues it again; the job's id makes that harmless.

import type { Redis } from 'ioredis';
import type { Kill, KillId } from '../../domain/oom-kill.ts';
import { DAY } from '../../domain/time.ts';
import type { JobQueue } from '../../ports/job-queue.ts';
import type { KillIntake } from '../../ports/kill-intake.ts';
import { PREFIX } from './connection.ts';
import { storing } from './faults.ts';
import { parseStored } from './schema/basic.ts';
import { killSchema } from './schema/kill.ts';

/**
 * KEYS: 1 the kill, 2 the pending set. ARGV: 1 the kill as JSON, 2 its id, 3 time to live in ms, 4 "1" to make it pending.
 * Returns 1 when it was new, 0 when it was known and nothing was done.
 */
const CLAIM = `
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[3]) then return 0 end
if ARGV[4] == '1' then redis.call('SADD', KEYS[2], ARGV[2]) end
return 1`;

/** Longer than any pod accepted on a first list shows its last death; longer than an incident is looked back at. */
const REMEMBERED_MS = 90 * DAY;

const PENDING = `${PREFIX}:kills:pending`;

export function redisKillIntake({ client, queue }: { readonly client: Redis; readonly queue: JobQueue }): KillIntake {
  async function handOn(id: KillId): Promise<void> {
    await queue.enqueue({ step: 'enrich', killId: id });
    await client.srem(PENDING, id);
  }
  return {
    claim: (kill, how) =>
      storing(async () => {
        const report = how === 'report';
        const fresh = await client.eval(
          CLAIM,
          2,
          keyOf(kill.id),
          PENDING,
          JSON.stringify(kill),
          kill.id,
          REMEMBERED_MS,
          report ? '1' : '0',
        );
        if (fresh !== 1) return { kind: 'already-seen' };
        if (!report) return { kind: 'recorded-silently' };
        await handOn(kill.id);
        return { kind: 'first-seen' };
      }),
    kill: (id) =>
      storing(async (): Promise<Kill | undefined> => {
        const text = await client.get(keyOf(id));
        return text === null ? undefined : parseStored(killSchema, keyOf(id), text);
      }),
    resume: () =>
      storing(async () => {
        const pending = await client.smembers(PENDING);
        for (const id of pending) await handOn(id);
        return pending.length;
      }),
  };
}

function keyOf(id: KillId): string {
  return `${PREFIX}:kill:${id}`;
}
