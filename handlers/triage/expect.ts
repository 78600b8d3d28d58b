// Kills of a workload are expected from now on, or no longer: the mute is stored, and every open incident of the workload shows it. May run twice.

import type { PersonId } from '../../src/domain/change/proposal.ts';
import { careFor } from '../../src/domain/incident/care.ts';
import type { Incident } from '../../src/domain/incident/incident.ts';
import type { Mute } from '../../src/domain/incident/mute.ts';
import { isMuted, muteKey } from '../../src/domain/incident/mute.ts';
import type { Deed } from '../../src/domain/incident/note.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { JobQueue } from '../../src/ports/job-queue.ts';
import type { MuteStore } from '../../src/ports/mute-store.ts';

export type ExpectPorts = {
  readonly mutes: MuteStore;
  readonly incidents: IncidentStore;
  readonly queue: JobQueue;
  readonly clock: Clock;
};

const LOOKED_AT = 1000;

export async function expectKills(ports: ExpectPorts, mute: Mute): Promise<void> {
  await ports.mutes.put(mute);
  await showOn(ports, mute, { deed: { kind: 'expect', until: mute.until, reason: mute.reason }, by: mute.by });
}

export type Muted = Pick<Mute, 'cluster' | 'workload'>;

/** The mute that was ended; undefined when none was in force. */
export async function endExpectation(ports: ExpectPorts, muted: Muted, by: PersonId): Promise<Mute | undefined> {
  const removed = await ports.mutes.remove(muteKey(muted));
  await showOn(ports, muted, { deed: { kind: 'undo', what: 'expect' }, by });
  return isMuted(removed, ports.clock.now()) ? removed : undefined;
}

type Doing = { readonly deed: Deed; readonly by: PersonId };

async function showOn(ports: ExpectPorts, { cluster, workload }: Muted, { deed, by }: Doing): Promise<void> {
  const at = ports.clock.now();
  const isOf = ({ workload: own }: Incident): boolean =>
    own.cluster === cluster && own.namespace === workload.namespace && own.kind === workload.kind && own.name === workload.name;
  for (const { id } of (await ports.incidents.list({ state: 'unresolved', limit: LOOKED_AT })).filter(isOf)) {
    await ports.incidents.update(id, (incident) => {
      const outcome = careFor(incident, { deed, by, at });
      return outcome.kind === 'done' ? outcome.incident : incident;
    });
    await ports.queue.enqueue({ step: 'post', incidentId: id });
  }
}
