// LimitRanges and ResourceQuotas of a namespace, as far as they are about memory.

import { z } from 'zod';
import { quantityBytes } from '../../../domain/base/memory.ts';
import type { LimitRangeRule, QuotaRule } from '../../../domain/evidence/surroundings.ts';

const quantities = z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).nullish();
const named = z.object({ name: z.string() });

export const limitRangeList = z.object({
  items: z.array(
    z.object({
      metadata: named,
      spec: z.object({
        limits: z.array(
          z.object({
            type: z.string(),
            min: quantities,
            max: quantities,
            default: quantities,
            defaultRequest: quantities,
            maxLimitRequestRatio: quantities,
          }),
        ),
      }),
    }),
  ),
});

export function limitRangeRules({ items }: z.infer<typeof limitRangeList>): readonly LimitRangeRule[] {
  return items.flatMap(({ metadata, spec }) =>
    spec.limits.flatMap((limit): readonly LimitRangeRule[] => {
      const { type } = limit;
      if (type !== 'Container' && type !== 'Pod') return [];
      const ratio = Number(limit.maxLimitRequestRatio?.['memory'] ?? Number.NaN);
      const rule: LimitRangeRule = {
        name: metadata.name,
        type,
        min: quantityBytes(limit.min?.['memory']),
        max: quantityBytes(limit.max?.['memory']),
        defaultLimit: quantityBytes(limit.default?.['memory']),
        defaultRequest: quantityBytes(limit.defaultRequest?.['memory']),
        maxRatio: Number.isFinite(ratio) ? ratio : undefined,
      };
      const isAboutMemory = [rule.min, rule.max, rule.defaultLimit, rule.defaultRequest, rule.maxRatio].some(
        (value) => value !== undefined,
      );
      return isAboutMemory ? [rule] : [];
    }),
  );
}

export const quotaList = z.object({
  items: z.array(z.object({ metadata: named, status: z.object({ hard: quantities, used: quantities }).nullish() })),
});

const ABOUT = [
  ['limits.memory', 'limits'],
  ['requests.memory', 'requests'],
  ['memory', 'requests'],
] as const;

export function quotaRules({ items }: z.infer<typeof quotaList>): readonly QuotaRule[] {
  return items.flatMap(({ metadata, status }) =>
    ABOUT.flatMap(([key, about]): readonly QuotaRule[] => {
      const hard = quantityBytes(status?.hard?.[key]);
      const used = quantityBytes(status?.used?.[key]);
      return hard === undefined || used === undefined ? [] : [{ name: metadata.name, about, hard, used }];
    }),
  );
}
