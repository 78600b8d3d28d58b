// Made-up kills of four causes with what makes them hard to tell apart: days and nights, noise that remembers, warm-ups that level off, sawtooth of a
// collector, and the samples a Prometheus has: one a minute in the last hour, coarser before, the last up to a minute before the kill.

import { MIB, toBytes } from '../../src/domain/base/memory.ts';
import type { Instant } from '../../src/domain/base/time.ts';
import { DAY, HOUR, MINUTE, SECOND, toInstant } from '../../src/domain/base/time.ts';
import type { UsagePoint } from '../../src/domain/evidence/evidence.ts';
import type { Random } from '../series/random.ts';
import { randomFrom } from '../series/random.ts';
import type { KnownKill, Labelled } from './case.ts';
import { causeOf } from './case.ts';

const KINDS = ['leak', 'spike', 'limit-too-low', 'startup'] as const;
type Kind = (typeof KINDS)[number];

const KILLED_AT = toInstant(Date.UTC(2026, 5, 17, 14, 20, 0));
const COARSE = 10 * MINUTE;
const FINE = MINUTE;

export function judgeGenerated(seeds: { readonly from: number; readonly count: number }): readonly Labelled[] {
  return Array.from({ length: seeds.count }, (_, index) => seeds.from + index).flatMap((seed) =>
    KINDS.map((kind) => ({ label: kind, found: causeOf(killOf(kind, randomFrom(seed * 7919 + KINDS.indexOf(kind)))) })),
  );
}

/** Share of the limit in use, by hours before the kill. */
type Level = (hoursBefore: number) => number;

function killOf(kind: Kind, random: Random): KnownKill {
  const limit = 2 ** random.between(6, 12) * MIB;
  return kind === 'startup' ? starting(limit, random) : running(kind, limit, random);
}

function running(kind: Exclude<Kind, 'startup'>, limit: number, random: Random): KnownKill {
  const hours = random.between(30, 240);
  const level = levelOf(kind, hours, random);
  const startedAt = before(hours * HOUR);
  const again = random.next() < 0.5;
  return {
    startedAt,
    killedAt: KILLED_AT,
    limit,
    exitCode: 137,
    points: sampled({ level, hours, limit, random, last: kind === 'spike' ? lastOfBurst(random) : undefined }),
    earlierKills: again ? [startedAt] : [],
    wasReady: true,
  };
}

function levelOf(kind: Exclude<Kind, 'startup'>, hours: number, random: Random): Level {
  const swing = random.next() < 0.6 ? random.between(0.02, 0.15) : 0;
  // What reaches the limit by its normal load does so around the top of the day.
  const phase = kind === 'limit-too-low' ? random.between(3, 9) : random.between(0, 24);
  const wave: Level = (hour) => swing * Math.sin((2 * Math.PI * (hour + phase)) / 24);
  switch (kind) {
    case 'leak': {
      const base = random.between(0.2, 0.55);
      const bend = random.between(0.8, 1.3);
      const teeth = random.next() < 0.4 ? random.between(0.01, 0.08) : 0;
      return (hour) =>
        base + (0.97 - base) * Math.max(0, 1 - hour / hours) ** bend + wave(hour) - wave(0) - teeth * ((hour * 1.7) % 1);
    }
    case 'spike': {
      const base = random.between(0.25, 0.62);
      return (hour) => base + wave(hour) * 0.7 + (random.next() < 0.002 ? random.between(0.05, 0.2) : 0);
    }
    case 'limit-too-low': {
      const peak = random.between(0.9, 0.97);
      const warmUp = random.next() < 0.5 ? random.between(0.1, 0.4) * hours : 0;
      const rise = random.between(0.2, 0.5);
      return (hour) => peak + wave(hour) - wave(0) - warming(hours - hour, warmUp, rise);
    }
  }
}

function warming(hour: number, length: number, rise: number): number {
  return hour >= length ? 0 : rise * (1 - hour / length);
}

/** What the last sample shows of the burst: nothing, or a part. */
function lastOfBurst(random: Random): number | undefined {
  return random.next() < 0.4 ? random.between(0.6, 0.99) : undefined;
}

type Sampling = {
  readonly level: Level;
  readonly hours: number;
  readonly limit: number;
  readonly random: Random;
  readonly last: number | undefined;
};

function sampled({ level, hours, limit, random, last }: Sampling): readonly UsagePoint[] {
  const deviation = random.between(0.004, 0.025);
  let noise = 0;
  const end = KILLED_AT - Math.round(random.between(1, 59) * SECOND);
  const points: UsagePoint[] = [];
  for (let at = Math.round(KILLED_AT - hours * HOUR); at <= end; at += at < KILLED_AT - HOUR ? COARSE : FINE) {
    noise = 0.9 * noise + deviation * 0.44 * random.normal();
    const share = Math.min(0.995, Math.max(0.02, level((KILLED_AT - at) / HOUR) + noise));
    points.push({ at: toInstant(at), bytes: toBytes(Math.round(share * limit)) });
  }
  const [, ...rest] = points.toReversed();
  if (last === undefined) return points;
  return [...rest.toReversed(), { at: toInstant(end), bytes: toBytes(Math.round(last * limit)) }];
}

function before(lengthMs: number): Instant {
  return toInstant(Math.round(KILLED_AT - lengthMs));
}

/** A crash loop from the first start, or after days of another version that ran with less. */
function starting(limit: number, random: Random): KnownKill {
  const livedMs = random.between(4, 500) * SECOND;
  const loops = random.whole(5);
  const gap = random.between(20, 400) * SECOND;
  const calm = random.next() < 0.5 ? random.between(1, 7) * DAY : 0;
  const startOfLoop = (livedMs + gap) * loops + livedMs;
  const level = random.between(0.3, 0.75);
  const points: UsagePoint[] = [];
  for (let at = startOfLoop + calm; at > startOfLoop + gap; at -= COARSE) {
    points.push({ at: before(at), bytes: toBytes(Math.round(limit * Math.max(0.05, level + 0.02 * random.normal()))) });
  }
  for (let at = startOfLoop; at > 0; at -= FINE) {
    const into = (at % (livedMs + gap)) / livedMs;
    if (into <= 1) points.push({ at: before(at), bytes: toBytes(Math.round(limit * Math.min(0.99, 1 - into))) });
  }
  return {
    startedAt: before(livedMs),
    killedAt: KILLED_AT,
    limit,
    exitCode: 137,
    points,
    earlierKills: Array.from({ length: loops }, (_, index) => before((livedMs + gap) * (loops - index))),
    wasReady: random.next() < 0.15,
  };
}
