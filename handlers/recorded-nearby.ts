// Adds to what the pods of a node show the kills there that the bot itself has recorded: a pod that is gone, or was killed again since, shows them no more.

import type { Evidence } from '../src/domain/evidence.ts';
import type { Incident } from '../src/domain/incident.ts';
import { withRecorded, worthLookingUp } from '../src/domain/nearby-kills.ts';
import type { Kill } from '../src/domain/oom-kill.ts';
import type { IncidentStore } from '../src/ports/incident-store.ts';
import type { KillIntake } from '../src/ports/kill-intake.ts';

export type RecordPorts = { readonly incidents: Pick<IncidentStore, 'list'>; readonly intake: Pick<KillIntake, 'kill'> };

/** Killed within ten minutes, an incident is hardly resolved; of those that are, the newest. */
const MOST_UNRESOLVED = 500;
const MOST_OTHERS = 50;

export async function withRecordedNearby(ports: RecordPorts, kill: Kill, evidence: Evidence): Promise<Evidence> {
  if (evidence.nodePods.kind === 'unavailable') return evidence;
  const incidents = await recentOnes(ports);
  const ids = incidents.flatMap((incident) => worthLookingUp(incident, kill));
  const earlier = await Promise.all(ids.map((id) => ports.intake.kill(id)));
  const recorded = [...incidents.map(({ lastKill }) => lastKill), ...earlier.flatMap((each) => each ?? [])];
  return withRecorded(evidence, kill, recorded);
}

async function recentOnes({ incidents }: RecordPorts): Promise<readonly Incident[]> {
  const [unresolved, newest] = await Promise.all([
    incidents.list({ state: 'unresolved', limit: MOST_UNRESOLVED }),
    incidents.list({ state: 'all', limit: MOST_OTHERS }),
  ]);
  return [...new Map([...unresolved, ...newest].map((incident) => [incident.id, incident])).values()];
}
