// Tell many incidents as one story: the storm's message in the channel shows them all, and is edited as things change. Once it is there, each of its
// incidents gets its place in its thread. Safe to run any number of times.

import { isRecentlyNoted } from '../../src/domain/base/time.ts';
import { entryOf } from '../../src/domain/incident/incident.ts';
import type { Storm, StormLine, StormRules } from '../../src/domain/incident/storm.ts';
import { STORM_KEY, storyOf } from '../../src/domain/incident/storm.ts';
import { TransientError } from '../../src/ports/fault.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { JobQueue, Later } from '../../src/ports/job-queue.ts';
import type { StormStore } from '../../src/ports/storm-store.ts';
import type { DeliverPorts, Slot } from './deliver.ts';
import { deliver, sentAnew } from './deliver.ts';
import { moveStorm } from './move-thread.ts';

export type TellStormPorts = DeliverPorts & {
  readonly storms: StormStore;
  readonly incidents: IncidentStore;
  readonly queue: JobQueue;
};

export type TellStormSettings = { readonly storm: StormRules; readonly fallbackChannel?: string | undefined };

export type TellStormOutcome = Later | { readonly kind: 'shown' | 'unknown-storm' | 'undeliverable' };

const LATER: Later = { kind: 'later', afterMs: 1000, reason: 'the storm’s message is not settled' };

export function createTellStorm(ports: TellStormPorts, settings: TellStormSettings) {
  return async function tellStorm({ stormId }: { readonly stormId: string }): Promise<TellStormOutcome> {
    const storm = await ports.storms.get(stormId);
    if (storm === undefined) return { kind: 'unknown-storm' };
    try {
      return await tell(ports, settings, storm);
    } catch (error) {
      const isClosed = error instanceof TransientError && error.code === 'OOM_SLACK_CHANNEL_CLOSED';
      const to = settings.fallbackChannel;
      if (!isClosed || to === undefined || !(await moveStorm(ports, stormId, to))) throw error;
      ports.meter.count('headroom_messages_moved_total');
      ports.log.warn('a storm moved to the fallback channel', { storm: stormId, from: storm.channel, to, error });
      return { kind: 'shown' };
    }
  };
}

async function tell(ports: TellStormPorts, { storm: rules }: TellStormSettings, storm: Storm): Promise<TellStormOutcome> {
  const members = await ports.storms.members(storm.id);
  const lines = await linesOf(ports, new Set(members.map(({ incidentId }) => incidentOf(incidentId))));
  const lastJoined = members.at(-1)?.joinedAt ?? storm.startedAt;
  const over = !isRecentlyNoted(lastJoined, ports.clock.now(), rules.overAfter);
  const message = { kind: 'storm', storm, story: storyOf(lines), over } as const;
  const place = { channel: storm.channel, key: `${storm.id}/${STORM_KEY}` };
  const delivered = await deliver(ports, slotOf(ports, storm), { message, place, gist: String(over) });
  if (delivered.kind === 'in-flight') return LATER;
  if (delivered.kind === 'undeliverable') {
    await showMembers(ports, lines);
    return { kind: 'undeliverable' };
  }
  if (delivered.kind === 'gone') {
    await slotOf(ports, storm).save(sentAnew);
    return LATER;
  }
  if (delivered.kind === 'stale') await ports.queue.enqueue({ step: 'storm', stormId: storm.id, afterMs: delivered.afterMs });
  if (delivered.kind === 'posted') {
    ports.meter.count('headroom_storms_total');
    ports.log.warn('many incidents at once, told as one', { storm: storm.id, channel: storm.channel, incidents: lines.length });
  }
  if (over && delivered.kind !== 'stale' && storm.isOver !== true)
    await ports.storms.update(storm.id, (current) => ({ ...current, isOver: true }));
  await showMembers(ports, lines);
  return { kind: 'shown' };
}

/** News of an incident joins as "OOM-1042#reminder/10". */
function incidentOf(member: string): string {
  return member.split('#')[0] ?? member;
}

async function linesOf({ incidents }: TellStormPorts, ids: ReadonlySet<string>): Promise<readonly StormLine[]> {
  const lines = await Promise.all(
    [...ids].map(async (id) => {
      const incident = await incidents.get(id);
      return incident === undefined ? [] : [{ incident, dossier: await incidents.dossier(id) }];
    }),
  );
  return lines.flat();
}

/** Those that waited for the storm's message to be there. */
async function showMembers({ queue }: TellStormPorts, lines: readonly StormLine[]): Promise<void> {
  for (const { incident } of lines) {
    const root = entryOf(incident, 'root');
    if (root?.posted === undefined && root?.undeliverable === undefined)
      await queue.enqueue({ step: 'post', incidentId: incident.id });
  }
}

function slotOf({ storms }: TellStormPorts, storm: Storm): Slot {
  return {
    name: `${storm.id}/${STORM_KEY}`,
    entry: storm.entry,
    async save(change) {
      await storms.update(storm.id, (current) => {
        const next = change(current.entry);
        return next === current.entry ? current : { ...current, entry: next };
      });
    },
  };
}
