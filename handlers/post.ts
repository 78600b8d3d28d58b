// Make the thread show what is stored: every message of the incident is posted once and edited when what it shows has changed.
// Level, not edge: any number of runs, crashes and lost answers end in the same thread. A message whose sending may have
// happened is looked for before it is sent again.

import { approversFor } from '../src/domain/approval.ts';
import type { Dossier, Incident, PostedMessage, ThreadEntry } from '../src/domain/incident.ts';
import { entryOf, withEntry } from '../src/domain/incident.ts';
import type { Policy } from '../src/domain/policy.ts';
import { between, SECOND } from '../src/domain/time.ts';
import type { Clock } from '../src/ports/clock.ts';
import { PermanentError, TransientError } from '../src/ports/fault.ts';
import type { IncidentStore } from '../src/ports/incident-store.ts';
import type { Later } from '../src/ports/job-queue.ts';
import type { Log } from '../src/ports/log.ts';
import type { Message, Messenger, Place } from '../src/ports/messenger.ts';
import type { Meter } from '../src/ports/meter.ts';
import type { ProposalStore } from '../src/ports/proposal-store.ts';
import { placeOf as workloadPlace } from './permission.ts';

export type PostPorts = {
  readonly incidents: IncidentStore;
  readonly proposals: ProposalStore;
  readonly messenger: Messenger;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
};

export type PostOutcome =
  | Later
  | { readonly kind: 'shown'; readonly posted: number; readonly edited: number }
  | { readonly kind: 'unknown-incident' }
  | { readonly kind: 'undeliverable'; readonly reason: string };

/** An unanswered send younger than this may still be under way in another process. */
const SEND_LEASE_MS = 15 * SECOND;
const LOOK_AGAIN_MS = SECOND;

type Shown = 'posted' | 'edited' | 'unchanged' | 'nothing-to-show' | 'in-flight' | 'undeliverable';

export function createPost(ports: PostPorts, settings: { readonly policy: Policy }) {
  return async function post(input: { readonly incidentId: string }): Promise<PostOutcome> {
    const incident = await ports.incidents.get(input.incidentId);
    if (incident === undefined) return { kind: 'unknown-incident' };
    const tally = { posted: 0, edited: 0 };
    for (const { key } of incident.thread) {
      const shown = await show(ports, settings, { incidentId: incident.id, key });
      if (shown === 'in-flight') return { kind: 'later', afterMs: LOOK_AGAIN_MS, reason: 'another attempt may be under way' };
      if (shown === 'undeliverable' && key === 'root') return { kind: 'undeliverable', reason: 'the root message was refused' };
      if (shown === 'posted') tally.posted += 1;
      if (shown === 'edited') tally.edited += 1;
    }
    return { kind: 'shown', ...tally };
  };
}

type Slot = { readonly incidentId: string; readonly key: string };

async function show(ports: PostPorts, settings: { readonly policy: Policy }, slot: Slot): Promise<Shown> {
  const incident = await ports.incidents.get(slot.incidentId);
  const entry = incident === undefined ? undefined : entryOf(incident, slot.key);
  if (incident === undefined || entry === undefined) return 'nothing-to-show';
  if (entry.undeliverable !== undefined) return 'undeliverable';
  const message = await compose(ports, settings, { incident, entry });
  if (message === undefined) return 'nothing-to-show';
  try {
    return entry.posted === undefined
      ? await send(ports, { incident, entry, message })
      : await refresh(ports, { incident, entry, message, posted: entry.posted });
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    await giveUp(ports, { incident, entry, error });
    return 'undeliverable';
  }
}

type Composing = { readonly incident: Incident; readonly entry: ThreadEntry };

/** The message as things are now; undefined while what it shows is not there yet. */
async function compose(
  ports: PostPorts,
  { policy }: { readonly policy: Policy },
  { incident, entry }: Composing,
): Promise<Message | undefined> {
  const { subject } = entry;
  const dossier = await ports.incidents.dossier(incident.id);
  switch (subject.kind) {
    case 'root':
      return { kind: 'root', incident, dossier, proposal: await proposalOf(ports, incident.proposalId) };
    case 'explanation':
      return explanation({ incident, entry, dossier, killId: subject.killId });
    case 'proposal': {
      const proposal = await proposalOf(ports, subject.proposalId);
      if (proposal === undefined) return undefined;
      return { kind: 'proposal', incident, proposal, approvers: approversFor(policy, workloadPlace(proposal)) };
    }
    case 'outcome': {
      const proposal = await proposalOf(ports, subject.proposalId);
      return proposal === undefined ? undefined : { kind: 'outcome', incident, proposal };
    }
    case 'follow-up': {
      const followUp = incident.followUps?.find(
        ({ proposalId, stage }) => proposalId === subject.proposalId && stage === subject.stage,
      );
      return followUp === undefined ? undefined : { kind: 'follow-up', incident, followUp };
    }
    case 'note':
      return { kind: 'note', incident, note: subject.note };
  }
}

type Explaining = Composing & { readonly dossier: Dossier | undefined; readonly killId: string };

/** Once posted, an explanation stays that of its own kill: the thread is history. */
function explanation({ incident, entry, dossier, killId }: Explaining): Message | undefined {
  if (dossier === undefined || (entry.posted !== undefined && dossier.killId !== killId)) return undefined;
  return { kind: 'explanation', incident, dossier };
}

async function proposalOf(ports: PostPorts, id: string | undefined) {
  return id === undefined ? undefined : ports.proposals.get(id);
}

type Sending = { readonly incident: Incident; readonly entry: ThreadEntry; readonly message: Message };

async function send(ports: PostPorts, sending: Sending): Promise<Shown> {
  const { incident, entry } = sending;
  const place = placeOf(incident, entry.key);
  if (place === undefined) return 'nothing-to-show';
  if (entry.sendingSince !== undefined) {
    const posted = await ports.messenger.find(place, entry.sendingSince);
    if (posted !== undefined) {
      await remember(ports, sending, posted);
      await refresh(ports, { ...sending, posted });
      return 'posted';
    }
    if (between(entry.sendingSince, ports.clock.now()) < SEND_LEASE_MS) return 'in-flight';
  }
  const claimed = await claim(ports, sending);
  if (!claimed) return 'in-flight';
  return remember(ports, sending, await deliver(ports, sending, place));
}

/** Only a sending that surely did not happen gives its claim back; after any other, whoever comes next looks first. */
async function deliver(ports: PostPorts, sending: Sending, place: Place): Promise<PostedMessage> {
  try {
    return await ports.messenger.post(sending.message, place);
  } catch (error) {
    if (error instanceof TransientError || error instanceof PermanentError) await release(ports, sending);
    throw error;
  }
}

/** The thread of a reply is the root's message: without it there is no place yet. */
function placeOf(incident: Incident, key: string): Place | undefined {
  const metadataKey = `${incident.id}/${key}`;
  if (key === 'root') return { channel: incident.channel, key: metadataKey };
  const root = entryOf(incident, 'root')?.posted;
  return root === undefined ? undefined : { channel: root.channel, thread: root.id, key: metadataKey };
}

/** Written before the call, so that whoever comes after a crash knows to look. False when another attempt got there first. */
async function claim(ports: PostPorts, { incident, entry }: Sending): Promise<boolean> {
  const since = ports.clock.now();
  let mine = false;
  await ports.incidents.update(incident.id, (current) => {
    const now = entryOf(current, entry.key);
    mine = now !== undefined && now.posted === undefined && now.sendingSince === entry.sendingSince;
    return mine && now !== undefined ? withEntry(current, { ...now, sendingSince: since }) : current;
  });
  return mine;
}

async function release(ports: PostPorts, { incident, entry }: Sending): Promise<void> {
  await ports.incidents.update(incident.id, (current) => {
    const now = entryOf(current, entry.key);
    return now === undefined ? current : withEntry(current, { ...now, sendingSince: undefined });
  });
}

async function remember(ports: PostPorts, { incident, entry }: Sending, posted: PostedMessage): Promise<Shown> {
  await ports.incidents.update(incident.id, (current) => {
    const now = entryOf(current, entry.key);
    return now === undefined ? current : withEntry(current, { ...now, sendingSince: undefined, posted });
  });
  if (entry.key === 'root') {
    const waited = between(incident.lastKill.seenAt, ports.clock.now()) / SECOND;
    ports.meter.time('headroom_kill_to_post_seconds', waited);
    ports.log.info('incident posted', { incident: incident.id, channel: posted.channel, seconds: waited });
  }
  return 'posted';
}

async function refresh(ports: PostPorts, shown: Sending & { readonly posted: PostedMessage }): Promise<Shown> {
  const { incident, entry, message, posted } = shown;
  if (ports.messenger.fingerprint(message) === posted.fingerprint) return 'unchanged';
  const edited = await ports.messenger.edit(message, posted);
  await ports.incidents.update(incident.id, (current) => {
    const now = entryOf(current, entry.key);
    return now === undefined ? current : withEntry(current, { ...now, posted: edited });
  });
  return 'edited';
}

type GivenUp = { readonly incident: Incident; readonly entry: ThreadEntry; readonly error: PermanentError };

async function giveUp(ports: PostPorts, { incident, entry, error }: GivenUp): Promise<void> {
  ports.log.error('message undeliverable', { incident: incident.id, entry: entry.key, channel: incident.channel, error });
  await ports.incidents.update(incident.id, (current) => {
    const now = entryOf(current, entry.key);
    return now === undefined ? current : withEntry(current, { ...now, sendingSince: undefined, undeliverable: error.message });
  });
}
