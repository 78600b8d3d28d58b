// When a workload was watched: by whoever watches all of its cluster, or its namespace.

import type { Instant } from '../src/domain/time.ts';
import type { Stretch } from '../src/domain/watched.ts';
import { scopesOver } from '../src/domain/watched.ts';
import type { WorkloadRef } from '../src/domain/workload.ts';
import type { WatchRecord } from '../src/ports/watch-record.ts';

/** Those that end at `since` or later, by their beginning. */
export async function watchedFor(
  record: Pick<WatchRecord, 'stretches'>,
  workload: Pick<WorkloadRef, 'cluster' | 'namespace'>,
  since: Instant,
): Promise<readonly Stretch[]> {
  const found = await Promise.all(scopesOver(workload).map((scope) => record.stretches(scope, since)));
  return found.flat().toSorted((a, b) => a.from - b.from);
}
