// Shapes of demand as they are met in clusters, 90 days at five minutes, with noise that remembers (AR(1), 1 to 4 %). Sizes in bytes.

import { MIB } from '../../src/domain/base/memory.ts';
import type { Random } from './random.ts';
import { hashOf, randomFrom } from './random.ts';
import type { Series } from './series.ts';

export const SHAPES = ['steady', 'diurnal', 'weekly', 'daily-job', 'weekly-job', 'monthly-job', 'releases', 'growth'] as const;
export type Shape = (typeof SHAPES)[number] | 'bursty' | 'flat';

export type SeriesPlan = { readonly shape: Shape; readonly seed: number; readonly days: number; readonly stepSeconds: number };

const DAY_SECONDS = 86_400;

/** The factor on the base level at a time in days. */
type Curve = (day: number) => number;

export function generate({ shape, seed, days, stepSeconds }: SeriesPlan): Series {
  const random = randomFrom(hashOf(`${shape}-${seed}`));
  const base = 2 ** random.between(5.5, 12) * MIB;
  const curve = curveOf(shape, random, days);
  const noise = noiseOf(random);
  const count = Math.floor((days * DAY_SECONDS) / stepSeconds);
  const bytes = new Float64Array(count);
  for (let index = 0; index < count; index += 1) {
    const day = (index * stepSeconds) / DAY_SECONDS;
    bytes[index] = Math.round(base * Math.max(0.05, curve(day) * (1 + noise())));
  }
  return { name: `${shape}-${seed}`, group: shape, stepSeconds, bytes };
}

function noiseOf(random: Random): () => number {
  const deviation = random.between(0.01, 0.04);
  const memory = random.between(0.8, 0.98);
  const fresh = deviation * Math.sqrt(1 - memory ** 2);
  let state = 0;
  return () => {
    state = memory * state + fresh * random.normal();
    return state;
  };
}

function curveOf(shape: Shape, random: Random, days: number): Curve {
  switch (shape) {
    case 'steady':
      return () => 1;
    case 'diurnal':
      return diurnal(random);
    case 'weekly':
      return weekly(random);
    case 'daily-job':
      return job(random, { everyDays: 1 });
    case 'weekly-job':
      return job(random, { everyDays: 7 });
    case 'monthly-job':
      return job(random, { everyDays: 30 });
    case 'releases':
      return releases(random, days);
    case 'growth':
      return growth(random, days);
    case 'bursty':
      return bursty(random, days);
    case 'flat':
      return flat(random, days);
  }
}

function diurnal(random: Random): Curve {
  const swing = random.between(0.1, 0.5);
  const phase = random.next();
  return (day) => 1 + (swing / 2) * Math.sin(2 * Math.PI * (day + phase));
}

function weekly(random: Random): Curve {
  const inner = diurnal(random);
  const weekend = random.between(0.6, 0.9);
  return (day) => inner(day) * (Math.floor(day) % 7 >= 5 ? weekend : 1);
}

function job(random: Random, { everyDays }: { readonly everyDays: number }): Curve {
  const height = random.between(0.3, 1.5);
  const hours = random.between(0.5, 2);
  const start = random.next() * 0.9;
  const sizes = new Map<number, number>();
  return (day) => {
    const run = Math.floor(day / everyDays);
    const within = (day - run * everyDays - start) * 24;
    if (within < 0 || within > hours) return 1;
    const size = sizes.get(run) ?? Math.max(0.2, 1 + 0.15 * random.normal());
    sizes.set(run, size);
    return 1 + height * size * Math.sin((Math.PI * within) / hours);
  };
}

function releases(random: Random, days: number): Curve {
  const levels: { readonly from: number; readonly level: number }[] = [{ from: 0, level: 1 }];
  for (let day = random.between(5, 20); day < days; day += random.between(7, 21)) {
    const last = levels.at(-1)?.level ?? 1;
    levels.push({ from: day, level: Math.max(0.5, last * (1 + random.between(-0.12, 0.2))) });
  }
  return (day) => levels.findLast(({ from }) => from <= day)?.level ?? 1;
}

function growth(random: Random, days: number): Curve {
  const total = random.between(0.2, 1.2);
  const inner = diurnal(random);
  return (day) => inner(day) * (1 + (total * day) / days);
}

/** Hardly moves: steps of a few percent some days apart, as on machines that keep their caches full. */
function flat(random: Random, days: number): Curve {
  const levels: { readonly from: number; readonly level: number }[] = [{ from: 0, level: 1 }];
  for (let day = random.between(0.5, 3); day < days; day += random.between(1, 4)) {
    levels.push({ from: day, level: (levels.at(-1)?.level ?? 1) * (1 + random.between(-0.03, 0.05)) });
  }
  return (day) => levels.findLast(({ from }) => from <= day)?.level ?? 1;
}

/** Bursts of any size at any time over a drifting level: harsher than containers, as virtual machines are. */
function bursty(random: Random, days: number): Curve {
  const rate = random.between(0.3, 3);
  const spread = random.between(0.3, 0.7);
  const bursts: { readonly from: number; readonly until: number; readonly height: number }[] = [];
  for (let day = 0; day < days; day += -Math.log(1 - random.next()) / rate) {
    bursts.push({ from: day, until: day + random.between(0.003, 0.1), height: 0.2 * Math.exp(spread * random.normal() * 1.6) });
  }
  let next = 0;
  let until = 0;
  let height = 0;
  return (day) => {
    for (let burst = bursts[next]; burst !== undefined && burst.from <= day; burst = bursts[next]) {
      if (burst.until > until || burst.height > height) [until, height] = [burst.until, burst.height];
      next += 1;
    }
    return 0.6 + 0.1 * Math.sin(day / 5) + (day <= until ? height : 0);
  };
}
