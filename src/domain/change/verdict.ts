// What was seen after a change. Failure knows its direction: another kill after a raise never restores the smaller limit.

import type { Instant, Millis } from '../base/time.ts';
import { MINUTE } from '../base/time.ts';
import type { Gap } from '../coverage/watched.ts';

export type Verdict =
  | {
      readonly kind: 'quiet';
      readonly watchedMs: Millis;
      readonly delaysOnly: boolean;
      /** When nobody watched, which made the window longer. */
      readonly unwatched?: readonly Gap[] | undefined;
      /** So much of `watchedMs` was read afterwards, after short absences. */
      readonly pausedMs?: Millis | undefined;
      /** Kills within the window that were not at the new limit, as of a pod from before the change. */
      readonly otherKills?: number | undefined;
    }
  | {
      readonly kind: 'killed-again';
      readonly at: Instant;
      readonly afterMs: Millis;
      /**
       * Of a pod resized in place. known: the kernel's own number is the old limit although the resize was reported done: the pod's cgroup never got the new
       * one (Kubernetes #138760). possible: that number was not read, so it may be that, or simply not enough.
       */
      readonly oldCgroup?: 'known' | 'possible' | undefined;
    }
  /** automatic: the policy has it taken back without asking. */
  | { readonly kind: 'not-rolled-out'; readonly reason: string; readonly undo?: 'offered' | 'automatic' | undefined }
  /** An undo has put the values of before back. */
  | { readonly kind: 'restored' }
  | { readonly kind: 'undone'; readonly foundLimit: string }
  | { readonly kind: 'not-applied'; readonly reason: string };

export type RolloutStatus =
  | { readonly kind: 'progressing'; readonly message: string }
  | { readonly kind: 'complete'; readonly message: string }
  /** It will not get on by itself: pods that cannot get ready keep it from replacing any (Kubernetes #67250). */
  | { readonly kind: 'stuck'; readonly pods: readonly string[]; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

/** What a controller without a deadline of its own gets, and as much again for each pod it replaces. */
const ROLLOUT_BASE = 10 * MINUTE;
const ROLLOUT_POD = 5 * MINUTE;

/** Whether a rollout has taken so long that nobody should wait for it any more. Deployments have a deadline of their own. */
export function isOverdue({ startedAt, now, replicas }: { startedAt: Instant; now: Instant; replicas: number }): boolean {
  return now - startedAt > ROLLOUT_BASE + replicas * ROLLOUT_POD;
}

/** A raise is never taken back because of another kill: the smaller limit would only be hit sooner. A lowering is. */
export function canUndo({ kind }: Verdict, lowered: boolean): boolean {
  return kind === 'quiet' || kind === 'not-rolled-out' || (kind === 'killed-again' && lowered);
}

/** After a raise that did not hold, one more may be tried, and at most to this many times the limit that failed. */
export const FURTHER_FACTOR = 2;
export const FURTHER_RAISES = 1;

/**
 * How long to watch after a rollout: twice the time the container lived before the kill, at least the floor, at most the ceiling.
 * Worked: lived 4 min, floor 10 min → 10 min; lived 3 h → 6 h.
 */
export function watchWindow(livedMs: number | undefined, bounds: { readonly floor: Millis; readonly ceiling: Millis }): Millis {
  const wanted = Math.max(2 * (livedMs ?? 0), bounds.floor);
  return wanted > bounds.ceiling ? bounds.ceiling : toWindow(wanted, bounds.floor);
}

function toWindow(wanted: number, floor: Millis): Millis {
  return isWhole(wanted) ? wanted : floor;
}

function isWhole(value: number): value is Millis {
  return Number.isSafeInteger(value);
}
