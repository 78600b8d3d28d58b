// Whether a digest is due: looked at every minute by every worker, under a lock. One that came due while nobody ran is caught up once, unless it is old news.
// A schedule that is new, at the first start or because headroom.yaml changed, is due from now on only.

import type { Instant } from '../../src/domain/base/time.ts';
import { before, MINUTE, toMillis } from '../../src/domain/base/time.ts';
import type { DigestPeriod } from '../../src/domain/incident/digest.ts';
import { lengthOf } from '../../src/domain/incident/digest.ts';
import type { DigestTurns } from '../../src/ports/digest-turns.ts';
import type { DigestSchedule, Timetable } from '../../src/ports/timetable.ts';

export type DigestTurnPorts = {
  readonly turns: DigestTurns;
  readonly timetable: Timetable;
  /** Hands its jobs on; safe to call twice for the same time. */
  readonly plan: (due: { readonly period: DigestPeriod; readonly at: Instant }) => Promise<unknown>;
};

export type DigestTurnInput = {
  readonly period: DigestPeriod;
  /** Undefined: none is wanted. */
  readonly schedule: DigestSchedule | undefined;
  readonly now: Instant;
};

export type DigestTurnOutcome =
  | { readonly kind: 'off' | 'new-schedule' | 'not-due' }
  | { readonly kind: 'planned'; readonly at: Instant };

/** Replicas read a changed file at different moments: who comes second leaves the turn that the first has set. */
const CHANGED_TOGETHER = toMillis(10 * MINUTE);

export function createTakeDigestTurn(ports: DigestTurnPorts) {
  /** What this process followed last, and up to when nothing was due. */
  const followed = new Map<DigestPeriod, { readonly schedule: DigestSchedule | undefined; readonly seenUntil: Instant }>();
  return async function takeDigestTurn({ period, schedule, now }: DigestTurnInput): Promise<DigestTurnOutcome> {
    const last = followed.get(period);
    if (schedule === undefined) {
      followed.set(period, { schedule, seenUntil: now });
      return { kind: 'off' };
    }
    const turn = await ports.turns.get(period, schedule);
    const isOther = last !== undefined && !isSame(last.schedule, schedule);
    if (turn === undefined || (isOther && turn < before(now, CHANGED_TOGETHER))) {
      await ports.turns.put(period, schedule, now);
      followed.set(period, { schedule, seenUntil: now });
      return { kind: 'new-schedule' };
    }
    const seen = last === undefined || isOther ? turn : latest(turn, last.seenUntil);
    const at = ports.timetable.lastDue(schedule, { after: latest(seen, before(now, caughtUpWithin(period))), until: now });
    if (at !== undefined) {
      await ports.plan({ period, at });
      await ports.turns.put(period, schedule, at);
    }
    followed.set(period, { schedule, seenUntil: now });
    return at === undefined ? { kind: 'not-due' } : { kind: 'planned', at };
  };
}

/** Half the time it tells of: then the next one is nearer. */
function caughtUpWithin(period: DigestPeriod) {
  return toMillis(lengthOf(period) / 2);
}

function isSame(one: DigestSchedule | undefined, other: DigestSchedule): boolean {
  return one?.expression === other.expression && one.timezone === other.timezone;
}

function latest(one: Instant, other: Instant): Instant {
  return one > other ? one : other;
}
