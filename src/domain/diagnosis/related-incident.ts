// The incident that a pod without a kill has to be seen with: its workload's, open or resolved lately.

import type { Instant } from '../base/time.ts';
import type { KillCount } from '../kill/kill-count.ts';
import { timesInWords } from '../kill/kill-count.ts';

export type RelatedIncident = KillCount & {
  readonly id: string;
  readonly container: string;
  /** Undefined while it is open. */
  readonly resolvedAt?: Instant | undefined;
};

/** What can be said of a pod that shows no kill, beside it. */
export function notOfThisPod(incident: RelatedIncident): string {
  const { id, container } = incident;
  return `No memory kill shows on this pod. Container ${container} of its workload was killed ${timesInWords(incident)}: ${id} ${standsHow(incident)}.`;
}

/** "OOM-1042 …": how it stands, as the rest of a sentence. */
export function standsHow({ resolvedAt }: RelatedIncident): string {
  return resolvedAt === undefined ? 'is not resolved yet' : 'was resolved within the last day';
}
