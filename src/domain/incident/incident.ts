// What a Slack thread is about: the kills of one container of one workload, from the first until it has stayed quiet.
//
//   open ──proposal──▶ proposed ──approved──▶ changing ──rolled out──▶ observing ──quiet──▶ resolved
//     ▲                   │ refused, expired      │ not applied             │ killed again
//     ├───────────────────┴───────────────────────┴─────────────────────────┤
//     └────────────────────── killed again soon after ──────────────────────┘
//
// A kill never changes the state by itself, but for resolved: soon after, the same incident opens again, and its thread goes on; later, a new one opens
// that names the old one.

import type { Instant } from '../base/time.ts';
import type { ContainerRole, WorkloadRef } from '../base/workload.ts';
import type { PersonId } from '../change/proposal.ts';
import type { Watched } from '../coverage/watched.ts';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import type { Evidence } from '../evidence/evidence.ts';
import type { KillCount } from '../kill/kill-count.ts';
import { withRun } from '../kill/kill-count.ts';
import type { Kill, KillId } from '../kill/oom-kill.ts';
import { happenedAt } from '../kill/oom-kill.ts';
import type { FollowUp } from '../sizing/follow-up.ts';
import type { FollowUpStage } from '../sizing/ledger.ts';
import type { Recommendation } from '../sizing/recommendation.ts';
import type { Note, Snooze } from './note.ts';

export type IncidentState = 'open' | 'proposed' | 'changing' | 'observing' | 'resolved';

/** What a message of the thread shows. Each is posted once and edited when what it shows changes. */
export type Subject =
  | { readonly kind: 'root' }
  | { readonly kind: 'explanation'; readonly killId: KillId }
  | { readonly kind: 'proposal'; readonly proposalId: string }
  | { readonly kind: 'outcome'; readonly proposalId: string }
  | { readonly kind: 'follow-up'; readonly proposalId: string; readonly stage: FollowUpStage }
  | { readonly kind: 'note'; readonly note: Note }
  /** Killed again after it was called quiet: shown in the channel too. */
  | { readonly kind: 'again'; readonly quietSince: Instant; readonly at: Instant }
  /** Everything that was read, as a file: somebody asked for it. */
  | { readonly kind: 'output' }
  /** It goes on: shown in the channel too. */
  | { readonly kind: 'reminder'; readonly kills: number; readonly at: Instant };

export type PostedMessage = {
  /** Slack channel id and message timestamp. */
  readonly channel: string;
  readonly id: string;
  /** Changes when the message's content does: an unchanged message is not edited. */
  readonly fingerprint: string;
  /** The message whose thread it is in; undefined when it stands in the channel itself. */
  readonly thread?: string | undefined;
  /** What of it must be shown at once when it changes; the rest may wait a little. */
  readonly gist?: string | undefined;
  /** Of an explanation: the kill that it tells, which may be a newer one than the one it was to be written for. */
  readonly killId?: KillId | undefined;
  /** When it was sent or last edited. */
  readonly shownAt?: Instant | undefined;
};

export type ThreadEntry = {
  /** Unique in the incident; also sent along, to find the message after an unknown result. */
  readonly key: string;
  readonly subject: Subject;
  /** Set before the first attempt to send, so that a later attempt looks before it sends again. */
  readonly sendingSince?: Instant | undefined;
  readonly posted?: PostedMessage | undefined;
  /** Why it was given up, e.g. the channel is archived; undefined while it may still be sent. */
  readonly undeliverable?: string | undefined;
  /** How often somebody deleted it in Slack. */
  readonly lost?: number | undefined;
};

export type Incident = KillCount & {
  /** "OOM-1042": counted up, never reused. */
  readonly id: string;
  readonly version: number;
  /** cluster/namespace/kind/name/container: what makes two kills one incident. */
  readonly key: string;
  readonly workload: WorkloadRef;
  readonly container: string;
  readonly role: ContainerRole;
  readonly state: IncidentState;
  readonly channel: string;
  /** Slack user group or user it belongs to; mentioned once, by the root message. */
  readonly owner?: string | undefined;
  /** The channel it had before that one could not be used any more. */
  readonly movedFrom?: string | undefined;
  /** The storm in whose thread its messages are; undefined when it has a message of its own in the channel. */
  readonly stormId?: string | undefined;
  readonly openedAt: Instant;
  readonly lastKill: Kill;
  /** When the last kills ended (or were seen), oldest first, at most 50. */
  readonly killTimes: readonly Instant[];
  /** The newest kills' ids, oldest first, at most 50. That none counts twice is for the store to see to. */
  readonly killIds: readonly KillId[];
  readonly acknowledgedBy?: { readonly person: PersonId; readonly at: Instant } | undefined;
  readonly assigned?: { readonly to: PersonId; readonly by: PersonId; readonly at: Instant } | undefined;
  /** Somebody put it off. */
  readonly snoozed?: Snooze | undefined;
  /** The proposal under review or under way. */
  readonly proposalId?: string | undefined;
  readonly previousIncidentId?: string | undefined;
  /** Somebody expects its kills. When that was so before it was opened, it has no message until a kill comes after it. */
  readonly muted?: { readonly by: PersonId; readonly until: Instant } | undefined;
  readonly resolvedAt?: Instant | undefined;
  /** What was found some time after its changes, oldest first. */
  readonly followUps?: readonly FollowUp[] | undefined;
  /** Somebody asked for the full explanation of an incident that is told in a storm. */
  readonly explanationAsked?: boolean | undefined;
  /** Since its last kill: resolved, how long it was watched without one; open, why it is not resolved yet, and when it will be, as far as is known. */
  readonly watched?: (Watched & { readonly until?: Instant | undefined }) | undefined;
  /** When it last opened again after it was resolved. */
  readonly reopenedAt?: Instant | undefined;
  readonly thread: readonly ThreadEntry[];
};

/** The explanation of an incident as of its last explained kill. */
export type Dossier = {
  readonly killId?: KillId | undefined;
  readonly evidence: Evidence;
  readonly diagnosis: Diagnosis;
  readonly recommendation: Recommendation;
};

export const REMEMBERED_KILLS = 50;

export function incidentKey(workload: WorkloadRef, container: string): string {
  return [workload.cluster, workload.namespace, workload.kind, workload.name, container].join('/');
}

export type NewIncident = {
  readonly id: string;
  readonly kill: Kill;
  readonly workload: WorkloadRef;
  readonly channel: string;
  readonly owner?: string | undefined;
  readonly now: Instant;
  readonly previousIncidentId?: string | undefined;
  readonly muted?: Incident['muted'];
};

export function openIncident(start: NewIncident): Incident {
  const { kill, workload } = start;
  return {
    id: start.id,
    version: 1,
    key: incidentKey(workload, kill.ref.container),
    workload,
    container: kill.ref.container,
    role: kill.ref.role,
    state: 'open',
    channel: start.channel,
    owner: start.owner,
    openedAt: start.now,
    lastKill: kill,
    killCount: 1,
    ...withRun({}, kill),
    killTimes: [happenedAt(kill)],
    killIds: [kill.id],
    previousIncidentId: start.previousIncidentId,
    muted: start.muted,
    thread: start.muted === undefined ? [ROOT] : [],
  };
}

const ROOT: ThreadEntry = { key: 'root', subject: { kind: 'root' } };

/** The incident with a root message to show, whatever was muted before; unchanged when it has one. */
export function revealed(incident: Incident): Incident {
  if (entryOf(incident, ROOT.key) !== undefined) return incident;
  return { ...incident, muted: undefined, thread: [ROOT, ...incident.thread] };
}

/** The incident whose last kill was suspected and is sure by now; the same incident when that is not so. */
export function withSureKill(incident: Incident, kill: Kill): Incident {
  const { lastKill } = incident;
  return lastKill.id === kill.id && lastKill.how === 'suspected' && kill.how !== 'suspected'
    ? { ...incident, lastKill: kill }
    : incident;
}

/** The incident with one more kill, which the store knows it does not count yet; of the newest ones it knows that by itself and counts none again. */
export function addKill(incident: Incident, kill: Kill): Incident {
  if (incident.killIds.includes(kill.id)) return withSureKill(incident, kill);
  const at = happenedAt(kill);
  const newest = at >= happenedAt(incident.lastKill);
  return {
    ...incident,
    watched: undefined,
    lastKill: newest ? kill : incident.lastKill,
    killCount: incident.killCount + 1,
    ...withRun(incident, kill),
    killTimes: [...incident.killTimes, at].toSorted((a, b) => a - b).slice(-REMEMBERED_KILLS),
    killIds: [...incident.killIds, kill.id].slice(-REMEMBERED_KILLS),
  };
}

/**
 * A resolved incident open again, because its container was killed again. Nobody looks after it any more, and the channel is told.
 * Not for an incident that is open.
 */
export function reopenIncident(incident: Incident, kill: Kill, now: Instant): Incident {
  const quietSince = incident.killTimes.at(-1) ?? incident.openedAt;
  const again: Subject = { kind: 'again', quietSince, at: happenedAt(kill) };
  const open: Incident = {
    ...incident,
    state: 'open',
    resolvedAt: undefined,
    reopenedAt: now,
    acknowledgedBy: undefined,
    assigned: undefined,
    snoozed: undefined,
    proposalId: undefined,
  };
  return addEntry(addKill(open, kill), `again/${quietSince}`, again);
}

/** The incident with one more message to show; unchanged when that key is already in its thread. */
export function addEntry(incident: Incident, key: string, subject: Subject): Incident {
  if (incident.thread.some((entry) => entry.key === key)) return incident;
  return { ...incident, thread: [...incident.thread, { key, subject }] };
}

/** In another state; one that is resolved stays so, for its key is another incident's by now. */
export function movedTo(incident: Incident, state: Exclude<IncidentState, 'resolved'>): Incident {
  return incident.state === 'resolved' ? incident : { ...incident, state };
}

/** The incident with one more follow-up; the first of a change and stage stays. */
export function addFollowUp(incident: Incident, followUp: FollowUp): Incident {
  const known = incident.followUps ?? [];
  if (known.some(({ proposalId, stage }) => proposalId === followUp.proposalId && stage === followUp.stage)) return incident;
  return { ...incident, followUps: [...known, followUp] };
}

/** The incident with one thread entry replaced. */
export function withEntry(incident: Incident, entry: ThreadEntry): Incident {
  return { ...incident, thread: incident.thread.map((old) => (old.key === entry.key ? entry : old)) };
}

/** In a storm nobody reads sixty explanations: they are there when asked for. */
export function isHeldBack(incident: Incident, { subject, posted }: ThreadEntry): boolean {
  return (
    subject.kind === 'explanation' && posted === undefined && incident.stormId !== undefined && incident.explanationAsked !== true
  );
}

export function entryOf(incident: Incident, key: string): ThreadEntry | undefined {
  return incident.thread.find((entry) => entry.key === key);
}
