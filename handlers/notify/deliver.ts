// Deliver one message: sent once, edited when what it shows has changed, looked for before it is sent again after an unknown result. A message that
// somebody deleted in Slack is sent once more when it is the one others hang on; deleted twice, it stays away.

import type { Millis } from '../../src/domain/base/time.ts';
import { between, isRecentlyNoted, SECOND, toMillis } from '../../src/domain/base/time.ts';
import type { PostedMessage, ThreadEntry } from '../../src/domain/incident/incident.ts';
import type { KillId } from '../../src/domain/kill/oom-kill.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { PermanentError, TransientError } from '../../src/ports/fault.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Message, Messenger, Place } from '../../src/ports/messenger.ts';
import type { Meter } from '../../src/ports/meter.ts';

export type DeliverPorts = {
  readonly messenger: Messenger;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
};

/** Where the state of one message is kept. */
export type Slot = {
  /** For the log: "OOM-1042/root". */
  readonly name: string;
  readonly entry: ThreadEntry;
  /** Changes the stored entry; returning the very same one stores nothing. */
  readonly save: (change: (entry: ThreadEntry) => ThreadEntry) => Promise<void>;
};

export type Letter = {
  readonly message: Message;
  /** Undefined: there is no place for it yet. */
  readonly place: Place | undefined;
  /** What must be shown at once when it changes; undefined: everything. */
  readonly gist?: string | undefined;
  /** Of an explanation: the kill that it tells. */
  readonly killId?: KillId | undefined;
};

export type Delivered =
  | { readonly kind: 'posted'; readonly posted: PostedMessage }
  | { readonly kind: 'edited' | 'unchanged' | 'no-place' | 'in-flight' | 'undeliverable' }
  /** Sent, but what it shows is a little old; later is soon enough, or all that Slack allows. */
  | { readonly kind: 'stale'; readonly afterMs: Millis }
  /** It was deleted, or the thread it belongs to was. */
  | { readonly kind: 'gone' };

/** An unanswered send younger than this may still be under way in another process: a call takes eight seconds at most. */
const SEND_LEASE_MS = 12 * SECOND;
/** One message's counters change at most so often: Slack allows about 50 edits a minute for the whole workspace. */
const EDIT_AT_MOST_EVERY = toMillis(20 * SECOND);
/** How often a message is sent anew after somebody deleted it. */
const MOST_LOST = 1;

export async function deliver(ports: DeliverPorts, slot: Slot, letter: Letter): Promise<Delivered> {
  const { entry } = slot;
  if (entry.undeliverable !== undefined) return { kind: 'undeliverable' };
  try {
    return entry.posted === undefined
      ? await send(ports, slot, letter)
      : await refresh(ports, slot, { letter, posted: entry.posted });
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    if (error.code === 'OOM_SLACK_MESSAGE_GONE') return { kind: 'gone' };
    await giveUp(ports, slot, error);
    return { kind: 'undeliverable' };
  }
}

async function send(ports: DeliverPorts, slot: Slot, letter: Letter): Promise<Delivered> {
  const { entry } = slot;
  const { place } = letter;
  if (place === undefined) return { kind: 'no-place' };
  if (entry.sendingSince !== undefined) {
    const found = await ports.messenger.find(place, entry.sendingSince);
    if (found !== undefined) {
      const posted = { ...found, thread: place.thread };
      await remember(ports, slot, { letter, posted });
      await refresh(ports, slot, { letter, posted });
      return { kind: 'posted', posted };
    }
    const now = ports.clock.now();
    // Noted by a clock that was ahead: it counts as from now, so that the wait has an end.
    if (entry.sendingSince > now) await claim(ports, slot);
    if (entry.sendingSince > now || between(entry.sendingSince, now) < SEND_LEASE_MS) return { kind: 'in-flight' };
  }
  if (!(await claim(ports, slot))) return { kind: 'in-flight' };
  const posted = { ...(await post(ports, slot, { message: letter.message, place })), thread: place.thread };
  await remember(ports, slot, { letter, posted });
  return { kind: 'posted', posted };
}

/** Written before the call, so that whoever comes after a crash knows to look. False when another attempt got there first. */
async function claim(ports: DeliverPorts, { entry, save }: Slot): Promise<boolean> {
  const since = ports.clock.now();
  let mine = false;
  await save((now) => {
    mine = now.posted === undefined && now.sendingSince === entry.sendingSince;
    return mine ? { ...now, sendingSince: since } : now;
  });
  return mine;
}

type Posting = { readonly message: Message; readonly place: Place };

/** Only a sending that surely did not happen gives its claim back; after any other, whoever comes next looks first. */
async function post(ports: DeliverPorts, { save }: Slot, { message, place }: Posting): Promise<PostedMessage> {
  try {
    return await ports.messenger.post(message, place);
  } catch (error) {
    if (error instanceof TransientError || error instanceof PermanentError) {
      await save((now) => ({ ...now, sendingSince: undefined }));
    }
    throw error;
  }
}

type Showing = { readonly letter: Letter; readonly posted: PostedMessage };

async function remember(ports: DeliverPorts, { save }: Slot, { letter, posted }: Showing): Promise<void> {
  const { gist, killId } = letter;
  const shownAt = ports.clock.now();
  await save((now) => ({ ...now, sendingSince: undefined, posted: { ...posted, gist, killId, shownAt } }));
}

async function refresh(ports: DeliverPorts, slot: Slot, { letter, posted }: Showing): Promise<Delivered> {
  if (ports.messenger.fingerprint(letter.message) === posted.fingerprint) return { kind: 'unchanged' };
  const now = ports.clock.now();
  const { shownAt } = posted;
  const mayWait = letter.gist !== undefined && letter.gist === posted.gist;
  if (mayWait && shownAt !== undefined && isRecentlyNoted(shownAt, now, EDIT_AT_MOST_EVERY))
    return { kind: 'stale', afterMs: toMillis(EDIT_AT_MOST_EVERY - between(shownAt, now)) };
  try {
    const edited = await ports.messenger.edit(letter.message, posted);
    await remember(ports, slot, { letter, posted: { ...edited, thread: posted.thread } });
    return { kind: 'edited' };
  } catch (error) {
    if (!(error instanceof TransientError) || error.code !== 'OOM_SLACK_RATE_LIMITED') throw error;
    // The edit waits its turn alone: what has to be sent does not wait with it.
    return { kind: 'stale', afterMs: error.retryAfterMs ?? toMillis(SECOND) };
  }
}

async function giveUp(ports: DeliverPorts, { name, save }: Slot, error: PermanentError): Promise<void> {
  ports.log.error('message undeliverable', { message: name, error });
  ports.meter.count('headroom_messages_undeliverable_total', { reason: error.code });
  await save((now) => ({ ...now, sendingSince: undefined, undeliverable: error.message }));
}

/** The entry of a deleted message, to be sent anew; deleted once more, it is not. */
export function sentAnew(entry: ThreadEntry): ThreadEntry {
  const lost = (entry.lost ?? 0) + 1;
  const fresh = { ...entry, posted: undefined, sendingSince: undefined, lost };
  return lost > MOST_LOST ? { ...fresh, undeliverable: 'deleted in Slack' } : fresh;
}
