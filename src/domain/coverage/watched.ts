// For how long of a time a cluster was watched: "no kill was seen" says something of that time only. A watcher that comes back reads everything anew, and finds
// what a pod still shows of the time before; so a short absence counts as watched, which is said, and a long one does not.
//
//   stretches   ├──────────┤   ├───┤            ├────────▷     (the first pause is short, the second long)
//   counts as   ├──────────────────┤   a gap    ├────────▷

import type { Instant, Millis } from '../base/time.ts';
import { between, MINUTE, SECOND, toMillis } from '../base/time.ts';

/** A watcher read everything as it came, from `from` up to `until`. */
export type Stretch = { readonly from: Instant; readonly until: Instant };

/** Nobody watched, for longer than a re-read covers; without an end while it goes on. */
export type Gap = { readonly from: Instant; readonly until?: Instant | undefined };

export type Watched = {
  /** In all, up to the last time that somebody said so. */
  readonly watchedMs: Millis;
  /** Oldest first. */
  readonly gaps: readonly Gap[];
  /** So much of `watchedMs` was not watched but read afterwards, after short absences; undefined when none was. */
  readonly pausedMs?: Millis | undefined;
};

/** What a watcher watches: "prod", all of the cluster, or "prod/shop", a namespace of it; "prod/!shop" is left out of all of it. No namespace begins so. */
export type WatchScope = string;

/** As WATCH_NAMESPACES says. */
export type WatchedNamespaces = {
  /** Empty when all are. */
  readonly only: readonly string[];
  readonly excluded: readonly string[];
};

/** What a watcher notes that it watches, and what of it not. */
export function scopesOf(cluster: string, { only, excluded }: WatchedNamespaces): readonly WatchScope[] {
  if (only.length === 0) return [cluster, ...excluded.map((namespace) => `${cluster}/!${namespace}`)];
  return only.filter((namespace) => !excluded.includes(namespace)).map((namespace) => `${cluster}/${namespace}`);
}

/** Whoever watches one of `seenBy` sees the kills of the workload; watching all of the cluster counts only while `leftOut` is not noted. */
export type ScopesOver = { readonly seenBy: readonly [all: WatchScope, own: WatchScope]; readonly leftOut: WatchScope };

/** A node has no namespace; its Events are in "default". */
export function scopesOver({ cluster, namespace }: { readonly cluster: string; readonly namespace: string }): ScopesOver {
  const within = namespace === '' ? 'default' : namespace;
  return { seenBy: [cluster, `${cluster}/${within}`], leftOut: `${cluster}/!${within}` };
}

export const NOTED_EVERY_MS = 2 * SECOND;

/** A note that was lost or came late leaves no more than this of what belongs together. */
const SLIVER_MS = 2 * NOTED_EVERY_MS;

/** What is left of the stretches without the time of the others. */
export function without(stretches: readonly Stretch[], others: readonly Stretch[]): readonly Stretch[] {
  return others.reduce(
    (left, other) =>
      left.flatMap(({ from, until }) => [
        ...(other.from - from > SLIVER_MS ? [{ from, until: until < other.from ? until : other.from }] : []),
        ...(until - other.until > SLIVER_MS ? [{ from: from > other.until ? from : other.until, until }] : []),
      ]),
    stretches,
  );
}

/**
 * The longest absence that a re-read covers. A pod shows the last end of each of its containers, and a container in a crash loop waits 10 s, 20 s, 40 s … before
 * it begins again; what this cannot find is a pod that was killed and removed within one absence.
 */
export const COVERED_MS = 2 * MINUTE;

/** Longer between two notes than a busy store or a lost one explains: nobody watched. */
export const PAUSE_MS = 10 * SECOND;

/**
 * The stretches with one more moment at which the cluster is watched: the last one goes on, or a new one begins. One that ends in the future was noted by a
 * clock that was ahead, and ends now: nobody knows yet who will watch until then.
 */
export function noted(stretches: readonly Stretch[], at: Instant): readonly Stretch[] {
  const last = stretches.at(-1);
  if (last === undefined || at - last.until > PAUSE_MS) return [...stretches, { from: at, until: at }];
  const isAhead = last.until - at > PAUSE_MS;
  const from = isAhead && last.from > at ? at : last.from;
  return [...stretches.slice(0, -1), { from, until: isAhead || at > last.until ? at : last.until }];
}

/**
 * What of the time from `from` to `now` was watched. `stretches`: by their beginning, oldest first; they may overlap. Worked: watched 10:00 to 10:20 and
 * 10:32 to 10:42, asked for 10:05 to 10:42: 25 minutes, with a gap from 10:20 to 10:32. Had it begun again at 10:21: 37 minutes, one of them paused.
 */
export function watchedWithin(
  stretches: readonly Stretch[],
  { from, now }: { readonly from: Instant; readonly now: Instant },
): Watched {
  const gaps: Gap[] = [];
  let seen = from;
  let watchedMs = 0;
  let pausedMs = 0;
  for (const stretch of stretches) {
    const until = stretch.until < now ? stretch.until : now;
    if (until <= seen) continue;
    const isGap = stretch.from - seen > COVERED_MS;
    if (isGap) gaps.push({ from: seen, until: stretch.from });
    else if (stretch.from - seen > PAUSE_MS) pausedMs += stretch.from - seen;
    watchedMs += until - (isGap ? stretch.from : seen);
    seen = until;
  }
  if (now - seen > COVERED_MS) gaps.push({ from: seen });
  return { watchedMs: toMillis(watchedMs), gaps, ...(pausedMs === 0 ? {} : { pausedMs: toMillis(pausedMs) }) };
}

/** Those that are over, and can be told for good. */
export function closedGaps({ gaps }: Watched): readonly Gap[] {
  return gaps.filter(({ until }) => until !== undefined);
}

export function isSameGaps(some: readonly Gap[], others: readonly Gap[]): boolean {
  return (
    some.length === others.length && some.every(({ from, until }, at) => from === others[at]?.from && until === others[at].until)
  );
}

/** How long nobody watched, in all. */
export function unwatchedMs(gaps: readonly Gap[]): Millis {
  return toMillis(gaps.reduce((sum, { from, until = from }) => sum + between(from, until), 0));
}
