// A channel that cannot be used any more (archived, gone, the bot removed, read-only) gives way to the fallback channel: the thread begins there anew, with
// everything that people need to act on. What was said in the old channel stays there. True when something was moved.

import type { Incident, ThreadEntry } from '../../src/domain/incident/incident.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { JobQueue } from '../../src/ports/job-queue.ts';
import type { StormStore } from '../../src/ports/storm-store.ts';

export type MovePorts = { readonly incidents: IncidentStore; readonly storms: StormStore; readonly queue: JobQueue };

export async function moveIncident(ports: MovePorts, incident: Incident, channel: string): Promise<boolean> {
  if (incident.channel === channel) return false;
  if (incident.stormId !== undefined) await moveStorm(ports, incident.stormId, channel);
  await ports.incidents.update(incident.id, (current) =>
    current.channel === channel
      ? current
      : { ...current, channel, movedFrom: current.channel, thread: current.thread.map(unsent) },
  );
  return true;
}

/** The storm's message begins anew in that channel; its incidents follow when they are shown next. */
export async function moveStorm(ports: Pick<MovePorts, 'storms' | 'queue'>, stormId: string, channel: string): Promise<boolean> {
  let moved = false;
  await ports.storms.update(stormId, (storm) => {
    moved = storm.channel !== channel;
    return moved ? { ...storm, channel, movedFrom: storm.channel, entry: unsent(storm.entry) } : storm;
  });
  if (moved) await ports.queue.enqueue({ step: 'storm', stormId });
  return moved;
}

/** News of a moment is not told twice. */
function unsent(entry: ThreadEntry): ThreadEntry {
  const isNews = entry.subject.kind === 'again' || entry.subject.kind === 'reminder';
  return isNews && entry.posted !== undefined ? entry : { ...entry, posted: undefined, sendingSince: undefined, lost: undefined };
}
