// Kernel reports in Redis, each for a day: longer than any enrichment waits, and as long as a pod's events live.

import type { Redis } from 'ioredis';
import { DAY } from '../../domain/time.ts';
import type { ContainerInstance, KernelReports } from '../../ports/kernel-reports.ts';
import { PREFIX } from './connection.ts';
import { storing } from './faults.ts';
import { parseStored } from './schema/basic.ts';
import { kernelKillSchema } from './schema/kill.ts';

export function redisKernelReports({ client }: { readonly client: Redis }): KernelReports {
  return {
    save: (instance, report) =>
      storing(async () => {
        await client.set(keyOf(instance), JSON.stringify(report), 'PX', DAY);
      }),
    find: (instance) =>
      storing(async () => {
        const text = await client.get(keyOf(instance));
        return text === null ? undefined : parseStored(kernelKillSchema, keyOf(instance), text);
      }),
  };
}

function keyOf({ cluster, podUid, containerId }: ContainerInstance): string {
  return `${PREFIX}:kernel:${cluster}/${podUid}/${containerId}`;
}
