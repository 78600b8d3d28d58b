// Memory over time against the limit, as Slack's own line chart: at most 20 points with unique labels, in MiB.

import type { Bytes } from '../../../../domain/base/memory.ts';
import { formatBytes, MIB } from '../../../../domain/base/memory.ts';
import type { Millis } from '../../../../domain/base/time.ts';
import { between, DAY, formatDuration, HOUR, MINUTE, SECOND, toInstant, toMillis } from '../../../../domain/base/time.ts';
import type { Usage, UsagePoint } from '../../../../domain/evidence/evidence.ts';
import type { ChartBlock } from '../../blocks.ts';
import { LIMITS } from '../../blocks.ts';
import { cut } from '../../text.ts';

/** Undefined with fewer than three samples: that is no line. */
export function memoryChart(
  usage: Extract<Usage, { readonly kind: 'series' }>,
  limit: Bytes | undefined,
): ChartBlock | undefined {
  const samples = usage.points.slice(-240);
  const { points: thinned, step } = thin(samples, LIMITS.points);
  const { points, labels, axis } = labelled(thinned, step);
  const [first, last] = [samples[0], samples.at(-1)];
  if (points.length < 3 || first === undefined || last === undefined) return undefined;
  const line = (name: string, value: (point: UsagePoint) => number) => ({
    name,
    data: points.map((point, index) => ({ label: labels[index] ?? '', value: value(point) })),
  });
  return {
    type: 'data_visualization',
    title: cut(`Memory, last ${formatDuration(between(first.at, last.at))} (MiB)`, LIMITS.chartTitle),
    chart: {
      type: 'line',
      series: [
        line('In use (working set)', ({ bytes }) => mib(bytes)),
        ...(limit === undefined ? [] : [line('Limit', () => mib(limit))]),
      ],
      axis_config: { categories: labels, x_label: axis, y_label: 'MiB' },
    },
  };
}

/** "Memory from 02:10 to 02:47 UTC: 120 MiB at first, 256 MiB at the end, at most 256 MiB, limit 256 MiB." */
export function seriesInWords(
  { points }: Extract<Usage, { readonly kind: 'series' }>,
  limit: Bytes | undefined,
): string | undefined {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const highest = points.reduce((best, point) => (point.bytes > best.bytes ? point : best));
  const iso = (at: number): string => new Date(at).toISOString();
  const isOneDay = iso(first.at).slice(0, 10) === iso(last.at).slice(0, 10);
  const clock = (at: number): string => (isOneDay ? iso(at).slice(11, 16) : iso(at).slice(0, 16).replace('T', ' '));
  const against = limit === undefined ? 'no limit' : `limit ${formatBytes(limit)}`;
  return `Memory from ${clock(first.at)} to ${clock(last.at)} UTC: ${formatBytes(first.bytes)} at first, ${formatBytes(last.bytes)} at the end, at most ${formatBytes(highest.bytes)}, ${against}.`;
}

function mib(value: Bytes): number {
  return Math.round((value / MIB) * 10) / 10;
}

/** Lengths of a stretch that make even ticks people know from clocks. */
const STEPS = [
  ...[5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 3, 5, 10, 15, 20, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 4, 6, 12, 24].map((count) => count * HOUR),
];

type Thinned = { readonly points: readonly UsagePoint[]; readonly step?: Millis | undefined };

/** Keeps the highest sample of each stretch, so that no peak disappears, at the time when the stretch begins: as even as a clock. */
function thin(points: readonly UsagePoint[], most: number): Thinned {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || points.length <= most) return { points };
  const stretch = (at: number, step: number): number => Math.floor(at / step);
  const step =
    STEPS.find((each) => stretch(last.at, each) - stretch(first.at, each) < most) ??
    Math.ceil((last.at - first.at) / (most - 1) / DAY) * DAY;
  const kept = new Map<number, UsagePoint>();
  for (const { at, bytes } of points) {
    const begin = stretch(at, step) * step;
    if (bytes > (kept.get(begin)?.bytes ?? -1)) kept.set(begin, { at: toInstant(begin), bytes });
  }
  return { points: [...kept.values()], step: toMillis(step) };
}

type Labelled = { readonly points: readonly UsagePoint[]; readonly labels: readonly string[]; readonly axis: string };

/** Minutes of which an axis of twenty could not tell its points apart. */
const SHORT_MS = LIMITS.points * MINUTE;

/**
 * HH:MM in UTC, with the day where there are two; MM:SS where all of it are some minutes, which is no longer. Slack wants each category once: of two points that
 * would have the same, the higher one stays.
 */
function labelled(points: readonly UsagePoint[], step: Millis | undefined): Labelled {
  const iso = ({ at }: UsagePoint): string => new Date(at).toISOString();
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return { points, labels: [], axis: 'UTC' };
  const isShort = between(first.at, last.at) < SHORT_MS && (step === undefined || step < MINUTE);
  const isOneDay = iso(first).slice(0, 10) === iso(last).slice(0, 10);
  const labelOf = (point: UsagePoint): string => {
    const text = iso(point);
    if (isShort) return text.slice(14, 19);
    return isOneDay ? text.slice(11, 16) : `${text.slice(5, 10)} ${text.slice(11, 16)}`;
  };
  const kept = new Map<string, UsagePoint>();
  for (const point of points) {
    const label = labelOf(point);
    const before = kept.get(label);
    if (before === undefined || point.bytes > before.bytes) kept.set(label, point);
  }
  return {
    points: [...kept.values()],
    labels: [...kept.keys()],
    axis: isShort
      ? `UTC, minutes:seconds, from ${iso(first).slice(11, 16)} on`
      : `UTC${step === undefined ? '' : `; the highest of each ${formatDuration(step).replace(/^1 /, '')}`}`,
  };
}
