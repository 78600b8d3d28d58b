// Causes read from the shape of memory over time: start-up, growth, spike, and a limit that is simply too small (sizing.md 5.2, 4 to 7).

import type { Bytes } from '../memory.ts';
import { formatBytes, toBytes } from '../memory.ts';
import { formatDuration, HOUR, MINUTE, toMillis } from '../time.ts';
import type { Trend } from '../trend.ts';
import { median, trendOf } from '../trend.ts';
import type { Case, Rule } from './case.ts';
import { pointsWithin, runPoints } from './case.ts';

const STARTUP_MS = 10 * MINUTE;

export const startup: Rule = (facts) => {
  const { livedMs, limit, earlierKills } = facts;
  if (livedMs === undefined || livedMs > STARTUP_MS || limit === undefined) return undefined;
  const steady = pointsWithin(facts, 24 * HOUR);
  // Many samples near the limit over hours say it lives with that much, not only while starting.
  if (steady.length >= 24 && median(steady.map(({ bytes }) => bytes)) >= 0.6 * limit) return undefined;
  return {
    cause: 'startup',
    confidence: earlierKills.length > 0 ? 'high' : 'medium',
    summary: 'It needs more memory than its limit within the first minutes after starting.',
    facts: [
      `It lived ${formatDuration(toMillis(livedMs))} before it was killed at ${formatBytes(limit)}.`,
      ...(earlierKills.length > 0
        ? [`It was killed ${earlierKills.length} more ${earlierKills.length === 1 ? 'time' : 'times'} before.`]
        : []),
    ],
    against: [],
    toSettle: 'A higher limit, once: if it then runs on, this was it.',
  };
};

export const leak: Rule = (facts) => {
  const { limit } = facts;
  const points = longestRun(facts);
  const trend = trendOf(points);
  if (limit === undefined || trend === undefined || !climbs(trend, limit) || jumpsAtEnd(points, trend, limit)) return undefined;
  const rate = formatBytes(toBytes(Math.round(trend.perHour)));
  const grown = formatBytes(toBytes(Math.round(trend.growth)));
  const facts_ = [
    `Memory grew by ${grown} in ${formatDuration(toMillis(Math.round(trend.hours * HOUR)))}, about ${rate} an hour, without levelling off.`,
    `The limit is ${formatBytes(limit)}.`,
  ];
  if (trend.hours < 24) {
    return {
      cause: 'unclear',
      confidence: 'low',
      summary:
        'Memory climbed until it hit the limit, but there is less than a day of history: growth after a start and a leak look the same that early.',
      facts: facts_,
      against: ['Caches and pools also grow until they are full.'],
      toSettle: 'A day of samples: a leak goes on climbing, a warm-up levels off.',
    };
  }
  return {
    cause: 'leak',
    confidence: trend.z >= 4 ? 'high' : 'medium',
    summary: 'Memory grows steadily and never comes back: a leak, most likely. A higher limit only delays the next kill.',
    facts: facts_,
    against: [],
    toSettle: 'A heap profile of the running program, taken twice some hours apart.',
  };
};

/** The whole series, or the killed run where it is long enough to judge alone. */
function longestRun(facts: Case) {
  const run = runPoints(facts);
  return run.length >= 24 ? run : facts.points;
}

function climbs(trend: Trend, limit: Bytes): boolean {
  return trend.z >= 2.6 && trend.growth >= 0.2 * limit && trend.lastHalf >= 0.5;
}

function jumpsAtEnd(points: Case['points'], trend: Trend, limit: Bytes): boolean {
  const before = points.at(-3)?.bytes;
  const last = points.at(-1)?.bytes;
  if (before === undefined || last === undefined) return false;
  const jump = last - before;
  return jump >= 0.3 * limit && jump >= 1.5 * trend.growth;
}

export const spike: Rule = (facts) => {
  const { limit } = facts;
  const hour = pointsWithin(facts, HOUR).slice(0, -2);
  if (limit === undefined || hour.length < 3) return undefined;
  const usual = toBytes(Math.round(median(hour.map(({ bytes }) => bytes))));
  if (limit - usual < 0.25 * limit) return undefined;
  return {
    cause: 'spike',
    confidence: 'medium',
    summary: 'Memory was far below the limit and then jumped past it: a burst of work, not its normal load.',
    facts: [
      `In the hour before, it used ${formatBytes(usual)} at the median, ${Math.round((100 * usual) / limit)} % of the limit of ${formatBytes(limit)}.`,
      'A burst between two samples does not show in the chart; the kernel counted it.',
    ],
    against: [],
    toSettle: 'What ran at that moment: a request, a job, an export. The log’s last lines are the best witness.',
  };
};

export const limitTooLow: Rule = (facts) => {
  const { limit, points, peak, earlierKills, daysKnown } = facts;
  if (limit === undefined || peak === undefined || points.length < 3) return undefined;
  const usual = toBytes(Math.round(median(points.map(({ bytes }) => bytes))));
  if (usual < 0.6 * limit) return undefined;
  return {
    cause: 'limit-too-low',
    confidence: daysKnown >= 1 ? 'high' : 'medium',
    summary: 'Its normal load needs about as much memory as the limit allows, so any ordinary peak kills it.',
    facts: [
      `It normally uses ${formatBytes(usual)}, ${Math.round((100 * usual) / limit)} % of the limit of ${formatBytes(limit)}.`,
      `Highest sample: ${formatBytes(peak.bytes)}.`,
      'Memory does not climb over time, which speaks against a leak.',
      ...(earlierKills.length > 0 ? [`Killed ${earlierKills.length + 1} times so far.`] : []),
    ],
    against: daysKnown < 1 ? ['Less than a day of samples is known.'] : [],
  };
};
