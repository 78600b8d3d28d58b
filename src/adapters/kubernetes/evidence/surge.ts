// How many pods a rolling update makes before it takes some away, by the rules of a Deployment; everything else makes none.

import { z } from 'zod';

export const rawStrategy = z
  .object({
    type: z.string().nullish(),
    rollingUpdate: z
      .object({
        partition: z.number().nullish(),
        maxSurge: z.union([z.number(), z.string()]).nullish(),
        maxUnavailable: z.union([z.number(), z.string()]).nullish(),
      })
      .nullish(),
  })
  .nullish();

type Updated = { readonly replicas?: number | null | undefined; readonly strategy?: z.infer<typeof rawStrategy> };

/** Pods; 25 % of the replicas, rounded up, unless said otherwise. */
export function surgeOf(kind: string, { replicas, strategy }: Updated): number {
  if (kind !== 'Deployment' || strategy?.type === 'Recreate') return 0;
  const surge = strategy?.rollingUpdate?.maxSurge ?? '25%';
  if (typeof surge === 'number') return surge;
  return surge.endsWith('%') ? Math.ceil(((replicas ?? 1) * Number.parseFloat(surge)) / 100) : Number(surge);
}
