// Kernel reports in Redis, each container's and each pod's in one sorted set by their time, for a day: longer than any enrichment waits, and as long as a pod's events
// live. Bounded: a worker pool may lose a child every second.

import type { Redis } from 'ioredis';
import { z } from 'zod';
import { DAY, MINUTE } from '../../../domain/base/time.ts';
import type { ContainerInstance, KernelReports, TimedReport } from '../../../ports/kernel-reports.ts';
import { PREFIX } from '../connection.ts';
import { storing } from '../faults.ts';
import { instant, parseStored } from '../schema/basic.ts';
import { kernelKillSchema } from '../schema/kill.ts';

const NEWEST = 64;
/** An agent that was away longer tells old news. */
const MISSED_FOR = 10 * MINUTE;

/**
 * KEYS: 1 the container's reports, 2 the pod's. ARGV: 1 the time, 2 the report, 3 how many to keep, 4 time to live in ms. A report that is known keeps its
 * first time.
 */
const SAVE = `
for _, key in ipairs(KEYS) do
  redis.call('ZADD', key, 'NX', ARGV[1], ARGV[2])
  redis.call('ZREMRANGEBYRANK', key, 0, -1 - ARGV[3])
  redis.call('PEXPIRE', key, ARGV[4])
end`;

const stored = z.object({ key: z.string(), kill: kernelKillSchema });

export function redisKernelReports({ client }: { readonly client: Redis }): KernelReports {
  const read = (key: string): Promise<readonly TimedReport[]> =>
    storing(async () => {
      const flat = await client.zrevrange(key, 0, -1, 'WITHSCORES');
      return flat.flatMap((text, index): readonly TimedReport[] => {
        const at = instant.safeParse(Number(flat[index + 1]));
        return index % 2 === 0 && at.success ? [{ ...parseStored(stored, key, text), at: at.data }] : [];
      });
    });
  return {
    save: (instance, { key, kill, at }) =>
      storing(async () => {
        const keys = [containerKey(instance), podKey(instance)];
        await client.eval(SAVE, keys.length, ...keys, at, JSON.stringify({ key, kill }), NEWEST, DAY);
      }),
    find: (instance) => read(containerKey(instance)),
    missed: (instance, killId) =>
      storing(async () => {
        await client.set(missedKey(instance), killId, 'PX', MISSED_FOR);
      }),
    missedBy: (instance) => storing(async () => (await client.get(missedKey(instance))) ?? undefined),
    inPod: (pod) => read(podKey(pod)),
  };
}

function missedKey({ cluster, containerId }: Pick<ContainerInstance, 'cluster' | 'containerId'>): string {
  return `${PREFIX}:kernel-reports:${cluster}/missed/${containerId}`;
}

function containerKey({ cluster, containerId }: Pick<ContainerInstance, 'cluster' | 'containerId'>): string {
  return `${PREFIX}:kernel-reports:${cluster}/container/${containerId}`;
}

function podKey({ cluster, podUid }: Pick<ContainerInstance, 'cluster' | 'podUid'>): string {
  return `${PREFIX}:kernel-reports:${cluster}/pod/${podUid}`;
}
