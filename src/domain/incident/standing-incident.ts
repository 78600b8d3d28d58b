// The incident that whoever asks about a workload has to know of: one that is open, or was resolved within a day. New pods of a workload show none of the
// kills that its incident is about.

import type { Instant } from '../base/time.ts';
import { DAY } from '../base/time.ts';
import type { WorkloadName } from '../query/directory.ts';
import type { Incident } from './incident.ts';

export type StandingQuestion = {
  readonly cluster: string;
  readonly workload: WorkloadName;
  /** Its incident is the one wanted first; another container's tells what its pods may not show, and gives no advice about this one. */
  readonly container: string;
  readonly now: Instant;
};

/** Of the same container before another one's, open before resolved, the newest. */
export function standingIncident(incidents: readonly Incident[], question: StandingQuestion): Incident | undefined {
  const { cluster, workload, container, now } = question;
  const weight = (each: Incident): number => (each.container === container ? 2 : 0) + (each.state === 'resolved' ? 0 : 1);
  return incidents
    .filter(({ workload: own }) => own.cluster === cluster && own.namespace === workload.namespace)
    .filter(({ workload: own }) => own.kind === workload.kind && own.name === workload.name)
    .filter(({ state, resolvedAt }) => state !== 'resolved' || (resolvedAt !== undefined && now - resolvedAt <= DAY))
    .toSorted((a, b) => weight(b) - weight(a) || b.openedAt - a.openedAt)[0];
}
