// What of an incident's root message must be shown at once when it changes: its state, who looks after it, its cause, its proposal. What only counts
// (kills, times) may wait a little, because Slack allows about fifty edits a minute for all incidents together.

import type { Proposal } from '../change/proposal.ts';
import type { Dossier, Incident } from './incident.ts';

export type Shown = {
  readonly incident: Incident;
  readonly dossier?: Dossier | undefined;
  readonly proposal?: Proposal | undefined;
};

/** Equal for two messages that differ in what may wait. */
export function gistOf({ incident, dossier, proposal }: Shown): string {
  const {
    thread: _thread,
    version: _version,
    killCount: _count,
    runs: _runs,
    killTimes: _times,
    killIds: _ids,
    lastKill,
    ...rest
  } = incident;
  const { diagnosis, recommendation } = dossier ?? {};
  return JSON.stringify([
    { ...rest, workload: undefined, key: undefined },
    lastKill.how,
    diagnosis?.cause,
    recommendation?.kind === 'raise' ? recommendation.limit : recommendation?.kind,
    proposal === undefined ? undefined : [proposal.id, proposal.version],
  ]);
}
