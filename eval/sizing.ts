// npm run eval -- sizing: every policy on every suite, with equal inputs. Constants were chosen on one half of the series (by a hash of their names); the
// other half is what is printed, unless --half says otherwise.

import { oomDaysDifference } from './replay/bootstrap.ts';
import type { Measures } from './replay/measure.ts';
import { measure } from './replay/measure.ts';
import type { Incident, Outcome } from './replay/replay.ts';
import { replay } from './replay/replay.ts';
import { cold, oversized, undersized } from './replay/scenarios.ts';
import type { Policy } from './replay/tool.ts';
import type { Shape } from './series/generate.ts';
import { generate, SHAPES } from './series/generate.ts';
import { isHeldOut } from './series/random.ts';
import type { Series } from './series/series.ts';
import { podSeries } from './series/series.ts';
import { fixed as decimal, percent, table } from './table.ts';
import { autopilotLike } from './tools/autopilot.ts';
import { fixed } from './tools/fixed.ts';
import { headroom } from './tools/headroom.ts';
import { krr } from './tools/krr.ts';
import { vpaAsked, vpaAuto } from './tools/vpa-policies.ts';

export type Half = 'held-out' | 'tuning' | 'all';

const PER_SHAPE = 40;
const BURSTY = 400;
const FLATS = 400;
const LONG = { days: 90, stepSeconds: 300 } as const;
const FLAT = { days: 8, stepSeconds: 300 } as const;

const POLICIES: readonly Policy[] = [
  vpaAsked(),
  vpaAuto,
  krr({ withKills: false }),
  krr({ withKills: true }),
  autopilotLike,
  fixed(1.25),
  fixed(1.5),
  fixed(2),
  headroom(),
  headroom('Headroom, 14 days', 14),
  headroom('Headroom, 56 days', 56),
  krr({ withKills: true, scale: 1.3 }),
  vpaAsked(1.5),
];

export function evaluateSizing(half: Half, more?: string): string {
  const kept = (series: readonly Series[]): readonly Series[] =>
    series.filter(({ name }) => half === 'all' || isHeldOut(name) === (half === 'held-out'));
  const long = kept(SHAPES.flatMap((shape) => shapes(shape)));
  const bursty = kept(shapes('bursty', BURSTY));
  const flat = kept(Array.from({ length: FLATS }, (_, seed) => generate({ shape: 'flat', seed, ...FLAT })));
  const pods = kept(podSeries());
  const further = more === undefined ? [] : podSeries(more);
  const long3 = { historyDays: 14, leftDays: 29, seeds: 3 };
  return [
    ...furtherSuites(further),
    suite(
      'A undersized, generated shapes of 90 days',
      long.flatMap((each) => undersized(each, long3)),
    ),
    suite(
      'A undersized, bursty load of 90 days',
      bursty.flatMap((each) => undersized(each, long3)),
    ),
    suite(
      'B cold start, generated shapes',
      long.flatMap((each) => cold(each, { hours: 2, withinDays: 14 })),
    ),
    suite(
      'C oversized three times, generated shapes',
      long.flatMap((each) => oversized(each, { days: 14 })),
    ),
    suite(
      'A undersized, flat load of 8 days',
      flat.flatMap((each) => undersized(each, { historyDays: 3, leftDays: 2, seeds: 2 })),
    ),
    suite(
      'A undersized, real pods of 12 to 20 hours',
      pods.flatMap((each) => undersized(each, { historyDays: 4 / 24, leftDays: 0, seeds: 1 })),
    ),
    suite(
      'B cold start, real pods',
      pods.flatMap((each) => cold(each, { hours: 2, withinDays: 1 })),
    ),
  ].join('\n\n');
}

/** Series of weeks are judged as the generated ones; shorter ones from a quarter of their length on. */
function furtherSuites(series: readonly Series[]): readonly string[] {
  if (series.length === 0) return [];
  const daysOf = ({ bytes, stepSeconds }: Series): number => (bytes.length * stepSeconds) / 86_400;
  const weeks = series.filter((each) => daysOf(each) >= 44);
  const shorter = series.filter((each) => daysOf(each) < 44);
  const short = (each: Series) => undersized(each, { historyDays: Math.min(3, daysOf(each) / 4), leftDays: 0, seeds: 1 });
  return [
    suite(
      'A undersized, given long series',
      weeks.flatMap((each) => undersized(each, { historyDays: 14, leftDays: 29, seeds: 3 })),
    ),
    suite(
      'B cold start, given long series',
      weeks.flatMap((each) => cold(each, { hours: 2, withinDays: 14 })),
    ),
    suite(
      'C oversized three times, given long series',
      weeks.flatMap((each) => oversized(each, { days: 14 })),
    ),
    suite('A undersized, given short series', shorter.flatMap(short)),
  ];
}

function shapes(shape: Shape, count = PER_SHAPE): readonly Series[] {
  return Array.from({ length: count }, (_, seed) => generate({ shape, seed, ...LONG }));
}

const HEAD = [
  'policy',
  'OOM-days',
  'kills',
  'safe 7 d %',
  'safe 28 d %',
  'safe %',
  'changes',
  'raises',
  'footprint',
  'mean',
  'slack %',
  'unhelpful %',
];

function suite(title: string, incidents: readonly Incident[]): string {
  const outcomes = new Map(
    POLICIES.map(({ name, ...policy }) => [name, incidents.map((incident) => replay(incident, { name, ...policy }))]),
  );
  const rows = [...outcomes].map(([name, each]) => [name, ...cells(measure(each))]);
  return `${title} (${incidents.length} incidents)\n\n${table(HEAD, rows)}\n\n${differences(outcomes)}`;
}

const COMPARED = [
  'VPA at event + weekly',
  'VPA Auto',
  'KRR with OOM data',
  'KRR with OOM data × 1.3',
  'VPA at event × 1.5',
  'Fixed × 1.5',
];

function differences(outcomes: ReadonlyMap<string, readonly Outcome[]>): string {
  const ours = outcomes.get('Headroom') ?? [];
  const parts = COMPARED.flatMap((name) => {
    const theirs = outcomes.get(name);
    if (theirs === undefined) return [];
    const { difference, low, high } = oomDaysDifference(ours, theirs);
    return [`${name} ${signed(difference)} [${signed(low)}, ${signed(high)}]`];
  });
  return `Headroom's OOM-days minus those of others, 95 % by bootstrap over series: ${parts.join('; ')}`;
}

function signed(value: number): string {
  return `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value).toFixed(2)}`;
}

function cells(measures: Measures): readonly string[] {
  const { oomDays, kills, safe7, safe28, safe, changes, raises, footprint, meanFootprint, slack, unhelpful } = measures;
  return [
    decimal(oomDays),
    decimal(kills, 1),
    ...[safe7, safe28, safe].map(percent),
    decimal(changes, 1),
    decimal(raises, 1),
    decimal(footprint),
    decimal(meanFootprint),
    percent(slack),
    percent(unhelpful),
  ];
}
