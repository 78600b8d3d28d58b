// One key for each node of the cluster, for a month: a node away that long has a new kernel log.

import type { Redis } from 'ioredis';
import { z } from 'zod';
import { DAY } from '../../domain/base/time.ts';
import type { KernelLogPosition, KernelLogPositions } from '../../ports/kernel-log-position.ts';
import { PREFIX } from './connection.ts';
import { storing } from './faults.ts';
import { parseStored } from './schema/basic.ts';

const REMEMBERED_MS = 30 * DAY;

const position = z.object({ bootId: z.string(), sequence: z.number() }) satisfies z.ZodType<KernelLogPosition>;

export function redisKernelLogPositions(options: { readonly client: Redis; readonly cluster: string }): KernelLogPositions {
  const { client, cluster } = options;
  const keyOf = (node: string): string => `${PREFIX}:kmsg:${cluster}/${node}`;
  return {
    read: (node) =>
      storing(async () => {
        const text = await client.get(keyOf(node));
        return text === null ? undefined : parseStored(position, keyOf(node), text);
      }),
    save: (node, reached) =>
      storing(async () => {
        await client.set(keyOf(node), JSON.stringify(reached), 'PX', REMEMBERED_MS);
      }),
  };
}
