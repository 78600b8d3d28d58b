// The first usage source that knows something; when none does, all their reasons.

import { unavailable } from '../domain/piece.ts';
import type { UsageReader } from './evidence-reader.ts';

export function firstKnownUsage(readers: readonly UsageReader[]): UsageReader {
  return {
    async read(subject, signal) {
      const reasons: string[] = [];
      for (const reader of readers) {
        const piece = await reader.read(subject, signal);
        if (piece.kind === 'known') return piece;
        reasons.push(piece.reason);
      }
      return unavailable(reasons.length === 0 ? 'no source of memory usage is connected' : reasons.join('; '));
    },
  };
}
