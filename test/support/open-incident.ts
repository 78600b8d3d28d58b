// An incident that is simply there, for tests that are not about how it came to be.

import type { Counted, IncidentDraft, IncidentStore } from '../../src/ports/incident-store.ts';

/** The open incident of that key, made by `draft` when there is none; counts a kill of its own. */
export function openFor(incidents: IncidentStore, key: string, draft: IncidentDraft): Promise<Counted> {
  return incidents.count({ key, killId: `${key}/opening`, add: (incident) => incident, draft });
}
