// What people did about an incident, as it is kept and told in its thread: who, what, when. The rules are in care.ts.

import type { Instant } from '../base/time.ts';
import type { PersonId } from '../change/proposal.ts';

export type Snooze = {
  readonly by: PersonId;
  readonly at: Instant;
  readonly until: Instant;
  /** Kills counted when it was put off. */
  readonly kills: number;
};

export type Deed =
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'assign'; readonly to: PersonId }
  | { readonly kind: 'snooze'; readonly until: Instant }
  | { readonly kind: 'expect'; readonly until: Instant; readonly reason: string }
  /** Takes back what is there of that kind. */
  | { readonly kind: 'undo'; readonly what: CareKind };

export type CareKind = 'acknowledge' | 'assign' | 'snooze' | 'expect';

/** One line of the thread: who did what, or that a snooze ended by itself. */
export type Note =
  | { readonly kind: 'done'; readonly deed: Deed; readonly by: PersonId; readonly at: Instant }
  | { readonly kind: 'woken'; readonly why: WakeReason; readonly snoozedBy: PersonId; readonly at: Instant }
  | { readonly kind: 'expected-over'; readonly by: PersonId; readonly at: Instant };

export type WakeReason = 'time' | 'kills' | 'cause';
