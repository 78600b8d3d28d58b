// Turns of digests in memory; held to the same contract as the real ones (test/contract/stores/digest-turns.ts).

import type { Instant } from '../../src/domain/base/time.ts';
import type { DigestTurns } from '../../src/ports/digest-turns.ts';

export function fakeDigestTurns(): DigestTurns {
  const turns = new Map<string, Instant>();
  const keyOf = (...parts: readonly unknown[]): string => JSON.stringify(parts);
  return {
    get: async (period, { expression, timezone }) => turns.get(keyOf(period, expression, timezone)),
    async put(period, { expression, timezone }, at) {
      turns.set(keyOf(period, expression, timezone), at);
    },
  };
}
