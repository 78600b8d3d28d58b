// How often a container was killed, and whether that can be all: of two deaths within one look at a pod only the last one shows, and what nobody watched may have
// left no trace. Then the count is a least one, and said as such.

import type { Instant } from '../base/time.ts';
import { toInstant } from '../base/time.ts';
import type { Kill } from './oom-kill.ts';

/** What is known of one pod's runs of the container, by their numbers: between the first and the last that were seen to be killed, each has ended. */
type PodRuns = { readonly pod: string; readonly first: number; readonly last: number; readonly seen: number };

export type KillCount = {
  readonly killCount: number;
  /** Of the newest pods, at most 20. */
  readonly runs?: readonly PodRuns[] | undefined;
  /** Kills may have been missed that no run tells of any more. */
  readonly orMore?: true | undefined;
};

export const REMEMBERED_PODS = 20;

/** The runs and the doubt, with one more kill, in whatever order they come. */
export function withRun({ runs = [], orMore }: Omit<KillCount, 'killCount'>, kill: Kill): Omit<KillCount, 'killCount'> {
  const { run, ref } = kill;
  const doubt = orMore ?? kill.whileAway;
  if (run === undefined) return { runs, ...doubted(doubt) };
  const known = runs.find(({ pod }) => pod === ref.podUid) ?? { pod: ref.podUid, first: run, last: run, seen: 0 };
  const grown = { ...known, first: Math.min(known.first, run), last: Math.max(known.last, run), seen: known.seen + 1 };
  const all = [...runs.filter(({ pod }) => pod !== ref.podUid), grown];
  const forgotten = all.slice(0, -REMEMBERED_PODS).some(isMissing);
  return { runs: all.slice(-REMEMBERED_PODS), ...doubted(doubt === true || forgotten) };
}

function doubted(doubt: boolean | undefined): { readonly orMore?: true } {
  return doubt === true ? { orMore: true } : {};
}

/** A run that is not seen to have been killed may have ended otherwise: "at least" is true then too. */
function isMissing({ first, last, seen }: PodRuns): boolean {
  return last - first + 1 > seen;
}

export function isAtLeast({ runs = [], orMore }: Omit<KillCount, 'killCount'>): boolean {
  return orMore === true || runs.some(isMissing);
}

/** When the first was killed: before it was opened, but for a node whose clock is ahead. */
export function firstKillAt({
  killTimes,
  openedAt,
}: {
  readonly killTimes: readonly Instant[];
  readonly openedAt: Instant;
}): Instant {
  return toInstant(Math.min(openedAt, ...killTimes));
}

/** "once", "14 times", "at least 14 times" */
export function timesInWords(count: KillCount): string {
  const times = count.killCount === 1 ? 'once' : `${count.killCount} times`;
  return isAtLeast(count) ? `at least ${times}` : times;
}
