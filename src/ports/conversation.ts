// What people ask the bot and what it answers, in domain words: the Slack edge parses the one and draws the other.

import type { Incident } from '../domain/incident.ts';
import type { PersonId, Proposal } from '../domain/proposal.ts';
import type { Recommendation } from '../domain/recommendation.ts';

/** Not done, and why: told to the person who asked, and to nobody else. Plain text, not yet escaped. */
export type Refused = { readonly kind: 'refused'; readonly reason: string };

/** What the review modal starts from. */
export type ReviewDraft = {
  readonly kind: 'draft';
  readonly incident: Incident;
  readonly container: string;
  /** Quantities as the template spells them. */
  readonly currentLimit: string | undefined;
  readonly currentRequest: string | undefined;
  /** Empty when there is no number to suggest. */
  readonly suggestedLimit: string;
  readonly suggestedRequest: string | undefined;
  readonly recommendation: Recommendation;
  /** What the change restarts, in words. */
  readonly restart: string;
  readonly warnings: readonly string[];
  readonly bounds: { readonly min: string; readonly max: string };
};

export type ReviewDraftInput = { readonly incidentId: string; readonly person: PersonId };

export type ProposeInput = {
  readonly incidentId: string;
  readonly requester: PersonId;
  /** As typed: "384Mi". */
  readonly limit: string;
  readonly request: string | undefined;
  readonly reason: string;
};

export type InputProblem = { readonly field: 'limit' | 'request' | 'reason'; readonly message: string };

export type ProposeOutcome =
  | { readonly kind: 'proposed'; readonly proposalId: string }
  | { readonly kind: 'invalid'; readonly problems: readonly InputProblem[] }
  | Refused;

export type DecisionDraftInput = { readonly proposalId: string; readonly version: number; readonly person: PersonId };

export type DecisionDraft = { readonly kind: 'ready'; readonly proposal: Proposal; readonly incident: Incident };

export type DecideInput = {
  readonly proposalId: string;
  readonly version: number;
  readonly decider: PersonId;
  readonly decision: { readonly kind: 'approve' } | { readonly kind: 'refuse'; readonly reason: string };
};

export type DecideOutcome = { readonly kind: 'approved' } | { readonly kind: 'refused-by-you' } | Refused;

export type AcknowledgeOutcome = { readonly kind: 'acknowledged' } | { readonly kind: 'already' } | Refused;

/** "Explain this": about a message, ours or anybody's. */
export type MessageQuestion = {
  readonly person: PersonId;
  readonly channel: string;
  /** The message's own id and, in a thread, its root's. */
  readonly messageIds: readonly string[];
  /** Everything written in it. */
  readonly text: string;
};

export type HomeContent = {
  /** Proposals that wait for this person's approval. */
  readonly waiting: readonly Proposal[];
  readonly incidents: readonly Incident[];
};
