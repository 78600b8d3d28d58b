// The bot's own memory of a container: the highest sample of each day for 56 days, every kill with the limit it hit, and the last change. Prometheus
// usually keeps 15 days, metrics.k8s.io none at all. Days are UTC; sizes in bytes, lower bounds of what was really used.

import type { Bytes } from '../base/memory.ts';
import type { Piece } from '../base/piece.ts';
import { known } from '../base/piece.ts';
import type { Instant } from '../base/time.ts';
import { DAY, toInstant } from '../base/time.ts';
import type { ContainerRole, WorkloadRef } from '../base/workload.ts';
import type { Usage, UsagePoint } from '../evidence/evidence.ts';
import type { Kill } from '../kill/oom-kill.ts';
import { highest } from './remembered.ts';
import type { PastKill } from './size.ts';

export const LEDGER_DAYS = 56;

export type LedgerSubject = {
  /** As an incident's: cluster/namespace/kind/name/container. */
  readonly key: string;
  readonly workload: WorkloadRef;
  readonly container: string;
  readonly role: ContainerRole;
  /** The newest: who owned the pod, and what to look for. */
  readonly kill: Kill;
};

export const FOLLOW_UP_STAGES = ['24h', '7d', '14d'] as const;
export type FollowUpStage = (typeof FOLLOW_UP_STAGES)[number];

export type LedgerChange = {
  readonly proposalId: string;
  readonly incidentId: string;
  /** When the new pods ran. */
  readonly at: Instant;
  readonly limit: Bytes;
  /** Undefined when there is none, and in those written before it was kept. */
  readonly request?: Bytes | undefined;
  /** Follow-ups that are done with. */
  readonly told: readonly FollowUpStage[];
};

export type LedgerPage = {
  /** At most one a day, oldest first. */
  readonly peaks: readonly UsagePoint[];
  /** Oldest first. */
  readonly kills: readonly PastKill[];
  readonly change?: LedgerChange | undefined;
};

export const EMPTY_PAGE: LedgerPage = { peaks: [], kills: [] };

/** Days since 1970, in UTC. */
export function dayOf(at: Instant): number {
  return Math.floor(at / DAY);
}

const SOURCE = 'this bot’s own record of daily peaks';

/** Usage with what the ledger remembers: its days count where the source's do not reach, and stand alone where there is no series. */
export function withLedger(usage: Piece<Usage>, { peaks }: LedgerPage, at: Instant): Piece<Usage> {
  const [first] = peaks;
  if (first === undefined) return usage;
  if (usage.kind === 'known' && usage.value.kind === 'series') {
    const dailyPeaks = merged([...usage.value.dailyPeaks, ...peaks]);
    const daysKnown = Math.max(usage.value.daysKnown, dailyPeaks.length - 1);
    return {
      ...usage,
      value: { ...usage.value, dailyPeaks, daysKnown, peak: highest([...dailyPeaks, usage.value.peak]) ?? usage.value.peak },
    };
  }
  const sorted = peaks.toSorted((a, b) => a.bytes - b.bytes);
  const peak = sorted.at(-1) ?? first;
  const p95 = sorted[Math.ceil(0.95 * sorted.length) - 1]?.bytes ?? peak.bytes;
  // Without its samples nothing is said of the shape of a run, only of how high it went.
  const value = {
    kind: 'series' as const,
    points: [],
    stepSeconds: DAY / 1000,
    peak,
    p95,
    daysKnown: peaks.length - 1,
    dailyPeaks: peaks,
  };
  return known(value, SOURCE, at);
}

/** The highest of each day. */
export function merged(points: readonly UsagePoint[]): readonly UsagePoint[] {
  const days = new Map<number, UsagePoint>();
  for (const point of points) {
    const before = days.get(dayOf(point.at));
    if (before === undefined || point.bytes > before.bytes) days.set(dayOf(point.at), point);
  }
  return [...days.values()].toSorted((a, b) => a.at - b.at);
}

/** The first instant that is still remembered. */
export function rememberedSince(now: Instant): Instant {
  return toInstant((dayOf(now) - LEDGER_DAYS + 1) * DAY);
}
