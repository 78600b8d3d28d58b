// What is said some time after a change: after a day whether it held, after a week what was measured under load, after two whether the limit may be
// lowered again (docs/sizing.md). Bytes and instants.

import type { UsagePoint } from './evidence.ts';
import type { FollowUpStage, LedgerChange, LedgerPage } from './ledger.ts';
import { dayOf, FOLLOW_UP_STAGES } from './ledger.ts';
import type { Bytes } from './memory.ts';
import type { Lowering } from './recommend/lower.ts';
import { lowerLimit } from './recommend/lower.ts';
import { highest, rememberedOf } from './recommend/remembered.ts';
import type { Instant } from './time.ts';
import { DAY } from './time.ts';

export type FollowUp = {
  readonly proposalId: string;
  readonly stage: FollowUpStage;
  readonly at: Instant;
  /** The limit that the change set. */
  readonly limit: Bytes;
  /** Kills since the change. */
  readonly kills: number;
  /** The highest sample since the change: a lower bound; undefined when nothing was sampled. */
  readonly peak?: UsagePoint | undefined;
  /** Only at the last stage, and only when it held. */
  readonly lowering?: Lowering | undefined;
};

const AFTER = { '24h': DAY, '7d': 7 * DAY, '14d': 14 * DAY } as const satisfies Record<FollowUpStage, number>;

/** The newest stage that is due and not done with. Earlier ones that were missed, say while the bot was away, are left out: they would say less. */
export function dueStage({ at, told }: LedgerChange, now: Instant): FollowUpStage | undefined {
  const due = FOLLOW_UP_STAGES.filter((stage) => now - at >= AFTER[stage]).at(-1);
  return due === undefined || told.includes(due) ? undefined : due;
}

export function followUp({
  change,
  page,
  stage,
  now,
}: {
  readonly change: LedgerChange;
  readonly page: LedgerPage;
  readonly stage: FollowUpStage;
  readonly now: Instant;
}): FollowUp {
  const kills = page.kills.filter(({ at }) => at > change.at).length;
  const last = stage === FOLLOW_UP_STAGES.at(-1);
  return {
    proposalId: change.proposalId,
    stage,
    at: now,
    limit: change.limit,
    kills,
    peak: highest(peaksSince(page, change.at)),
    ...(last && kills === 0 ? { lowering: loweringFor(change, page, now) } : {}),
  };
}

/** The day of the change still has samples from before it: it counts only while there is no later one. */
function peaksSince({ peaks }: LedgerPage, at: Instant): readonly UsagePoint[] {
  const later = peaks.filter((peak) => dayOf(peak.at) > dayOf(at));
  return later.length > 0 ? later : peaks.filter((peak) => peak.at >= at);
}

function loweringFor({ limit }: LedgerChange, { peaks, kills }: LedgerPage, now: Instant): Lowering {
  const [first] = peaks;
  if (first === undefined) return { kind: 'keep', because: 'too-little-history' };
  const usage = {
    ...{ kind: 'series' as const, points: [], stepSeconds: DAY / 1000, daysKnown: peaks.length - 1 },
    ...{ peak: highest(peaks) ?? first, p95: first.bytes, dailyPeaks: peaks },
  };
  return lowerLimit({ limit, now, kills, remembered: rememberedOf({ usage, at: now, limit }) });
}
