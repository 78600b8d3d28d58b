// What the bot remembers of containers that were killed or changed: daily peaks for 56 days, kills with their limits, the last change. Every call may be
// made twice.

import type { UsagePoint } from '../domain/evidence/evidence.ts';
import type { FollowUpStage, LedgerChange, LedgerPage, LedgerSubject } from '../domain/sizing/ledger.ts';
import type { PastKill } from '../domain/sizing/size.ts';

export interface Ledger {
  /** Follows the container for 56 days from now. A kill at the same instant is the same kill. */
  noteKill(subject: LedgerSubject, kill: PastKill): Promise<void>;
  /** Replaces an earlier change, never a later one; one of the same proposal keeps what was told. Nothing for a container that is not followed. */
  noteChange(key: string, change: LedgerChange): Promise<void>;
  noteTold(key: string, told: { readonly proposalId: string; readonly stage: FollowUpStage }): Promise<void>;
  /** The highest of each day stays; days that are no longer remembered are dropped. */
  notePeaks(key: string, peaks: readonly UsagePoint[]): Promise<void>;
  /** Empty for a container that is not followed. */
  read(key: string): Promise<LedgerPage>;
  /** Containers of the cluster that are followed, most recently killed first. */
  list(cluster: string): Promise<readonly LedgerSubject[]>;
}
