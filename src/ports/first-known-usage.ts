// The first usage source that knows something, in their order, all asked at once; when none does, all their reasons. An instant in place of a history that did
// not come in time says so.

import type { Piece } from '../domain/base/piece.ts';
import { late, unavailable } from '../domain/base/piece.ts';
import type { Usage } from '../domain/evidence/evidence.ts';
import type { UsageReader } from './evidence-reader.ts';

export function firstKnownUsage(readers: readonly UsageReader[]): UsageReader {
  return {
    async read(subject, signal) {
      const pieces = await Promise.all(readers.map((reader) => reader.read(subject, signal)));
      const index = pieces.findIndex(({ kind }) => kind === 'known');
      const before = index < 0 ? pieces : pieces.slice(0, index);
      const isLate = before.some((piece) => piece.kind === 'unavailable' && piece.late === true);
      return chosen(pieces[index], { before, isLate });
    },
  };
}

type Passed = { readonly before: readonly Piece<Usage>[]; readonly isLate: boolean };

function chosen(piece: Piece<Usage> | undefined, { before, isLate }: Passed): Piece<Usage> {
  if (piece?.kind === 'known') {
    const { value } = piece;
    return isLate && value.kind === 'instant' ? { ...piece, value: { ...value, historyLate: true } } : piece;
  }
  const reasons = before.flatMap((each) => (each.kind === 'unavailable' ? [each.reason] : []));
  const reason = reasons.length === 0 ? 'no source of memory usage is connected' : reasons.join('; ');
  return isLate ? late(reason) : unavailable(reason);
}
