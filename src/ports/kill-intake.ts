// Where kills come in. A kill claims its place by its identity, in the same atomic step that makes sure it will be explained.

import type { Kill, KillId } from '../domain/kill/oom-kill.ts';

export type Claim =
  /** New: recorded, and an enrich job will run even if this process dies now. */
  | { readonly kind: 'first-seen' }
  /** Known as suspected, and now marked by the runtime: recorded again, and looked at again. */
  | { readonly kind: 'upgraded' }
  /** Known under the same identity: nothing was done. */
  | { readonly kind: 'already-seen' }
  /** Recorded as known, without a job: it happened before the bot cared (sizing the recency window is policy),
   *  or it is the late mark of a child's kill that was reported when it happened. */
  | { readonly kind: 'recorded-silently' };

export interface KillIntake {
  /** Throws TransientError when the store cannot be reached: then nothing was recorded. */
  claim(kill: Kill, how: 'report' | 'record-silently'): Promise<Claim>;
  kill(id: KillId): Promise<Kill | undefined>;
  /** Hands out again every recorded kill whose job may have been lost between recording and queueing. Returns how many. */
  resume(): Promise<number>;
}
