// A climb from the start to the limit within minutes: what is loaded at a start and what leaks look the same that early, so it is said that it cannot be
// told yet. A jump at the start, or a plateau before the end, is for other rules.

import { formatBytes, toBytes } from '../../base/memory.ts';
import { formatDuration, MINUTE, toMillis } from '../../base/time.ts';
import type { UsagePoint } from '../../evidence/evidence.ts';
import { median } from '../trend.ts';
import type { Rule } from './case.ts';
import { runPoints } from './case.ts';

/** What lives longer is judged by its trend. */
const EARLY_MS = 10 * MINUTE;
const ENOUGH = 8;
/** Of the limit, between the first third of a life and the last. */
const LEAST_RISE = 0.35;
/** Where the middle third lies on a straight way from the first to the last, with room for noise. */
const STRAIGHT = [0.3, 0.7] as const;

export const rising: Rule = (facts) => {
  const { limit, livedMs, wasReady } = facts;
  if (limit === undefined || livedMs === undefined || livedMs > EARLY_MS || wasReady === false) return undefined;
  const points = runPoints(facts);
  if (points.length < ENOUGH) return undefined;
  const [first, middle, last] = thirds(points);
  const rise = last - first;
  const way = (middle - first) / rise;
  if (rise < LEAST_RISE * limit || way < STRAIGHT[0] || way > STRAIGHT[1]) return undefined;
  return {
    cause: 'unclear',
    confidence: 'low',
    summary:
      'Memory climbed steadily from the start until it hit the limit: that early, what a program loads and what it leaks look the same.',
    facts: [
      `It climbed by ${formatBytes(toBytes(Math.round(rise)))} in the ${formatDuration(toMillis(livedMs))} it lived, without a jump and without levelling off.`,
    ],
    against: [],
    toSettle: 'A higher limit, once: what is loaded levels off below it, a leak climbs on. A day of samples tells for sure.',
  };
};

function thirds(points: readonly UsagePoint[]): readonly [number, number, number] {
  const size = Math.floor(points.length / 3);
  const middle = (from: number, to?: number): number => median(points.slice(from, to).map(({ bytes }) => bytes));
  return [middle(0, size), middle(size, points.length - size), middle(points.length - size)];
}
