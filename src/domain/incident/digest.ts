// What happened in a channel's incidents over a day or a week: what was killed, what was changed and by whom, what stayed quiet since, and which limits
// could be tightened. Pure: everything it tells was read before.

import type { Piece } from '../base/piece.ts';
import type { Instant, Millis } from '../base/time.ts';
import { DAY, HOUR, toInstant, toMillis } from '../base/time.ts';
import type { Proposal } from '../change/proposal.ts';
import { isAtLeast } from '../kill/kill-count.ts';
import type { Tightening } from '../sizing/tighten.ts';
import type { Incident } from './incident.ts';

export type DigestPeriod = 'daily' | 'weekly';

type Killed = {
  readonly incident: Incident;
  /** Within the time. */
  readonly kills: number;
  /** There were more than are remembered, or may have been. */
  readonly orMore: boolean;
};

export type Digest = {
  readonly period: DigestPeriod;
  readonly from: Instant;
  readonly until: Instant;
  /** Most kills first. */
  readonly killed: readonly Killed[];
  readonly kills: number;
  /** Kills by stretch of time, for the chart. */
  readonly course: readonly { readonly from: Instant; readonly kills: number }[];
  /** Changes that were decided or ended within the time, newest first. */
  readonly changed: readonly Proposal[];
  /** Resolved within the time and not killed since. */
  readonly quiet: readonly Incident[];
  readonly tighten: Piece<readonly Tightening[]>;
};

const LENGTH: Readonly<Record<DigestPeriod, number>> = { daily: DAY, weekly: 7 * DAY };
const STRETCH: Readonly<Record<DigestPeriod, number>> = { daily: 3 * HOUR, weekly: DAY };

export type Digesting = {
  readonly period: DigestPeriod;
  readonly until: Instant;
  /** Those of the channel. */
  readonly incidents: readonly Incident[];
  /** Of these incidents. */
  readonly proposals: readonly Proposal[];
  readonly tighten: Piece<readonly Tightening[]>;
};

export function digestOf({ period, until, incidents, proposals, tighten }: Digesting): Digest {
  const from = beginOf(period, until);
  const within = (at: Instant | undefined): boolean => at !== undefined && at > from && at <= until;
  const killed = incidents
    .map((incident) => ({
      incident,
      kills: incident.killTimes.filter(within).length,
      orMore: isAtLeast(incident) || (incident.killCount > incident.killTimes.length && incident.killTimes.every(within)),
    }))
    .filter(({ kills }) => kills > 0)
    .toSorted((a, b) => b.kills - a.kills);
  return {
    period,
    from,
    until,
    killed,
    kills: killed.reduce((sum, { kills }) => sum + kills, 0),
    course: courseOf(
      killed.flatMap(({ incident }) => incident.killTimes.filter(within)),
      { from, until, stretch: STRETCH[period] },
    ),
    changed: proposals
      .filter(({ state }) => state.kind !== 'pending' && within(state.at))
      .toSorted((a, b) => b.createdAt - a.createdAt),
    quiet: incidents.filter(({ state, resolvedAt }) => state === 'resolved' && within(resolvedAt)),
    tighten,
  };
}

/** The time that a digest tells of. */
export function lengthOf(period: DigestPeriod): Millis {
  return toMillis(LENGTH[period]);
}

export function beginOf(period: DigestPeriod, until: Instant): Instant {
  return toInstant(until - LENGTH[period]);
}

/** Whether something happened to it that a digest may tell: killed, resolved, open all the time, or its changes went on. */
export function isRecent({ killTimes, resolvedAt, state, thread }: Incident, from: Instant): boolean {
  if (state !== 'resolved' || (killTimes.at(-1) ?? 0) > from || (resolvedAt ?? 0) > from) return true;
  return thread.some(({ subject, posted }) => subject.kind === 'proposal' && (posted?.shownAt ?? 0) > from);
}

/** Whether there is anything to tell. A week in which nothing happened is told, too: silence would look like a bot that is gone. */
export function isWorthTelling({ period, killed, changed, quiet }: Digest): boolean {
  return period === 'weekly' || killed.length + changed.length + quiet.length > 0;
}

type Course = { readonly from: Instant; readonly until: Instant; readonly stretch: number };

function courseOf(times: readonly Instant[], { from, until, stretch }: Course): Digest['course'] {
  const count = Math.round((until - from) / stretch);
  return Array.from({ length: count }, (_, index) => {
    const begin = toInstant(from + index * stretch);
    return { from: begin, kills: times.filter((at) => at > begin && at <= begin + stretch).length };
  });
}
