// What was seen after a change. Failure knows its direction: another kill after a raise never restores the smaller limit.

import type { Instant, Millis } from './time.ts';

export type Verdict =
  | { readonly kind: 'quiet'; readonly watchedMs: Millis; readonly delaysOnly: boolean }
  | { readonly kind: 'killed-again'; readonly at: Instant; readonly afterMs: Millis }
  | { readonly kind: 'not-rolled-out'; readonly reason: string }
  | { readonly kind: 'undone'; readonly foundLimit: string }
  | { readonly kind: 'not-applied'; readonly reason: string };

export type RolloutStatus =
  | { readonly kind: 'progressing'; readonly message: string }
  | { readonly kind: 'complete'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

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
