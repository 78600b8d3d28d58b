// What the numbers of a change are to be held against: what was suggested when it was asked for, why, and what that was measured from. Kept with the
// proposal, so that whoever approves sees whether the requester departed from it. Bytes and instants; plain text, not yet escaped.

import type { Bytes } from '../base/memory.ts';
import type { Piece } from '../base/piece.ts';
import type { Instant } from '../base/time.ts';
import type { Usage } from '../evidence/evidence.ts';

export type Basis = {
  /** Undefined when no number was suggested; `request`: undefined where there is none. */
  readonly suggested?: { readonly limit: Bytes; readonly request?: Bytes | undefined } | undefined;
  /** The arithmetic, or why there is no number and what helps instead. */
  readonly why: string;
  /** Why a higher limit is not the answer; undefined where it may be. */
  readonly doubt?: string | undefined;
  readonly from?: MeasuredFrom | undefined;
};

/** Where samples come from and how far they reach. */
export type MeasuredFrom = {
  readonly source: string;
  /** Whole days; undefined where the arithmetic says how many. */
  readonly days?: number | undefined;
  /** A single value, which is no peak. */
  readonly single?: true | undefined;
  /** The last one. */
  readonly at: Instant;
};

/** Undefined where nothing was measured. */
export function measuredFrom(usage: Piece<Usage>): MeasuredFrom | undefined {
  if (usage.kind === 'unavailable') return undefined;
  const { value, source, at } = usage;
  if (value.kind === 'instant') return { source, at: value.now.at, single: true };
  const last = value.points.at(-1) ?? value.dailyPeaks.at(-1);
  return { source, days: Math.floor(value.daysKnown), at: last?.at ?? at };
}
