// A person takes note of an incident, so that the others see somebody is on it. The first one counts.

import type { PersonId } from '../src/domain/proposal.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { AcknowledgeOutcome } from '../src/ports/conversation.ts';
import type { IncidentStore } from '../src/ports/incident-store.ts';
import type { JobQueue } from '../src/ports/job-queue.ts';

export type AcknowledgePorts = { readonly incidents: IncidentStore; readonly queue: JobQueue; readonly clock: Clock };

export function createAcknowledge(ports: AcknowledgePorts) {
  return async function acknowledge(input: {
    readonly incidentId: string;
    readonly person: PersonId;
  }): Promise<AcknowledgeOutcome> {
    const incident = await ports.incidents.get(input.incidentId);
    if (incident === undefined) return { kind: 'refused', reason: `${input.incidentId} is not known any more.` };
    const at = ports.clock.now();
    const updated = await ports.incidents.update(incident.id, (current) =>
      current.acknowledgedBy === undefined ? { ...current, acknowledgedBy: { person: input.person, at } } : current,
    );
    await ports.queue.enqueue({ step: 'post', incidentId: incident.id });
    return {
      kind: updated.acknowledgedBy?.at === at && updated.acknowledgedBy.person === input.person ? 'acknowledged' : 'already',
    };
  };
}
