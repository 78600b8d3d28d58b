// How sure a difference is: both policies on the same incidents, series drawn again and again, so that incidents of one series stay together.

import { randomFrom } from '../series/random.ts';
import { measure } from './measure.ts';
import type { Outcome } from './replay.ts';

export type Interval = { readonly difference: number; readonly low: number; readonly high: number };

const DRAWS = 400;

/** OOM-days per 100 days of the first minus the second, with the middle 95 % of the draws. */
export function oomDaysDifference(first: readonly Outcome[], second: readonly Outcome[]): Interval {
  const names = [...new Set(first.map(({ series }) => series))];
  const [ours, theirs] = [bySeries(first), bySeries(second)];
  const of = (drawn: readonly string[]): number =>
    measure(drawn.flatMap((name) => ours.get(name) ?? [])).oomDays -
    measure(drawn.flatMap((name) => theirs.get(name) ?? [])).oomDays;
  const random = randomFrom(1);
  const draws = Array.from({ length: DRAWS }, () => of(names.map(() => names[random.whole(names.length)] ?? ''))).toSorted(
    (a, b) => a - b,
  );
  return { difference: of(names), low: draws[Math.floor(0.025 * DRAWS)] ?? 0, high: draws[Math.ceil(0.975 * DRAWS) - 1] ?? 0 };
}

function bySeries(outcomes: readonly Outcome[]): ReadonlyMap<string, readonly Outcome[]> {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) groups.set(outcome.series, [...(groups.get(outcome.series) ?? []), outcome]);
  return groups;
}
