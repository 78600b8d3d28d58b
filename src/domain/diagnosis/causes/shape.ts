// Causes read from the shape of memory over time: growth, spike, and a limit that is simply too small (docs/sizing.md).

import type { Bytes } from '../../base/memory.ts';
import { formatBytes, toBytes } from '../../base/memory.ts';
import { valueOf } from '../../base/piece.ts';
import { formatDuration, HOUR, toMillis } from '../../base/time.ts';
import type { UsagePoint } from '../../evidence/evidence.ts';
import { otherLimitNote } from '../../evidence/sample.ts';
import type { Diagnosis } from '../diagnosis.ts';
import type { Trend } from '../trend.ts';
import { median, trendOf } from '../trend.ts';
import type { Case, Rule } from './case.ts';
import { pointsWithin, runPoints } from './case.ts';

/** Fewer samples of a run are not judged alone. */
const ENOUGH = 24;
/** Under a day of history a warm-up and a leak look the same: 31 % of leaks are seen after 6 hours, 87 % after three days. */
const A_DAY_HOURS = 24;

export const leak: Rule = (facts) => {
  const { limit } = facts;
  const points = longestRun(facts);
  const trend = trendOf(points);
  if (limit === undefined || trend === undefined || !climbs(trend, limit) || jumpsAtEnd(points, trend, limit)) return undefined;
  return trend.hours < A_DAY_HOURS ? tooEarly(trend, limit) : leaking(facts, trend, limit);
};

function growthFacts(trend: Trend, limit: Bytes): readonly string[] {
  const rate = formatBytes(toBytes(Math.round(trend.perHour)));
  const grown = formatBytes(toBytes(Math.round(trend.growth)));
  // A trend that lies above the limit, as after the limit was lowered, has filled it already.
  const next = (size: number): string => formatDuration(toMillis(Math.round((Math.max(0, size) / trend.perHour) * HOUR)));
  return [
    `Memory grew by ${grown} in ${formatDuration(toMillis(Math.round(trend.hours * HOUR)))}, about ${rate} an hour, without levelling off.`,
    `At that rate it fills the limit of ${formatBytes(limit)} in ${next(limit - trend.base)}, and twice the limit in ${next(2 * limit - trend.base)}.`,
  ];
}

function leaking(facts: Case, trend: Trend, limit: Bytes): Diagnosis {
  const again = facts.earlierKills.length;
  return {
    cause: 'leak',
    confidence: trend.z >= 4 || again >= 2 ? 'high' : 'medium',
    summary: 'Memory grows steadily and never comes back: a leak, most likely. A higher limit only delays the next kill.',
    facts: [...growthFacts(trend, limit), ...(again > 0 ? [`Killed ${again + 1} times so far.`] : [])],
    against: trend.hours < 3 * A_DAY_HOURS ? ['A cache that is still filling looks like this for days.'] : [],
    toSettle: 'A heap profile of the running program, taken twice some hours apart.',
  };
}

function tooEarly(trend: Trend, limit: Bytes): Diagnosis {
  return {
    cause: 'unclear',
    confidence: 'low',
    summary:
      'Memory climbed until it hit the limit, but there is less than a day of history: growth after a start and a leak look the same that early.',
    facts: growthFacts(trend, limit),
    against: ['Caches and pools also grow until they are full.'],
    toSettle: 'A day of samples: a leak goes on climbing, a warm-up levels off.',
  };
}

/** The killed run where it is long enough to judge alone, else the whole series. */
function longestRun(facts: Case): readonly UsagePoint[] {
  const run = runPoints(facts);
  return run.length >= ENOUGH ? run : facts.points;
}

function climbs(trend: Trend, limit: Bytes): boolean {
  return trend.z >= 2.6 && trend.growth >= 0.2 * limit && trend.lastHalf >= 0.5;
}

/** A burst at the end of a slow climb is a burst. */
function jumpsAtEnd(points: readonly UsagePoint[], trend: Trend, limit: Bytes): boolean {
  const before = points.at(-3)?.bytes;
  if (before === undefined) return false;
  // Whatever the last sample shows, the limit was reached.
  const jump = limit - before;
  return jump >= 0.3 * limit && jump >= 1.5 * trend.growth;
}

/** Nine tenths of a run below this share of the limit: it lives with far less than the limit. */
const ROOMY = 0.75;

export const spike: Rule = (facts) => {
  const { limit } = facts;
  if (limit === undefined) return undefined;
  const usual = usualBefore(facts, limit);
  if (usual === undefined) return undefined;
  const pressed = valueOf(facts.evidence.node)?.memoryPressure === true;
  return {
    cause: 'spike',
    confidence: pressed ? 'low' : 'medium',
    summary: 'Memory was far below the limit and then jumped past it: a burst of work, not its normal load.',
    facts: [
      `${usual.when}, it used ${formatBytes(usual.bytes)} at the median, ${Math.round((100 * usual.bytes) / limit)} % of the limit of ${formatBytes(limit)}.`,
      'A burst between two samples does not show in the chart; the kernel counted it.',
    ],
    against: pressed ? ['The node is short of memory too: the kill may have come from the node.'] : [],
    toSettle: 'What ran at that moment: a request, a job, an export. The log’s last lines are the best witness.',
  };
};

/** What it used before the burst, where that is far below the limit: in the hour before, or nearly always. */
function usualBefore(facts: Case, limit: Bytes): { readonly when: string; readonly bytes: Bytes } | undefined {
  const hour = hourBefore(facts);
  const last = middle(hour);
  if (hour.length >= 3 && last <= ROOMY * limit) return { when: 'In the hour before', bytes: last };
  const run = longestRun(facts).slice(0, -2);
  if (run.length < ENOUGH) return undefined;
  const sorted = run.map(({ bytes }) => bytes).toSorted((a, b) => a - b);
  const high = sorted[Math.floor(0.9 * sorted.length)];
  return high !== undefined && high <= ROOMY * limit ? { when: 'Until shortly before', bytes: middle(run) } : undefined;
}

function middle(points: readonly UsagePoint[]): Bytes {
  return toBytes(Math.round(median(points.map(({ bytes }) => bytes))));
}

/** The last two samples may already show the burst. */
function hourBefore(facts: Case): readonly UsagePoint[] {
  const within = pointsWithin(facts, HOUR);
  const own = within.filter(({ at }) => facts.kill?.startedAt === undefined || at >= facts.kill.startedAt);
  return (own.length >= 5 ? own : within).slice(0, -2);
}

/** From here on what it usually uses does not fit into the limit with the usual margin of 1.15: 1 / 1.15. */
const TIGHT = 0.87;
/** A sample that comes this close to the limit shows the load that reached it. */
const REACHED = 0.95;

/** What is left when no other rule applies: sure only where the usual load itself has no room. */
export const limitTooLow: Rule = (facts) => {
  const { limit, points, peak, earlierKills, daysKnown } = facts;
  if (limit === undefined || peak === undefined || points.length < 3) return undefined;
  const usual = middle(points);
  const early = daysKnown < 1;
  const tight = usual >= TIGHT * limit;
  const doubts = [
    ...(early ? ['Less than a day of samples is known: a leak cannot be told from this yet.'] : []),
    ...(tight || peak.bytes >= REACHED * limit
      ? []
      : [`No sample comes near the limit: whether it often needs more than ${formatBytes(peak.bytes)} is not seen.`]),
  ];
  return {
    cause: 'limit-too-low',
    confidence: tight && !early ? 'high' : usual < 0.5 * limit ? 'low' : 'medium',
    summary: tight
      ? 'Its normal load needs about as much memory as the limit allows, so any ordinary peak kills it.'
      : `Its usual load leaves ${formatBytes(toBytes(limit - usual))} of the limit free: any rise of more than that kills it.`,
    facts: [
      `It normally uses ${formatBytes(usual)}, ${Math.round((100 * usual) / limit)} % of the limit of ${formatBytes(limit)}.`,
      `Highest sample: ${formatBytes(peak.bytes)}${otherLimitNote(peak.bytes, limit)}${peak.bytes < limit ? ', a lower bound: what lies between two samples is not seen' : ''}.`,
      ...(early ? [] : ['Memory does not climb over time, which speaks against a leak.']),
      ...(earlierKills.length > 0 ? [`Killed ${earlierKills.length + 1} times so far.`] : []),
    ],
    against: doubts,
    ...settling(early, tight),
  };
};

function settling(early: boolean, tight: boolean): { readonly toSettle?: string } {
  if (early) return { toSettle: 'A day of samples: a leak goes on climbing.' };
  return tight
    ? {}
    : { toSettle: 'What ran at that moment, and how often that comes: the log’s last lines are the best witness.' };
}
