// Storms: which incidents are told together, and where their story is told.

import type { Instant } from '../domain/base/time.ts';
import type { Storm, StormMember, StormRules } from '../domain/incident/storm.ts';

export type StormPlace = { readonly kind: 'alone' } | { readonly kind: 'storm'; readonly stormId: string };

export type StormQuestion = {
  readonly incidentId: string;
  readonly channel: string;
  readonly now: Instant;
  readonly rules: StormRules;
};

export interface StormStore {
  /** Whether a new incident stands alone in its channel or is part of a storm there. Asked again, the answer stays. One atomic step. */
  place(question: StormQuestion): Promise<StormPlace>;
  get(id: string): Promise<Storm | undefined>;
  /** In the order they joined. */
  members(id: string): Promise<readonly StormMember[]>;
  /** Compare-and-set, as IncidentStore.update. */
  update(id: string, change: (storm: Storm) => Storm): Promise<Storm>;
  /** The storms that began since, newest first. */
  recent(since: Instant): Promise<readonly Storm[]>;
}
