// A mute: somebody expects a workload's kills until a point in time. Kills of it are recorded and counted, and nobody is told, until the time is over
// or somebody takes it back. It always has an end, a name and a reason.

import type { Instant, Millis } from '../base/time.ts';
import { DAY, HOUR, MINUTE, toMillis } from '../base/time.ts';
import type { PersonId } from '../change/proposal.ts';
import type { WorkloadName } from '../query/directory.ts';

export type Mute = {
  readonly cluster: string;
  readonly workload: WorkloadName;
  readonly by: PersonId;
  readonly at: Instant;
  readonly until: Instant;
  /** In the person's words; empty when none was given. */
  readonly reason: string;
};

/** One mute for each workload: a newer one replaces the older. */
export function muteKey({ cluster, workload }: Pick<Mute, 'cluster' | 'workload'>): string {
  return [cluster, workload.namespace, workload.kind, workload.name].join('/');
}

export function isMuted(mute: Mute | undefined, now: Instant): mute is Mute {
  return mute !== undefined && mute.until > now;
}

/** An alert nobody hears for longer than this is a decision to take again. */
export const LONGEST_MUTE = toMillis(90 * DAY);
export const SHORTEST_MUTE = toMillis(5 * MINUTE);

const UNITS = [
  [/^(m|min|minutes?)$/, MINUTE],
  [/^(h|hours?)$/, HOUR],
  [/^(d|days?)$/, DAY],
  [/^(w|weeks?)$/, 7 * DAY],
] as const;

/** "30m", "2h", "3days", "1w"; undefined for anything else. */
export function parseLength(text: string | undefined): Millis | undefined {
  const [, count, unit = ''] = /^([0-9]{1,4})([a-z]+)$/.exec(text?.toLowerCase() ?? '') ?? [];
  const factor = UNITS.find(([pattern]) => pattern.test(unit))?.[1];
  return count === undefined || factor === undefined ? undefined : toMillis(Number(count) * factor);
}
