// Turns of digests in Redis: milliseconds since 1970 under the schedule's own words, forgotten after two months.

import type { Redis } from 'ioredis';
import { DAY, isInstant } from '../../../domain/base/time.ts';
import type { DigestPeriod } from '../../../domain/incident/digest.ts';
import type { DigestTurns } from '../../../ports/digest-turns.ts';
import { PermanentError } from '../../../ports/fault.ts';
import type { DigestSchedule } from '../../../ports/timetable.ts';
import { PREFIX } from '../connection.ts';
import { storing } from '../faults.ts';

const KEPT_MS = 60 * DAY;

export function redisDigestTurns({ client }: { readonly client: Redis }): DigestTurns {
  return {
    get: (period, schedule) =>
      storing(async () => {
        const key = keyOf(period, schedule);
        const text = await client.get(key);
        if (text === null) return undefined;
        const at = Number(text);
        if (isInstant(at)) return at;
        throw new PermanentError(`${key} in Redis is no point in time`, { code: 'OOM_STORE_CONTENT' });
      }),
    put: (period, schedule, at) =>
      storing(async () => void (await client.set(keyOf(period, schedule), String(at), 'PX', KEPT_MS))),
  };
}

function keyOf(period: DigestPeriod, { expression, timezone }: DigestSchedule): string {
  return `${PREFIX}:digest-turn:${period}:${timezone}:${expression}`;
}
