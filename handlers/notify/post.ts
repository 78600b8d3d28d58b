// Make the thread show what is stored: every message of the incident is posted once and edited when what it shows has changed.
// Level, not edge: any number of runs, crashes and lost answers end in the same thread. A channel that cannot be used any more gives way to the
// fallback channel; an incident that is one of many at once goes into the thread of their storm.

import { between, SECOND } from '../../src/domain/base/time.ts';
import type { Policy } from '../../src/domain/change/policy/policy.ts';
import type { Incident, ThreadEntry } from '../../src/domain/incident/incident.ts';
import { entryOf, isHeldBack, withEntry } from '../../src/domain/incident/incident.ts';
import type { StormRules } from '../../src/domain/incident/storm.ts';
import { PermanentError, TransientError } from '../../src/ports/fault.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { JobQueue, Later } from '../../src/ports/job-queue.ts';
import type { KillIntake } from '../../src/ports/kill-intake.ts';
import type { ProposalStore } from '../../src/ports/proposal-store.ts';
import type { StormStore } from '../../src/ports/storm-store.ts';
import { compose } from './content.ts';
import type { Delivered, DeliverPorts, Slot } from './deliver.ts';
import { deliver, sentAnew } from './deliver.ts';
import { moveIncident } from './move-thread.ts';
import { joinStorm, placeOf } from './placement.ts';

export type PostPorts = DeliverPorts & {
  readonly incidents: IncidentStore;
  readonly proposals: ProposalStore;
  readonly intake: Pick<KillIntake, 'kill'>;
  readonly storms: StormStore;
  readonly queue: JobQueue;
};

export type PostSettings = {
  readonly policy: Policy;
  readonly storm: StormRules;
  /** Where a thread goes when its own channel cannot be used; undefined: it waits until somebody mends that. */
  readonly fallbackChannel?: string | undefined;
};

export type PostOutcome =
  | Later
  | { readonly kind: 'shown'; readonly posted: number; readonly edited: number }
  | { readonly kind: 'unknown-incident' }
  | { readonly kind: 'undeliverable'; readonly reason: string };

const LOOK_AGAIN_MS = SECOND;
/** The storm's table follows what happens to its incidents, all changes of a while at once. */
const STORM_FOLLOWS_MS = 3 * SECOND;

const IN_FLIGHT: Later = { kind: 'later', afterMs: LOOK_AGAIN_MS, reason: 'another attempt may be under way' };
const AGAIN: Later = { kind: 'later', afterMs: 1, reason: 'its place has changed' };

export function createPost(ports: PostPorts, settings: PostSettings) {
  return async function post({ incidentId }: { readonly incidentId: string }): Promise<PostOutcome> {
    const incident = await ports.incidents.get(incidentId);
    if (incident === undefined) return { kind: 'unknown-incident' };
    try {
      return await showAll(ports, settings, incident);
    } catch (error) {
      if (!(error instanceof TransientError) || error.code !== 'OOM_SLACK_CHANNEL_CLOSED') throw error;
      return moved(ports, settings, { incidentId, error });
    }
  };
}

async function showAll(ports: PostPorts, settings: PostSettings, { id, thread }: Incident): Promise<PostOutcome> {
  const tally = { posted: 0, edited: 0 };
  let staleMs: number | undefined;
  for (const { key } of thread) {
    const shown = await show(ports, settings, { incidentId: id, key });
    if (shown.kind === 'in-flight') return IN_FLIGHT;
    if (shown.kind === 'gone') return AGAIN;
    if (shown.kind === 'undeliverable' && key === 'root')
      return { kind: 'undeliverable', reason: 'the root message was refused' };
    if (shown.kind === 'posted') tally.posted += 1;
    if (shown.kind === 'edited') tally.edited += 1;
    if (shown.kind === 'stale') staleMs = Math.min(staleMs ?? shown.afterMs, shown.afterMs);
  }
  if (staleMs !== undefined) await ports.queue.enqueue({ step: 'post', incidentId: id, afterMs: staleMs });
  if (tally.posted + tally.edited > 0) await tellStorm(ports, id);
  return { kind: 'shown', ...tally };
}

async function tellStorm(ports: PostPorts, incidentId: string): Promise<void> {
  const stormId = (await ports.incidents.get(incidentId))?.stormId;
  if (stormId !== undefined) await ports.queue.enqueue({ step: 'storm', stormId, afterMs: STORM_FOLLOWS_MS });
}

type Where = { readonly incidentId: string; readonly key: string };

async function show(ports: PostPorts, settings: PostSettings, where: Where): Promise<Delivered> {
  const found = await ports.incidents.get(where.incidentId);
  const entry = found === undefined ? undefined : entryOf(found, where.key);
  if (found === undefined || entry === undefined || isHeldBack(found, entry)) return { kind: 'unchanged' };
  const incident = await joinStorm(ports, settings.storm, { incident: found, entry });
  const letter = await compose(ports, settings, { incident, entry });
  if (letter === undefined) return { kind: 'unchanged' };
  const place = await placeOf(ports, settings.storm, { incident, entry });
  const delivered = await deliver(ports, slotOf(ports, incident, entry), { ...letter, place });
  if (delivered.kind === 'posted' && where.key === 'root') told(ports, incident);
  return delivered.kind === 'gone' ? gone(ports, { incident, entry, thread: place?.thread }) : delivered;
}

function slotOf({ incidents }: PostPorts, incident: Incident, entry: ThreadEntry): Slot {
  return {
    name: `${incident.id}/${entry.key}`,
    entry,
    async save(change) {
      await incidents.update(incident.id, (current) => {
        const now = entryOf(current, entry.key);
        const next = now === undefined ? undefined : change(now);
        return next === undefined || next === now ? current : withEntry(current, next);
      });
    },
  };
}

function told({ meter, log, clock }: PostPorts, { id, channel, lastKill }: Incident): void {
  const waited = between(lastKill.seenAt, clock.now()) / SECOND;
  meter.time('headroom_kill_to_post_seconds', waited);
  log.info('incident posted', { incident: id, channel, seconds: waited });
}

type Gone = { readonly incident: Incident; readonly entry: ThreadEntry; readonly thread: string | undefined };

/** Somebody deleted it in Slack. What others hang on is sent anew, once; a reply stays deleted. */
async function gone(ports: PostPorts, { incident, entry, thread }: Gone): Promise<Delivered> {
  ports.log.warn('a message was deleted in Slack', { incident: incident.id, entry: entry.key });
  const isThreadGone = entry.posted === undefined;
  if (isThreadGone && incident.stormId !== undefined) {
    await ports.storms.update(incident.stormId, (storm) =>
      storm.entry.posted?.id === thread ? { ...storm, entry: sentAnew(storm.entry) } : storm,
    );
    await ports.queue.enqueue({ step: 'storm', stormId: incident.stormId });
    return { kind: 'no-place' };
  }
  if (entry.key !== 'root' && !isThreadGone) {
    await slotOf(ports, incident, entry).save((now) => ({ ...now, undeliverable: 'deleted in Slack' }));
    return { kind: 'undeliverable' };
  }
  const root = entryOf(incident, 'root');
  if (root !== undefined) await slotOf(ports, incident, root).save(sentAnew);
  return { kind: 'gone' };
}

type Closed = { readonly incidentId: string; readonly error: TransientError };

async function moved(ports: PostPorts, { fallbackChannel }: PostSettings, { incidentId, error }: Closed): Promise<PostOutcome> {
  const incident = await ports.incidents.get(incidentId);
  if (incident === undefined) throw new PermanentError(`incident ${incidentId} is gone`, { code: 'OOM_STORE_CONTENT' });
  if (fallbackChannel !== undefined && (await moveIncident(ports, incident, fallbackChannel))) {
    ports.meter.count('headroom_messages_moved_total');
    ports.log.warn('moved to the fallback channel', { incident: incidentId, from: incident.channel, to: fallbackChannel, error });
    return AGAIN;
  }
  ports.meter.count('headroom_messages_undeliverable_total', { reason: error.code });
  ports.log.error('no channel takes this incident; it waits until one does', {
    incident: incidentId,
    channel: incident.channel,
    error,
  });
  throw error;
}
