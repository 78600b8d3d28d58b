// When each cluster, or each namespace of one, was watched, as the watchers say again and again; kept, so that whoever calls something quiet knows whether
// anybody looked.

import type { Instant } from '../domain/base/time.ts';
import type { Stretch, WatchScope } from '../domain/coverage/watched.ts';

export interface WatchRecord {
  /** At this moment it is watched, and everything up to it was read. Safe to say late, twice, and by several. */
  note(scope: WatchScope, at: Instant): Promise<void>;
  /** Oldest first, those that end at `since` or later; the last 1,000 are kept. Empty: nobody ever said so. */
  stretches(scope: WatchScope, since: Instant): Promise<readonly Stretch[]>;
}

export const KEPT_STRETCHES = 1000;
