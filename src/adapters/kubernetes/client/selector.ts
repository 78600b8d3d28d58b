// How a workload names its pods, as the label selector of a query.

import { z } from 'zod';

export const rawSelector = z
  .object({
    matchLabels: z.record(z.string(), z.string()).nullish(),
    matchExpressions: z
      .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).nullish() }))
      .nullish(),
  })
  .nullish();

/** Undefined where it names none. */
export function selectorText(selector: z.infer<typeof rawSelector>): string | undefined {
  if (!selector) return undefined;
  const parts = [
    ...Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`),
    ...(selector.matchExpressions ?? []).map(({ key, operator, values }) => expressionText(key, operator, values ?? [])),
  ];
  return parts.length === 0 ? undefined : parts.join(',');
}

function expressionText(key: string, operator: string, values: readonly string[]): string {
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator.toLowerCase()} (${values.join(',')})`;
}
