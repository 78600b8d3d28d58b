// When clusters were watched, in memory; held to the same contract as the real record (test/contract/watch-record.ts).

import type { Stretch } from '../../src/domain/watched.ts';
import { noted } from '../../src/domain/watched.ts';
import type { WatchRecord } from '../../src/ports/watch-record.ts';
import { KEPT_STRETCHES } from '../../src/ports/watch-record.ts';

export function fakeWatchRecord(): WatchRecord {
  const kept = new Map<string, readonly Stretch[]>();
  return {
    async note(cluster, at) {
      kept.set(cluster, noted(kept.get(cluster) ?? [], at).slice(-KEPT_STRETCHES));
    },
    stretches: async (cluster, since) => structuredClone((kept.get(cluster) ?? []).filter(({ until }) => until >= since)),
  };
}
