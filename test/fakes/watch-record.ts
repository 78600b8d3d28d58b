// When clusters were watched, in memory; held to the same contract as the real record (test/contract/stores/watch-record.ts).

import type { Stretch } from '../../src/domain/coverage/watched.ts';
import { noted } from '../../src/domain/coverage/watched.ts';
import type { WatchRecord } from '../../src/ports/watch-record.ts';
import { KEPT_STRETCHES } from '../../src/ports/watch-record.ts';

export function fakeWatchRecord(): WatchRecord {
  const kept = new Map<string, readonly Stretch[]>();
  return {
    async note(scope, at) {
      kept.set(scope, noted(kept.get(scope) ?? [], at).slice(-KEPT_STRETCHES));
    },
    stretches: async (scope, since) => structuredClone((kept.get(scope) ?? []).filter(({ until }) => until >= since)),
  };
}
