// What is written down for ever about who asked for, decided and changed what: one event for each thing that happened or was tried. Events of a
// proposal follow from the proposal as it is stored, so that none can be forgotten; attempts that changed nothing are told by whoever refused
// them. Sizes are spelled as the API server stores them; nothing secret and no output of a container ever belongs in here.

import { formatQuantity } from '../base/memory.ts';
import type { Instant } from '../base/time.ts';
import { formatDuration } from '../base/time.ts';
import type { Change } from '../change/change.ts';
import type { PersonId, Proposal, ProposalState } from '../change/proposal.ts';
import { POLICY } from '../change/proposal.ts';
import type { PullRequest } from '../change/repository/repository.ts';
import type { Verdict } from '../change/verdict.ts';
import { unwatchedMs } from '../coverage/watched.ts';

export const AUDIT_ACTIONS = [
  'propose',
  'edit',
  'approve',
  'refuse',
  'expire',
  'begin',
  'write',
  'roll-out',
  'close',
  'undo',
  'pull-request',
  'tighten',
  'policy',
  'retention',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** A Slack user, or the bot itself (a job, the clock, a configuration file). */
type AuditActor = { readonly kind: 'person'; readonly id: PersonId } | { readonly kind: 'headroom' };

export type AuditTarget = {
  readonly cluster: string;
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly container?: string | undefined;
};

/** Quantities as text, for example "256Mi"; undefined: not set. */
export type AuditSizes = { readonly limit?: string | undefined; readonly request?: string | undefined };

export type AuditEvent = {
  readonly at: Instant;
  readonly actor: AuditActor;
  readonly action: AuditAction;
  /** denied: tried by somebody who may not, or at a time it may not; failed: allowed, and did not come about. */
  readonly result: 'done' | 'denied' | 'failed';
  readonly target?: AuditTarget | undefined;
  readonly incidentId?: string | undefined;
  readonly proposalId?: string | undefined;
  /** Of a proposal: which revision, and the hash of all that was reviewed (reviewed-text.ts). */
  readonly revision?: number | undefined;
  readonly hash?: string | undefined;
  readonly before?: AuditSizes | undefined;
  readonly after?: AuditSizes | undefined;
  /** The reason a person gave. */
  readonly why?: string | undefined;
  /** What the server-side dry run said: "passed", or "not checked: …". */
  readonly dryRun?: string | undefined;
  /** What came of it, in words: a verdict, a refusal, an address. */
  readonly outcome?: string | undefined;
  /** Only of `retention`: the last record that was removed, and its hash, so that the chain can still be checked from there. */
  readonly removed?: { readonly through: number; readonly hash: string } | undefined;
};

const HEADROOM: AuditActor = { kind: 'headroom' };

/** The event that the proposal's present state stands for. Called once for every stored version. */
export function proposalEvent(proposal: Proposal): AuditEvent {
  const { change } = proposal;
  return {
    ...happened(proposal),
    target: auditTarget(change),
    incidentId: proposal.incidentId,
    proposalId: proposal.id,
    revision: proposal.revision,
    hash: proposal.hash,
    before: { limit: change.before.limit?.text, request: change.before.request?.text },
    after: { limit: sizeText(change.after.limit), request: sizeText(change.after.request) },
    dryRun: proposal.dryRun.kind === 'passed' ? 'passed' : `not checked: ${proposal.dryRun.reason}`,
  };
}

/** Somebody tried, and nothing changed: who, what and why not. */
export function deniedAttempt(attempt: {
  readonly at: Instant;
  readonly by: PersonId;
  readonly action: AuditAction;
  readonly incidentId: string;
  readonly target: Pick<Change, 'workload' | 'container'>;
  /** Absent where none was made. */
  readonly proposal?: Pick<Proposal, 'id' | 'revision' | 'hash'> | undefined;
  readonly why: string;
}): AuditEvent {
  const { at, by, action, incidentId, target, proposal, why } = attempt;
  const of = proposal === undefined ? {} : { proposalId: proposal.id, revision: proposal.revision, hash: proposal.hash };
  return { at, actor: person(by), action, result: 'denied', target: auditTarget(target), incidentId, ...of, outcome: why };
}

export function auditTarget({ workload, container }: Pick<Change, 'workload' | 'container'>): AuditTarget {
  const { cluster, namespace, kind, name } = workload;
  return { cluster, namespace, kind, name, container };
}

function sizeText(bytes: Change['after']['limit']): string | undefined {
  return bytes === undefined ? undefined : formatQuantity(bytes);
}

type Happened = Pick<AuditEvent, 'at' | 'actor' | 'action' | 'result' | 'why' | 'outcome'>;

function happened(proposal: Proposal): Happened {
  const { state } = proposal;
  switch (state.kind) {
    case 'pending':
      return asked(proposal);
    case 'approved':
      return { at: state.at, actor: person(state.by), action: 'approve', result: 'done' };
    case 'refused':
      return { at: state.at, actor: person(state.by), action: 'refuse', result: 'done', why: state.reason };
    case 'expired':
      return { at: state.at, actor: HEADROOM, action: 'expire', result: 'done', outcome: state.reason ?? 'its time ran out' };
    case 'applying':
      return { at: state.at, actor: HEADROOM, action: 'begin', result: 'done' };
    case 'in-review':
      return inReview(state, proposal.pullRequest);
    case 'rolling-out':
      return {
        at: state.at,
        actor: HEADROOM,
        action: 'write',
        result: 'done',
        outcome: `written as generation ${state.generation}`,
      };
    case 'observing':
      return observing(state);
    case 'closed':
      return closed(state);
  }
}

/** Rolled out; or watched for longer than was said then. */
function observing({ rolledOutAt, gaps }: Extract<ProposalState, { readonly kind: 'observing' }>): Happened {
  const rolledOut = { at: rolledOutAt, actor: HEADROOM, action: 'roll-out', result: 'done' } as const;
  const last = gaps?.at(-1);
  if (last === undefined) return rolledOut;
  return { ...rolledOut, at: last.until ?? last.from, outcome: 'watched for longer, because nobody watched for a while' };
}

function inReview(state: Extract<ProposalState, { readonly kind: 'in-review' }>, pull: PullRequest | undefined): Happened {
  const at = pull?.merged?.at ?? state.at;
  const merged = pull?.merged === undefined ? '' : `, merged by ${pull.merged.by ?? 'somebody'}`;
  const approved = pull === undefined || pull.approvedBy.length === 0 ? '' : `, approved there by ${pull.approvedBy.join(', ')}`;
  return {
    at,
    actor: HEADROOM,
    action: 'pull-request',
    result: 'done',
    outcome: `${pull?.url ?? 'unknown'}${approved}${merged}`,
  };
}

/** Asked for, asked for otherwise, or approved by one of several who have to. */
function asked({ revision, requester, reason, createdAt, editedAt, approvals, undoes }: Proposal): Happened {
  const last = approvals.at(-1);
  if (last !== undefined)
    return { at: last.at, actor: person(last.by), action: 'approve', result: 'done', outcome: 'one of several approvals' };
  if (revision > 1) return { at: editedAt ?? createdAt, actor: person(requester), action: 'edit', result: 'done', why: reason };
  return {
    at: createdAt,
    actor: person(requester),
    action: undoes === undefined ? 'propose' : 'undo',
    result: 'done',
    why: reason,
  };
}

function closed(state: Extract<ProposalState, { readonly kind: 'closed' }>): Happened {
  const result = state.verdict.kind === 'quiet' || state.verdict.kind === 'restored' ? 'done' : 'failed';
  return { at: state.at, actor: HEADROOM, action: 'close', result, outcome: verdictOutcome(state.verdict) };
}

function person(id: PersonId): AuditActor {
  return id === POLICY ? HEADROOM : { kind: 'person', id };
}

function pausesOutcome({ unwatched = [], pausedMs, otherKills }: Extract<Verdict, { readonly kind: 'quiet' }>): string {
  const [watching, away] =
    unwatched.length === 0
      ? ['', '']
      : [' of watching', `, and not watched for ${formatDuration(unwatchedMs(unwatched))} meanwhile`];
  const paused = pausedMs === undefined ? '' : `, ${formatDuration(pausedMs)} of it read afterwards`;
  return `${watching}${paused}${away}${otherKills === undefined ? '' : `, with ${otherKills} killed with another limit meanwhile`}`;
}

/** The verdict in one clause, as the audit and the export say it. */
export function verdictOutcome(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'quiet':
      return `quiet for ${formatDuration(verdict.watchedMs)}${pausesOutcome(verdict)}${verdict.delaysOnly ? ', which delays the next kill only' : ''}`;
    case 'killed-again':
      return `killed again after ${formatDuration(verdict.afterMs)}`;
    case 'not-rolled-out':
      return `not rolled out: ${verdict.reason}`;
    case 'restored':
      return 'the values of before are back';
    case 'undone':
      return `undone by someone: ${verdict.foundLimit}`;
    case 'not-applied':
      return `not applied: ${verdict.reason}`;
  }
}
