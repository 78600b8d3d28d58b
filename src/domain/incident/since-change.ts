// What the newest kill says of the last change: that it was not enough, or that the change is not there any more and says nothing of this kill. The limit is
// called set back only where the pod ran the newest template and had it from there.

import type { Bytes } from '../base/memory.ts';
import type { Piece } from '../base/piece.ts';
import type { Instant } from '../base/time.ts';
import { SECOND } from '../base/time.ts';
import { isLowering } from '../change/change.ts';
import type { Proposal } from '../change/proposal.ts';
import type { Rollout } from '../evidence/evidence.ts';
import type { Kill } from '../kill/oom-kill.ts';
import { happenedAt } from '../kill/oom-kill.ts';
import type { Dossier, Incident } from './incident.ts';

export type SinceChange =
  | { readonly kind: 'not-enough' }
  | { readonly kind: 'killed-with-it'; readonly made: Bytes }
  /** The kill was at another limit; undefined: without one. */
  | { readonly kind: 'without-it' | 'set-back'; readonly made: Bytes; readonly now: Bytes | undefined }
  /** It was given to the pods that ran then, and the template has what it had. */
  | { readonly kind: 'only-pods' }
  | { readonly kind: 'nothing-since' | 'not-rolled-out' | 'taken-back' | 'restored' | 'not-applied' };

/** The proposal that the thread told the end of last. */
export function lastChangeId({ thread }: Incident): string | undefined {
  const outcome = thread.findLast(({ subject }) => subject.kind === 'outcome');
  return outcome?.subject.kind === 'outcome' ? outcome.subject.proposalId : undefined;
}

export type ToldSince = {
  readonly incident: Pick<Incident, 'lastKill'>;
  readonly dossier?: Dossier | undefined;
  readonly change: Proposal;
};

/** Undefined for a change that is not over. */
export function sinceChange(told: ToldSince): SinceChange | undefined {
  const { state } = told.change;
  if (state.kind !== 'closed') return undefined;
  switch (state.verdict.kind) {
    case 'not-rolled-out':
    case 'restored':
    case 'not-applied':
      return { kind: state.verdict.kind };
    case 'undone':
      return { kind: 'taken-back' };
    case 'quiet':
      return sinceQuiet(told, state.at);
    case 'killed-again':
      return sinceKilledAgain(told, state.verdict.at);
  }
}

/** A smaller limit was to settle nothing: the kill came with it. */
function sinceKilledAgain(told: ToldSince, at: Instant): SinceChange {
  // A pod from before the change may still die after one that had it.
  const later = killedAfter(told, at);
  if (later?.kind === 'set-back') return later;
  const { change } = told.change;
  const made = change.after.limit;
  return isLowering(change) && made !== undefined ? { kind: 'killed-with-it', made } : { kind: 'not-enough' };
}

function sinceQuiet(told: ToldSince, at: Instant): SinceChange {
  return killedAfter(told, at) ?? { kind: told.change.change.way === 'resize' ? 'only-pods' : 'nothing-since' };
}

/** What the newest kill was at, where it came after that and can be compared: one of a whole pod's limit cannot. */
function killedAfter({ incident: { lastKill }, dossier, change: { change } }: ToldSince, at: Instant): SinceChange | undefined {
  const made = change.after.limit;
  if (happenedAt(lastKill) + SECOND <= at || made === undefined || change.list === 'pod') return undefined;
  if (lastKill.limit === made) return { kind: 'killed-with-it', made };
  const isSetBack = change.way !== 'resize' && hasLimitFromTemplate(lastKill, dossier?.evidence.rollout, at);
  return { kind: isSetBack ? 'set-back' : 'without-it', made, now: lastKill.limit };
}

/** The pod was made from the newest template, as that was read since then, and the template has the limit that was hit. */
function hasLimitFromTemplate({ limit }: Kill, rollout: Piece<Rollout> | undefined, since: Instant): boolean {
  if (rollout?.kind !== 'known' || rollout.at < since) return false;
  return rollout.value.newest === undefined && rollout.value.running.limit === limit;
}
