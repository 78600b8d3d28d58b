// The first source that knows what is used now; when none does, all their reasons.

import { unavailable } from '../domain/base/piece.ts';
import type { UseReader } from './directory.ts';

export function firstKnownUse(readers: readonly UseReader[]): UseReader {
  return {
    async now(signal) {
      const reasons: string[] = [];
      for (const reader of readers) {
        const piece = await reader.now(signal);
        if (piece.kind === 'known') return piece;
        reasons.push(piece.reason);
      }
      return unavailable(reasons.length === 0 ? 'no source of memory usage is connected' : reasons.join('; '));
    },
  };
}
