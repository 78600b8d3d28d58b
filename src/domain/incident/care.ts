// What people do about an incident besides changing anything: say that they look after it, give it to somebody, put it off, expect it. Each deed is
// kept with its name and time, is told in the thread, and can be taken back.
//
//   acknowledge: the first one counts.            assign: the newest one counts.
//   snooze: nobody is reminded until a time; three more kills wake it, and so does another cause. Being resolved ends it.
//   expect: the workload is muted until a time (mute.ts); kept here so that the message can say so.

import type { Instant, Millis } from '../base/time.ts';
import { DAY, HOUR, toInstant, toMillis } from '../base/time.ts';
import type { PersonId } from '../change/proposal.ts';
import type { Incident } from './incident.ts';
import type { CareKind, Deed, Note, WakeReason } from './note.ts';

export type CareOutcome =
  | { readonly kind: 'done'; readonly incident: Incident }
  /** There is nothing to do or to take back; a sentence for the person. */
  | { readonly kind: 'nothing'; readonly reason: string };

/** So many kills more than when it was put off, and it is no longer the thing somebody put off. */
export const KILLS_THAT_WAKE = 3;

type Doing = { readonly deed: Deed; readonly by: PersonId; readonly at: Instant };

export function careFor(incident: Incident, { deed, by, at }: Doing): CareOutcome {
  if (incident.state === 'resolved') return { kind: 'nothing', reason: `${incident.id} is resolved.` };
  const next = changed(incident, { deed, by, at });
  if (typeof next === 'string') return { kind: 'nothing', reason: next };
  return { kind: 'done', incident: withNote(next, { kind: 'done', deed, by, at }) };
}

function changed(incident: Incident, { deed, by, at }: Doing): Incident | string {
  switch (deed.kind) {
    case 'acknowledge':
      return incident.acknowledgedBy === undefined
        ? { ...incident, acknowledgedBy: { person: by, at } }
        : 'Somebody has already acknowledged it.';
    case 'assign':
      return incident.assigned?.to === deed.to
        ? 'It is already assigned to that person.'
        : { ...incident, assigned: { to: deed.to, by, at } };
    case 'snooze':
      return deed.until <= at
        ? 'That time is over.'
        : { ...incident, snoozed: { by, at, until: deed.until, kills: incident.killCount } };
    case 'expect':
      return { ...incident, muted: { by, until: deed.until } };
    case 'undo':
      return undone(incident, deed.what);
  }
}

function undone(incident: Incident, what: CareKind): Incident | string {
  const gone = 'That was taken back already.';
  switch (what) {
    case 'acknowledge':
      return incident.acknowledgedBy === undefined ? gone : { ...incident, acknowledgedBy: undefined };
    case 'assign':
      return incident.assigned === undefined ? gone : { ...incident, assigned: undefined };
    case 'snooze':
      return incident.snoozed === undefined ? gone : { ...incident, snoozed: undefined };
    case 'expect':
      return incident.muted === undefined ? gone : { ...incident, muted: undefined };
  }
}

/** Without a root message there is no thread to tell it in. */
function withNote(incident: Incident, note: Note): Incident {
  if (!incident.thread.some(({ subject }) => subject.kind === 'root')) return incident;
  const what = note.kind === 'done' ? note.deed.kind : note.kind;
  const key = `note/${note.at}/${what}`;
  if (incident.thread.some((entry) => entry.key === key)) return incident;
  return { ...incident, thread: [...incident.thread, { key, subject: { kind: 'note', note } }] };
}

export function isSnoozed({ snoozed }: Incident, now: Instant): boolean {
  return snoozed !== undefined && snoozed.until > now;
}

/** Why a snooze ends now; undefined while it goes on, or when there is none. */
export function wakeReason({ snoozed, killCount }: Incident, now: Instant, causeChanged = false): WakeReason | undefined {
  if (snoozed === undefined) return undefined;
  if (causeChanged) return 'cause';
  if (killCount >= snoozed.kills + KILLS_THAT_WAKE) return 'kills';
  return snoozed.until <= now ? 'time' : undefined;
}

/** The incident awake, with a line in its thread that says why; the same when it sleeps on. */
export function woken(incident: Incident, why: WakeReason | undefined, at: Instant): Incident {
  const { snoozed } = incident;
  if (snoozed === undefined || why === undefined) return incident;
  return withNote({ ...incident, snoozed: undefined }, { kind: 'woken', why, snoozedBy: snoozed.by, at });
}

/** The incident without a mute that is over; the same when none is. One that has no message yet keeps it until its next kill. */
export function noLongerExpected(incident: Incident, at: Instant): Incident {
  const { muted } = incident;
  if (muted === undefined || muted.until > at || incident.thread.length === 0) return incident;
  return withNote({ ...incident, muted: undefined }, { kind: 'expected-over', by: muted.by, at });
}

/** How far a snooze or a mute reaches, as the choices name it. */
const SNOOZES = ['1h', 'tomorrow', '1w'] as const;
export type SnoozeChoice = (typeof SNOOZES)[number];

export function snoozeUntil(choice: SnoozeChoice, now: Instant, timezone: string): Instant {
  switch (choice) {
    case '1h':
      return toInstant(now + HOUR);
    case 'tomorrow':
      return nextMorning(now, timezone);
    case '1w':
      return toInstant(now + 7 * DAY);
  }
}

const MORNING_HOUR = 9;

/** 09:00 on the next day of that time zone; of an unknown zone, UTC. Where a clock is put forward or back in between, an hour off at most. */
export function nextMorning(now: Instant, timezone: string): Instant {
  const passed = sinceMidnight(now, timezone);
  const seconds = now % 60_000;
  return toInstant(now - seconds - passed + DAY + MORNING_HOUR * HOUR);
}

function sinceMidnight(now: Instant, timezone: string): Millis {
  const [hours = 0, minutes = 0] = clockIn(timezone).format(now).split(':').map(Number);
  return toMillis(hours * HOUR + minutes * 60_000);
}

function clockIn(timezone: string): Intl.DateTimeFormat {
  const options = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  try {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: timezone });
  } catch {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' });
  }
}
