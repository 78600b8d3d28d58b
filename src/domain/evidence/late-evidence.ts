// Evidence that came too late for the first message: which pieces are worth another look, and one evidence out of both looks. What was known the first time
// stays, for it is nearer to the kill.

import type { Piece } from '../base/piece.ts';
import { valueOf } from '../base/piece.ts';
import type { Evidence } from './evidence.ts';

export function hasLate(evidence: Evidence): boolean {
  const usage = valueOf(evidence.usage);
  if (usage?.kind === 'instant' && usage.historyLate === true) return true;
  return Object.values(evidence).some(
    (piece) => typeof piece === 'object' && piece.kind === 'unavailable' && piece.late === true,
  );
}

export function completed(before: Evidence, later: Evidence): Evidence {
  return {
    gatheredAt: before.gatheredAt,
    pod: first(before.pod, later.pod),
    describe: first(before.describe, later.describe),
    events: first(before.events, later.events),
    log: first(before.log, later.log),
    usage: history(before.usage, later.usage),
    node: first(before.node, later.node),
    owner: first(before.owner, later.owner),
    ownerEvents: first(before.ownerEvents, later.ownerEvents),
    rollout: first(before.rollout, later.rollout),
    nodePods: first(before.nodePods, later.nodePods),
  };
}

/** A history is worth more than the instant that stood in for it. */
function history(before: Evidence['usage'], later: Evidence['usage']): Evidence['usage'] {
  return valueOf(later)?.kind === 'series' && valueOf(before)?.kind !== 'series' ? later : first(before, later);
}

function first<Value>(before: Piece<Value>, later: Piece<Value>): Piece<Value> {
  return before.kind === 'known' ? before : later;
}
