// The number: from the remembered peak, the limit that was just hit and how much history there is (sizing.md 5.1), then the bounds that cut it
// down (5.3). Bytes in and out.
//
// Worked: limit 512Mi hit, peak of 28 days 598Mi → max(598 × 1.15 = 687.7, 512 × 1.4 = 716.8) = 716.8Mi → rounded up to 736Mi.

import type { Usage } from '../evidence.ts';
import type { Bytes } from '../memory.ts';
import { formatQuantity, roundUpToStep, toBytes } from '../memory.ts';
import type { Policy } from '../policy.ts';
import type { Instant } from '../time.ts';
import { DAY } from '../time.ts';

export type PastKill = { readonly at: Instant; readonly limit: Bytes | undefined };

export type SizeInput = {
  readonly limit: Bytes;
  readonly killedAt: Instant;
  readonly earlierKills: readonly PastKill[];
  readonly usage: Usage | undefined;
  readonly policy: Policy;
  /** What the node can give to pods, when known. */
  readonly allocatable: Bytes | undefined;
};

export type Size = {
  readonly limit: Bytes;
  readonly arithmetic: string;
  readonly cappedBy: string | undefined;
  /** Raises already made within a day before this kill. */
  readonly recentRaises: number;
};

/** Share added on top of the highest sample: samples miss what lies between them. */
const MARGIN = 1.15;

export function sizeFor(input: SizeInput): Size {
  const series = input.usage?.kind === 'series' ? input.usage : undefined;
  const days = series?.daysKnown ?? 0;
  const raises = raisesWithinDay(input);
  const bump = bumpFor(days) * 1.5 ** Math.min(raises, 3);
  const floor = input.limit * bump;
  const fromPeak = series === undefined ? 0 : series.peak.bytes * MARGIN;
  const raw = roundUpToStep(Math.max(fromPeak, floor));
  const capped = cap(raw, input);
  return {
    limit: capped.limit,
    cappedBy: capped.by,
    recentRaises: raises,
    arithmetic: words(input, { bump, days, raw, ...capped }),
  };
}

/** How much to add to a limit that was hit: less history, more room. */
function bumpFor(days: number): number {
  if (days < 1) return 2;
  return days < 7 ? 1.5 : 1.4;
}

/** Distinct lower limits that were hit within 24 hours before: each was followed by a raise that did not last. */
function raisesWithinDay({ limit, killedAt, earlierKills }: SizeInput): number {
  const lower = earlierKills.filter((kill) => kill.limit !== undefined && kill.limit < limit && killedAt - kill.at <= DAY);
  return new Set(lower.map((kill) => kill.limit)).size;
}

type Capped = { readonly limit: Bytes; readonly by: string | undefined };

function cap(raw: Bytes, { limit, policy, allocatable }: SizeInput): Capped {
  const bounds: readonly (readonly [bytes: number, name: string])[] = [
    [policy.maxLimit, `the policy’s highest limit of ${formatQuantity(policy.maxLimit)}`],
    [limit * policy.maxFactor, `the policy’s factor of ${policy.maxFactor}`],
    ...(allocatable === undefined
      ? []
      : [[policy.maxNodeShare * allocatable, `the node, which has ${Math.floor(allocatable / 2 ** 20)}Mi to give`] as const]),
  ];
  const [tightest] = bounds.filter(([bytes]) => bytes < raw).toSorted(([a], [b]) => a - b);
  if (tightest === undefined) return { limit: raw, by: undefined };
  const [bytes, name] = tightest;
  return { limit: toBytes(Math.floor(bytes / 2 ** 20) * 2 ** 20), by: `${name} (uncapped: ${formatQuantity(raw)})` };
}

type Reckoning = {
  readonly bump: number;
  readonly days: number;
  readonly raw: Bytes;
  readonly limit: Bytes;
  readonly by: string | undefined;
};

function words({ limit, usage }: SizeInput, { bump, days, limit: result, by }: Reckoning): string {
  const next = `New limit ${formatQuantity(result)}`;
  const hit = `the ${formatQuantity(limit)} that was just hit × ${number(bump)}`;
  const cut = by === undefined ? '' : `, cut down by ${by}`;
  if (usage?.kind !== 'series') return `${next} = ${hit}, because there are no samples from before the kill${cut}.`;
  const peak = `the highest sample of the last ${span(days)} (${Math.ceil(usage.peak.bytes / 2 ** 20)}Mi) × ${MARGIN}`;
  return `${next} = the higher of ${peak} and ${hit}, rounded up${cut}.`;
}

function span(days: number): string {
  if (days < 1) return `${Math.max(1, Math.round(days * 24))} hours`;
  return days < 1.5 ? 'day' : `${Math.round(days)} days`;
}

function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}
