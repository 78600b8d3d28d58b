// When a workload was watched: by whoever watches all of its cluster, or its namespace. Whoever leaves the namespace out does not watch it.

import type { Instant } from '../../src/domain/base/time.ts';
import type { WorkloadRef } from '../../src/domain/base/workload.ts';
import type { Stretch } from '../../src/domain/coverage/watched.ts';
import { scopesOver, without } from '../../src/domain/coverage/watched.ts';
import type { WatchRecord } from '../../src/ports/watch-record.ts';

/** Of those that end at `since` or later, by their beginning. */
export async function watchedFor(
  record: Pick<WatchRecord, 'stretches'>,
  workload: Pick<WorkloadRef, 'cluster' | 'namespace'>,
  since: Instant,
): Promise<readonly Stretch[]> {
  const { seenBy, leftOut } = scopesOver(workload);
  const [all = [], own = [], others = []] = await Promise.all(
    [...seenBy, leftOut].map((scope) => record.stretches(scope, since)),
  );
  return [...without(all, others), ...own].toSorted((a, b) => a.from - b.from);
}
