// A change that a person asked for, and everything that may happen to it. A button carries the proposal's id and version only;
// numbers, patch and permissions live here.
//
//   pending ──approve──▶ approved ──begin──▶ applying ──written──▶ rolling-out ──rolled out──▶ observing ──▶ closed
//      │                    │                    │                      └── failed / undone ─────────────────▲
//      ├─refuse──▶ refused  └── drift, denied dry run, expiry ──▶ closed (not-applied)
//      └─time────▶ expired
//
// applying is entered once: a proposal found in it after a restart is looked up in the cluster, never written again blindly.

import type { Change } from './change.ts';
import type { Instant } from './time.ts';
import type { Verdict } from './verdict.ts';

export type PersonId = string;

export type ProposalState =
  | { readonly kind: 'pending' }
  | { readonly kind: 'refused'; readonly by: PersonId; readonly reason: string; readonly at: Instant }
  /** No longer valid: its time ran out, or (with a reason) what was reviewed is no longer what is there. */
  | { readonly kind: 'expired'; readonly at: Instant; readonly reason?: string | undefined }
  | { readonly kind: 'approved'; readonly by: PersonId; readonly at: Instant }
  | { readonly kind: 'applying'; readonly by: PersonId; readonly at: Instant }
  | { readonly kind: 'rolling-out'; readonly by: PersonId; readonly at: Instant; readonly generation: number }
  | {
      readonly kind: 'observing';
      readonly by: PersonId;
      readonly at: Instant;
      readonly rolledOutAt: Instant;
      readonly until: Instant;
    }
  | { readonly kind: 'closed'; readonly by: PersonId; readonly at: Instant; readonly verdict: Verdict };

export type Proposal = {
  /** "P-17": never reused. */
  readonly id: string;
  /** Raised by one with every stored change; a click on an older version is refused. */
  readonly version: number;
  readonly incidentId: string;
  readonly requester: PersonId;
  readonly reason: string;
  readonly change: Change;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  /** What the API server's dry run said when the proposal was made. */
  readonly dryRun: { readonly kind: 'passed' } | { readonly kind: 'not-checked'; readonly reason: string };
  /** True when it only delays the next kill (a leak). */
  readonly temporary: boolean;
  /** How long the container lived before the kill, for the watch window; undefined when unknown. */
  readonly livedMs?: number | undefined;
  readonly state: ProposalState;
};

export type ProposalEvent =
  | { readonly kind: 'approve'; readonly by: PersonId }
  | { readonly kind: 'refuse'; readonly by: PersonId; readonly reason: string }
  | { readonly kind: 'expire'; readonly reason?: string | undefined }
  | { readonly kind: 'begin' }
  | { readonly kind: 'written'; readonly generation: number }
  | { readonly kind: 'rolled-out'; readonly until: Instant }
  | { readonly kind: 'close'; readonly verdict: Verdict };

export type Transition =
  | { readonly kind: 'moved'; readonly proposal: Proposal }
  | { readonly kind: 'not-allowed'; readonly state: ProposalState['kind'] };

/** The next proposal, or which state stood in the way. Never skips approval: only `approve` leads out of pending towards a write. */
export function advance(proposal: Proposal, event: ProposalEvent, now: Instant): Transition {
  const state = nextState(proposal.state, event, now);
  if (state === undefined) return { kind: 'not-allowed', state: proposal.state.kind };
  return { kind: 'moved', proposal: { ...proposal, version: proposal.version + 1, state } };
}

function nextState(state: ProposalState, event: ProposalEvent, now: Instant): ProposalState | undefined {
  switch (event.kind) {
    case 'approve':
      return state.kind === 'pending' ? { kind: 'approved', by: event.by, at: now } : undefined;
    case 'refuse':
      return state.kind === 'pending' ? { kind: 'refused', by: event.by, reason: event.reason, at: now } : undefined;
    case 'expire':
      return state.kind === 'pending' ? { kind: 'expired', at: now, reason: event.reason } : undefined;
    case 'begin':
      return state.kind === 'approved' ? { kind: 'applying', by: state.by, at: now } : undefined;
    case 'written':
      return state.kind === 'applying' ? { kind: 'rolling-out', by: state.by, at: now, generation: event.generation } : undefined;
    case 'rolled-out':
      return state.kind === 'rolling-out'
        ? { kind: 'observing', by: state.by, at: state.at, rolledOutAt: now, until: event.until }
        : undefined;
    case 'close':
      return isUnderWay(state) ? { kind: 'closed', by: state.by, at: now, verdict: event.verdict } : undefined;
  }
}

type UnderWay = Extract<ProposalState, { readonly kind: 'approved' | 'applying' | 'rolling-out' | 'observing' }>;

/** Approved and not yet closed. */
export function isUnderWay(state: ProposalState): state is UnderWay {
  return state.kind === 'approved' || state.kind === 'applying' || state.kind === 'rolling-out' || state.kind === 'observing';
}

/** Nothing more will happen to it. */
export function isFinal(state: ProposalState): boolean {
  return state.kind === 'refused' || state.kind === 'expired' || state.kind === 'closed';
}
