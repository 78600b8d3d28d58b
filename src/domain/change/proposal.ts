// A change that a person asked for, and everything that may happen to it. A button carries the proposal's id and revision only;
// numbers, patch and permissions live here. An edit makes a new revision and voids the approvals given so far; so many approvals as the policy
// asks for make it approved.
//
//   pending ──approve──▶ approved ──begin──▶ applying ──written──▶ rolling-out ──rolled out──▶ observing ──▶ closed
//      │                    │                    │                      └── failed / undone ─────────────────▲
//      ├─refuse──▶ refused  └── drift, denied dry run, expiry ──▶ closed (not-applied)
//      └─time────▶ expired
//
// By a repository: applying ──pull-request──▶ in-review ──(merged, and in the cluster) written──▶ rolling-out.
// applying is entered once: a proposal found in it after a restart is looked up in the cluster, never written again blindly.

import type { Instant, Millis } from '../base/time.ts';
import { between } from '../base/time.ts';
import type { Gap } from '../coverage/watched.ts';
import type { Basis } from './basis.ts';
import type { Change } from './change.ts';
import type { ChangeRoute } from './policy/policy.ts';
import type { PullRequest } from './repository/repository.ts';
import type { Finding } from './review/finding.ts';
import type { Verdict } from './verdict.ts';

export type PersonId = string;

/** Who approves what the policy has done without asking. */
export const POLICY: PersonId = 'policy';

export type Approval = {
  readonly by: PersonId;
  readonly at: Instant;
  /** Of what was shown to whoever approved. Absent in those stored before it was kept, which count for nothing any more. */
  readonly hash?: string | undefined;
  /** Of approval-statement.ts's text, base64. The policy's own approvals have none: the audit stands for them. */
  readonly signature?: string | undefined;
};

export type ProposalState =
  | { readonly kind: 'pending' }
  | { readonly kind: 'refused'; readonly by: PersonId; readonly reason: string; readonly at: Instant }
  /** No longer valid: its time ran out, or (with a reason) what was reviewed is no longer what is there. */
  | { readonly kind: 'expired'; readonly at: Instant; readonly reason?: string | undefined }
  | { readonly kind: 'approved'; readonly by: PersonId; readonly at: Instant }
  | { readonly kind: 'applying'; readonly by: PersonId; readonly at: Instant }
  /** Its pull request is open, or merged and not yet in the cluster. */
  | { readonly kind: 'in-review'; readonly by: PersonId; readonly at: Instant }
  | { readonly kind: 'rolling-out'; readonly by: PersonId; readonly at: Instant; readonly generation: number }
  | {
      readonly kind: 'observing';
      readonly by: PersonId;
      readonly at: Instant;
      readonly rolledOutAt: Instant;
      /** When it is over, as far as is known: a time nobody watched makes it later. */
      readonly until: Instant;
      /** How long it has to be watched, where `until` has moved since. */
      readonly windowMs?: Millis | undefined;
      /** When nobody watched. */
      readonly gaps?: readonly Gap[] | undefined;
    }
  | { readonly kind: 'closed'; readonly by: PersonId; readonly at: Instant; readonly verdict: Verdict };

export type Proposal = {
  /** "P-17": never reused. */
  readonly id: string;
  /** Raised by one with every stored change: what the store compares before it sets. */
  readonly version: number;
  /** Raised by one with every edit: what buttons carry. A click on an older revision is refused. */
  readonly revision: number;
  readonly incidentId: string;
  /** Who asked for what this revision says. */
  readonly requester: PersonId;
  readonly reason: string;
  readonly change: Change;
  /** SHA-256 of everything that is reviewed (reviewed-text.ts): an approval is one of exactly this. */
  readonly hash: string;
  /** Labels of the workload when it was reviewed: rules for approvers may name them. */
  readonly labels: Readonly<Record<string, string>>;
  /** What headroom.yaml calls its way, by who owned the workload when it was reviewed. Absent in those stored before it was kept. */
  readonly route?: ChangeRoute | undefined;
  /** What the review found, for whoever decides. */
  readonly findings: readonly Finding[];
  /** Given so far, of this revision. */
  readonly approvals: readonly Approval[];
  /** The proposal this one takes back. */
  readonly undoes?: string | undefined;
  /** Approved by the policy itself, as an undo of what cannot roll out may be. */
  readonly automatic?: boolean | undefined;
  readonly createdAt: Instant;
  /** When this revision was made; absent for the first. */
  readonly editedAt?: Instant | undefined;
  readonly expiresAt: Instant;
  /** What the API server's dry run said when the proposal was made. */
  readonly dryRun: { readonly kind: 'passed' } | { readonly kind: 'not-checked'; readonly reason: string };
  /** True when it only delays the next kill (a leak). */
  readonly temporary: boolean;
  /** What was suggested when it was asked for. Absent in an undo, and in those stored before it was kept. */
  readonly basis?: Basis | undefined;
  /** How long the container lived before the kill, for the watch window; undefined when unknown. */
  readonly livedMs?: number | undefined;
  /** Of a change that goes by a repository. */
  readonly pullRequest?: PullRequest | undefined;
  readonly state: ProposalState;
};

/** What an edit replaces, all of it. */
export type ProposalContent = Pick<
  Proposal,
  'requester' | 'reason' | 'change' | 'hash' | 'labels' | 'route' | 'findings' | 'dryRun' | 'temporary' | 'basis' | 'expiresAt'
>;

export type ProposalEvent =
  /** `needed`: how many different people have to approve, by the policy of this moment. */
  | {
      readonly kind: 'approve';
      readonly by: PersonId;
      readonly needed: number;
      readonly hash: string;
      readonly signature?: string | undefined;
    }
  | { readonly kind: 'edit'; readonly content: ProposalContent }
  /** What the policy would have approved by itself, and does not at this moment: a new revision, for people. `hash`: of that revision. */
  | { readonly kind: 'leave-to-people'; readonly reason: string; readonly expiresAt: Instant; readonly hash: string }
  | { readonly kind: 'refuse'; readonly by: PersonId; readonly reason: string }
  | { readonly kind: 'expire'; readonly reason?: string | undefined }
  | { readonly kind: 'begin' }
  /** Opened, or seen otherwise than before: reviewed, merged. */
  | { readonly kind: 'pull-request'; readonly pullRequest: PullRequest }
  | { readonly kind: 'written'; readonly generation: number }
  | { readonly kind: 'rolled-out'; readonly until: Instant }
  /** Nobody watched for a while, or somebody does again. */
  | { readonly kind: 'watch-on'; readonly until: Instant; readonly gaps: readonly Gap[] }
  | { readonly kind: 'close'; readonly verdict: Verdict };

export type Transition =
  | { readonly kind: 'moved'; readonly proposal: Proposal }
  | { readonly kind: 'not-allowed'; readonly state: ProposalState['kind'] };

/** The next proposal, or which state stood in the way. Never skips approval: only `approve` leads out of pending towards a write. */
export function advance(proposal: Proposal, event: ProposalEvent, now: Instant): Transition {
  const notAllowed = { kind: 'not-allowed', state: proposal.state.kind } as const;
  if (event.kind === 'edit') return proposal.state.kind === 'pending' ? edited(proposal, event.content, now) : notAllowed;
  if (event.kind === 'leave-to-people') return left(proposal, event, now) ?? notAllowed;
  if (event.kind === 'approve') return approved(proposal, event, now) ?? notAllowed;
  if (event.kind === 'pull-request') return reviewed(proposal, event.pullRequest, now) ?? notAllowed;
  const state = nextState(proposal.state, event, now);
  return state === undefined ? notAllowed : moved(proposal, { state });
}

function moved(proposal: Proposal, parts: Partial<Proposal>): Transition {
  return { kind: 'moved', proposal: { ...proposal, ...parts, version: proposal.version + 1 } };
}

function edited(proposal: Proposal, content: ProposalContent, now: Instant): Transition {
  return moved(proposal, { ...content, revision: proposal.revision + 1, editedAt: now, approvals: [] });
}

function left(
  proposal: Proposal,
  { reason, expiresAt, hash }: Extract<ProposalEvent, { readonly kind: 'leave-to-people' }>,
  now: Instant,
): Transition | undefined {
  if (proposal.state.kind !== 'pending' || proposal.automatic !== true) return undefined;
  const { revision } = proposal;
  return moved(proposal, { reason, expiresAt, hash, automatic: undefined, approvals: [], revision: revision + 1, editedAt: now });
}

/** One person counts once. */
function approved(
  proposal: Proposal,
  { by, needed, hash, signature }: Extract<ProposalEvent, { readonly kind: 'approve' }>,
  now: Instant,
): Transition | undefined {
  if (proposal.state.kind !== 'pending' || proposal.approvals.some((approval) => approval.by === by)) return undefined;
  const approvals = [...proposal.approvals, { by, at: now, hash, ...(signature === undefined ? {} : { signature }) }];
  return moved(proposal, { approvals, ...(approvals.length < needed ? {} : { state: { kind: 'approved', by, at: now } }) });
}

function reviewed(proposal: Proposal, pullRequest: PullRequest, now: Instant): Transition | undefined {
  const { state } = proposal;
  if (state.kind === 'in-review') return moved(proposal, { pullRequest });
  return state.kind === 'applying'
    ? moved(proposal, { pullRequest, state: { kind: 'in-review', by: state.by, at: now } })
    : undefined;
}

type StateEvent = Exclude<ProposalEvent, { readonly kind: 'approve' | 'edit' | 'leave-to-people' | 'pull-request' }>;

function nextState(state: ProposalState, event: StateEvent, now: Instant): ProposalState | undefined {
  switch (event.kind) {
    case 'refuse':
      return state.kind === 'pending' ? { kind: 'refused', by: event.by, reason: event.reason, at: now } : undefined;
    case 'expire':
      return state.kind === 'pending' ? { kind: 'expired', at: now, reason: event.reason } : undefined;
    case 'begin':
      return state.kind === 'approved' ? { kind: 'applying', by: state.by, at: now } : undefined;
    case 'written':
      return isWritten(state) ? { kind: 'rolling-out', by: state.by, at: now, generation: event.generation } : undefined;
    case 'rolled-out':
      return state.kind === 'rolling-out'
        ? { kind: 'observing', by: state.by, at: state.at, rolledOutAt: now, until: event.until }
        : undefined;
    case 'watch-on':
      return state.kind === 'observing' ? watchedOn(state, event) : undefined;
    case 'close':
      return isUnderWay(state) ? { kind: 'closed', by: state.by, at: now, verdict: event.verdict } : undefined;
  }
}

/** What leads to a write: by the bot, or by a merge. */
function isWritten(state: ProposalState): state is Extract<ProposalState, { readonly kind: 'applying' | 'in-review' }> {
  return state.kind === 'applying' || state.kind === 'in-review';
}

type Observing = Extract<ProposalState, { readonly kind: 'observing' }>;

function watchedOn(state: Observing, { until, gaps }: Extract<ProposalEvent, { readonly kind: 'watch-on' }>): Observing {
  return { ...state, until, gaps, windowMs: state.windowMs ?? between(state.rolledOutAt, state.until) };
}

type UnderWay = Extract<ProposalState, { readonly kind: 'approved' | 'applying' | 'in-review' | 'rolling-out' | 'observing' }>;

const UNDER_WAY: readonly ProposalState['kind'][] = ['approved', 'applying', 'in-review', 'rolling-out', 'observing'];

/** Approved and not yet closed. */
function isUnderWay(state: ProposalState): state is UnderWay {
  return UNDER_WAY.includes(state.kind);
}

/** Nothing more will happen to it. */
export function isFinal(state: ProposalState): boolean {
  return state.kind === 'refused' || state.kind === 'expired' || state.kind === 'closed';
}
