// Where each message goes: the root into the channel, or into the thread of a storm when many incidents come at once; replies into the root's thread.
// What would be shown in the channel beside the root is told there only while no storm rages.

import type { Incident, ThreadEntry } from '../../src/domain/incident/incident.ts';
import { entryOf } from '../../src/domain/incident/incident.ts';
import type { StormRules } from '../../src/domain/incident/storm.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { JobQueue } from '../../src/ports/job-queue.ts';
import type { Place } from '../../src/ports/messenger.ts';
import type { StormStore } from '../../src/ports/storm-store.ts';

export type PlacePorts = {
  readonly incidents: IncidentStore;
  readonly storms: StormStore;
  readonly queue: JobQueue;
  readonly clock: Clock;
};

export type Placing = { readonly incident: Incident; readonly entry: ThreadEntry };

function isNews(kind: ThreadEntry['subject']['kind']): boolean {
  return kind === 'again' || kind === 'reminder';
}

/** Asks, before a root is first sent, whether its incident is one of many. The incident as it is then stored. */
export async function joinStorm(ports: PlacePorts, rules: StormRules, { incident, entry }: Placing): Promise<Incident> {
  const isNew = entry.subject.kind === 'root' && entry.posted === undefined && entry.lost === undefined;
  if (!isNew || incident.stormId !== undefined || incident.movedFrom !== undefined) return incident;
  const placed = await ports.storms.place({ incidentId: incident.id, channel: incident.channel, now: ports.clock.now(), rules });
  if (placed.kind === 'alone') return incident;
  const joined = await ports.incidents.update(incident.id, (current) =>
    current.stormId === undefined ? { ...current, stormId: placed.stormId } : current,
  );
  await ports.queue.enqueue({ step: 'storm', stormId: placed.stormId });
  return joined;
}

/** Undefined while the message that it belongs under is not there. */
export async function placeOf(ports: PlacePorts, rules: StormRules, { incident, entry }: Placing): Promise<Place | undefined> {
  const key = `${incident.id}/${entry.key}`;
  if (entry.subject.kind !== 'root') return replyPlace(ports, rules, { incident, entry });
  if (incident.stormId === undefined) return { channel: incident.channel, key };
  const storm = (await ports.storms.get(incident.stormId))?.entry;
  // Slack takes no message of the storm: better many messages than none.
  if (storm?.undeliverable !== undefined) return { channel: incident.channel, key };
  const posted = storm?.posted;
  return posted === undefined ? undefined : { channel: posted.channel, thread: posted.id, key };
}

async function replyPlace(ports: PlacePorts, rules: StormRules, { incident, entry }: Placing): Promise<Place | undefined> {
  const root = entryOf(incident, 'root')?.posted;
  if (root === undefined) return undefined;
  const place = { channel: root.channel, thread: root.thread ?? root.id, key: `${incident.id}/${entry.key}` };
  if (!isNews(entry.subject.kind) || entry.posted !== undefined || incident.stormId !== undefined) return place;
  const asked = { incidentId: `${incident.id}#${entry.key}`, channel: root.channel, now: ports.clock.now(), rules };
  const placed = await ports.storms.place(asked);
  if (placed.kind === 'alone') return { ...place, broadcast: true };
  await ports.queue.enqueue({ step: 'storm', stormId: placed.stormId });
  return place;
}
