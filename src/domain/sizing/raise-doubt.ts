// Why a higher limit is not the answer, for whoever asks for one all the same. Plain text, not yet escaped.

import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import type { Recommendation } from './recommendation.ts';

/** Undefined where a higher limit is suggested. */
export function raiseDoubt({
  diagnosis,
  recommendation,
}: {
  readonly diagnosis: Diagnosis;
  readonly recommendation: Recommendation;
}): string | undefined {
  if (recommendation.kind === 'raise') return undefined;
  switch (diagnosis.cause) {
    case 'memory-volume':
      return 'A higher limit will probably not end this: files kept in memory can fill that one too, until the volume is bounded.';
    case 'node-pressure':
      return 'A higher limit does not help here: the node ran out of memory, not this container.';
    case 'pod-limit':
      return 'A higher limit of this container does not help here: the limit of the whole pod was reached.';
    case 'heap-setting':
      return 'A higher limit alone does not help here: the program’s heap is set as a share of the limit and grows with it.';
    default:
      return 'No higher limit is suggested here: read why below before asking for one.';
  }
}
