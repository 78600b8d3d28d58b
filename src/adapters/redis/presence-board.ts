// The processes of the bot in Redis: one hash, a field for each. Who is gone is thrown out whenever the list is read.

import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Presence } from '../../domain/coverage/presence.ts';
import { isThere } from '../../domain/coverage/presence.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PresenceBoard } from '../../ports/presence.ts';
import { PREFIX } from './connection.ts';
import { storing } from './faults.ts';
import { instant, parseStored } from './schema/basic.ts';

const presenceSchema = z.object({
  process: z.string(),
  host: z.string(),
  role: z.string(),
  cluster: z.string(),
  at: instant,
  watching: z.object({ standing: z.enum(['alone', 'leading', 'standing-by']), connected: z.boolean() }).optional(),
  slackConnections: z.number().optional(),
  prometheus: z.object({ answers: z.boolean(), words: z.string() }).optional(),
}) satisfies z.ZodType<Presence>;

const KEY = `${PREFIX}:presence`;

export function redisPresenceBoard({ client, clock }: { readonly client: Redis; readonly clock: Clock }): PresenceBoard {
  return {
    say: (presence) => storing(async () => void (await client.hset(KEY, presence.process, JSON.stringify(presence)))),
    leave: (process) => storing(async () => void (await client.hdel(KEY, process))),
    list: () =>
      storing(async () => {
        const all = Object.values(await client.hgetall(KEY)).map((text) => parseStored(presenceSchema, KEY, text));
        const now = clock.now();
        const gone = all.filter((each) => !isThere(each, now)).map(({ process }) => process);
        if (gone.length > 0) await client.hdel(KEY, ...gone);
        return all.filter((each) => isThere(each, now)).toSorted((a, b) => a.process.localeCompare(b.process));
      }),
  };
}
