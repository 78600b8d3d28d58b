// What is said some time after a change: after a day whether it held; after as long as the policy says (a week) and again later, what was measured under
// load and whether the limit may be lowered again (docs/sizing.md). Bytes and instants.

import type { Bytes } from '../base/memory.ts';
import type { Instant, Millis } from '../base/time.ts';
import { between, DAY } from '../base/time.ts';
import type { Gap } from '../coverage/watched.ts';
import type { UsagePoint } from '../evidence/evidence.ts';
import type { FollowUpStage, LedgerChange, LedgerPage } from './ledger.ts';
import { dayOf, FOLLOW_UP_STAGES } from './ledger.ts';
import type { Lowering } from './lower.ts';
import { lowerLimit } from './lower.ts';
import type { LowerRequest } from './lower-request.ts';
import { lowerRequest } from './lower-request.ts';
import { highest, rememberedOf } from './remembered.ts';

export type FollowUp = {
  readonly proposalId: string;
  readonly stage: FollowUpStage;
  readonly at: Instant;
  /** How long after the change; undefined in those written before it was kept. */
  readonly afterMs?: Millis | undefined;
  /** The limit that the change set. */
  readonly limit: Bytes;
  /** The request beside it, where there is one and it is known. */
  readonly request?: Bytes | undefined;
  /** Kills since the change. */
  readonly kills: number;
  /** Those of them at another limit than the change set; undefined in those written before it was kept. */
  readonly atOtherLimit?: number | undefined;
  /** The highest sample since the change: a lower bound; undefined when nothing was sampled. */
  readonly peak?: UsagePoint | undefined;
  /** When nobody watched since the change. */
  readonly gaps?: readonly Gap[] | undefined;
  /** Only once it ran as long as the policy wants, and only when it held. */
  readonly lowering?: Lowering | undefined;
};

/** The second stage is when the policy wants it measured, the third a week later or more; with tightenAfter 0 a lower limit is never looked for. */
function dueAfter(stage: FollowUpStage, tightenAfter: Millis): number {
  switch (stage) {
    case '24h':
      return tightenAfter === 0 ? DAY : Math.min(DAY, tightenAfter / 2);
    case '7d':
      return tightenAfter === 0 ? 7 * DAY : tightenAfter;
    case '14d':
      return Math.max(14 * DAY, tightenAfter + 7 * DAY);
  }
}

/** The newest stage that is due and not done with. Earlier ones that were missed, say while the bot was away, are left out: they would say less. */
export function dueStage({ at, told }: LedgerChange, now: Instant, tightenAfter: Millis): FollowUpStage | undefined {
  const due = FOLLOW_UP_STAGES.filter((stage) => now - at >= dueAfter(stage, tightenAfter)).at(-1);
  return due === undefined || told.includes(due) ? undefined : due;
}

export function followUp({
  change,
  page,
  stage,
  now,
  tightenAfter,
}: {
  readonly change: LedgerChange;
  readonly page: LedgerPage;
  readonly stage: FollowUpStage;
  readonly now: Instant;
  readonly tightenAfter: Millis;
}): FollowUp {
  const since = page.kills.filter(({ at }) => at > change.at);
  const kills = since.length;
  const measured = stage !== '24h' && tightenAfter > 0;
  return {
    proposalId: change.proposalId,
    stage,
    at: now,
    afterMs: between(change.at, now),
    limit: change.limit,
    request: change.request,
    kills,
    atOtherLimit: since.filter(({ limit }) => limit !== change.limit).length,
    peak: highest(peaksSince(page, change.at)),
    ...(measured && kills === 0 ? { lowering: loweringFor(change, page, { now, tightenAfter }) } : {}),
  };
}

/** The day of the change still has samples from before it: it counts only while there is no later one. */
function peaksSince({ peaks }: LedgerPage, at: Instant): readonly UsagePoint[] {
  const later = peaks.filter((peak) => dayOf(peak.at) > dayOf(at));
  return later.length > 0 ? later : peaks.filter((peak) => peak.at >= at);
}

type Measuring = { readonly now: Instant; readonly tightenAfter: Millis };

function loweringFor({ limit, request }: LedgerChange, { peaks, kills }: LedgerPage, { now, tightenAfter }: Measuring): Lowering {
  const [first] = peaks;
  if (first === undefined) return { kind: 'keep', because: 'too-little-history' };
  const usage = {
    ...{ kind: 'series' as const, points: [], stepSeconds: DAY / 1000, daysKnown: peaks.length - 1 },
    ...{ peak: highest(peaks) ?? first, p95: first.bytes, dailyPeaks: peaks },
  };
  const needed = Math.min(14, tightenAfter / DAY);
  const remembered = rememberedOf({ usage, at: now, limit });
  return withRequest(lowerLimit({ limit, now, kills, needed, remembered }), limit, lowerRequest({ request, limit, remembered }));
}

/** What was measured long enough says something of the request too, also where the limit stays. */
function withRequest(found: Lowering, limit: Bytes, lower: LowerRequest | undefined): Lowering {
  if (lower === undefined || (found.kind === 'keep' && found.because !== 'little-to-gain')) return found;
  if (found.kind === 'keep') return { kind: 'lower', limit, ...lower };
  return { ...found, request: lower.request, arithmetic: `${found.arithmetic} ${lower.arithmetic}` };
}
