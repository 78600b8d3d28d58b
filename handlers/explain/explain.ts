// Somebody wants to know more: the full explanation of an incident that is told in a storm, or everything that was read, as a file. It goes to the thread,
// once for what is known now.

import type { Refused } from '../../src/api/conversation.ts';
import { addEntry } from '../../src/domain/incident/incident.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { JobQueue } from '../../src/ports/job-queue.ts';

export type ExplainPorts = { readonly incidents: IncidentStore; readonly queue: JobQueue };

export type ExplainOutcome = { readonly kind: 'explained' } | Refused;

export function createExplain(ports: ExplainPorts) {
  return async function explain({ incidentId }: { readonly incidentId: string }): Promise<ExplainOutcome> {
    const incident = await ports.incidents.get(incidentId);
    if (incident === undefined) return { kind: 'refused', reason: `${incidentId} is not known any more.` };
    await ports.incidents.update(incident.id, (current) =>
      current.explanationAsked === true ? current : { ...current, explanationAsked: true },
    );
    await ports.queue.enqueue({ step: 'post', incidentId: incident.id });
    return { kind: 'explained' };
  };
}

export function createAttachOutput(ports: ExplainPorts) {
  return async function attachOutput({ incidentId }: { readonly incidentId: string }): Promise<ExplainOutcome> {
    const incident = await ports.incidents.get(incidentId);
    if (incident === undefined) return { kind: 'refused', reason: `${incidentId} is not known any more.` };
    if ((await ports.incidents.dossier(incidentId)) === undefined)
      return { kind: 'refused', reason: `Nothing has been read about ${incidentId} yet.` };
    await ports.incidents.update(incident.id, (current) => addEntry(current, `output/${current.killCount}`, { kind: 'output' }));
    await ports.queue.enqueue({ step: 'post', incidentId: incident.id });
    return { kind: 'explained' };
  };
}
