// Where incidents begin. undersized: after two weeks a new highest demand, and a limit between the old and the new one. cold: a limit from the first two
// hours. oversized: three times what two weeks needed, and no kill.

import { hashOf, randomFrom } from '../series/random.ts';
import type { Series } from '../series/series.ts';
import type { Incident } from './replay.ts';

const DAY_SECONDS = 86_400;

export type UndersizedPlan = { readonly historyDays: number; readonly leftDays: number; readonly seeds: number };

export function undersized(series: Series, { historyDays, leftDays, seeds }: UndersizedPlan): readonly Incident[] {
  const { bytes, stepSeconds, name } = series;
  const perDay = DAY_SECONDS / stepSeconds;
  const candidates: { readonly from: number; readonly before: number }[] = [];
  let before = 0;
  for (let at = 0; at < bytes.length - leftDays * perDay; at += 1) {
    const demand = bytes[at] ?? 0;
    if (at >= historyDays * perDay && demand > 1.02 * before) candidates.push({ from: at, before });
    before = Math.max(before, demand);
  }
  return Array.from({ length: Math.min(seeds, candidates.length) }, (_, seed) => {
    const random = randomFrom(hashOf(`${name}#${seed}`));
    const { from, before: highest } = candidates[random.whole(candidates.length)] ?? { from: 0, before: 0 };
    const limit = Math.round(highest + random.next() * ((bytes[from] ?? 0) - highest) * 0.999);
    return { series, scenario: 'undersized' as const, from, limit };
  });
}

export function cold(
  series: Series,
  { hours, withinDays }: { readonly hours: number; readonly withinDays: number },
): readonly Incident[] {
  const { bytes, stepSeconds } = series;
  const from = Math.round((hours * 3600) / stepSeconds);
  const limit = Math.round(1.05 * highestOf(bytes, 0, from));
  const until = Math.min(bytes.length, Math.round((withinDays * DAY_SECONDS) / stepSeconds));
  for (let at = from; at < until; at += 1) {
    if ((bytes[at] ?? 0) > limit) return [{ series, scenario: 'cold', from: at, limit }];
  }
  return [];
}

export function oversized(series: Series, { days }: { readonly days: number }): readonly Incident[] {
  const from = Math.round((days * DAY_SECONDS) / series.stepSeconds);
  return [{ series, scenario: 'oversized', from, limit: Math.round(3 * highestOf(series.bytes, 0, from)) }];
}

function highestOf(bytes: Float64Array, from: number, until: number): number {
  let highest = 0;
  for (let at = from; at < until; at += 1) highest = Math.max(highest, bytes[at] ?? 0);
  return highest;
}
