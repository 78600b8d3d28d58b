// What people ask the bot and what it answers, in domain words: the Slack edge parses the one and draws the other.

import type { Instant, Millis } from '../domain/base/time.ts';
import type { Basis } from '../domain/change/basis.ts';
import type { Way } from '../domain/change/change.ts';
import type { PersonId, Proposal } from '../domain/change/proposal.ts';
import type { Presence, QueueCounts } from '../domain/coverage/presence.ts';
import type { SnoozeChoice } from '../domain/incident/care.ts';
import type { Incident } from '../domain/incident/incident.ts';
import type { Mute } from '../domain/incident/mute.ts';
import type { CareKind } from '../domain/incident/note.ts';

/** Not done, and why: told to the person who asked, and to nobody else. Plain text, not yet escaped. */
export type Refused = { readonly kind: 'refused'; readonly reason: string };

/** What the review modal starts from. */
export type ReviewDraft = {
  readonly kind: 'draft';
  /** About a lower limit, or only a lower request, after it was measured under load. */
  readonly lowers?: 'limit' | 'request' | undefined;
  readonly incident: Incident;
  readonly container: string;
  /** Quantities as the template spells them. */
  readonly currentLimit: string | undefined;
  readonly currentRequest: string | undefined;
  /** Empty when there is no number to suggest. */
  readonly suggestedLimit: string;
  readonly suggestedRequest: string | undefined;
  /** What is suggested, why, and what that was measured from. */
  readonly basis: Basis;
  /** Of a proposal that is edited; else to be written. */
  readonly reason: string | undefined;
  readonly edits: Edits | undefined;
  /** What the change restarts, in words. */
  readonly restart: string;
  /** The ways that are open, the usual one first. */
  readonly ways: readonly Way[];
  /** Taken unless another is chosen; undefined when one has to be chosen. */
  readonly usualWay: Way | undefined;
  /** Who puts back what is patched live: "Argo CD (shop)". */
  readonly takenBackBy?: string | undefined;
  /** And when: "at its next sync". */
  readonly takenBackAt?: string | undefined;
  /** What kubectl apply of the old manifest would do, where it has a say; as a sentence. */
  readonly appliedWords?: string | undefined;
  /** Pods that will not get a new template by themselves, and may be deleted along with the change. */
  readonly stuck: readonly string[];
  readonly warnings: readonly string[];
  /** Quantities; `maxBy`: which rule makes it that. */
  readonly bounds: { readonly min: string; readonly max: string; readonly maxBy: string };
};

/** The revision of a proposal that a person looks at and wants otherwise. */
type Edits = { readonly proposalId: string; readonly revision: number };

export type ReviewDraftInput = {
  readonly incidentId: string;
  readonly person: PersonId;
  readonly edits?: Edits | undefined;
};

export type ProposeInput = {
  readonly incidentId: string;
  readonly requester: PersonId;
  /** As typed: "384Mi". */
  readonly limit: string;
  readonly request: string | undefined;
  readonly reason: string;
  /** Absent: the usual one, where there is one that nobody has to choose. */
  readonly way?: Way | undefined;
  readonly releaseStuck?: boolean | undefined;
  readonly edits?: Edits | undefined;
};

export type InputProblem = { readonly field: 'limit' | 'request' | 'reason' | 'way'; readonly message: string };

export type ProposeOutcome =
  | { readonly kind: 'proposed'; readonly proposalId: string }
  | { readonly kind: 'invalid'; readonly problems: readonly InputProblem[] }
  | Refused;

/** `version`: the proposal's revision, as the button carries it. */
export type DecisionDraftInput = { readonly proposalId: string; readonly version: number; readonly person: PersonId };

export type DecisionDraft = { readonly kind: 'ready'; readonly proposal: Proposal; readonly incident: Incident };

export type DecideInput = {
  readonly proposalId: string;
  readonly version: number;
  readonly decider: PersonId;
  /** `hash`: of the proposal as the form showed it. */
  readonly decision: { readonly kind: 'approve'; readonly hash: string } | { readonly kind: 'refuse'; readonly reason: string };
};

export type DecideOutcome =
  | { readonly kind: 'approved' }
  /** It counts, and so many more people have to approve. */
  | { readonly kind: 'counted'; readonly missing: number }
  | { readonly kind: 'refused-by-you' }
  | Refused;

/** Take a change back: makes a proposal of its own. */
export type UndoInput = { readonly proposalId: string; readonly person: PersonId; readonly reason: string };

/** What a person wants done about an incident, as chosen; care.ts makes a deed of it. */
export type CareWish =
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'assign'; readonly to: PersonId }
  | { readonly kind: 'snooze'; readonly choice: SnoozeChoice }
  | { readonly kind: 'expect'; readonly length: Millis; readonly reason: string }
  | { readonly kind: 'undo'; readonly what: CareKind };

export type CareInput = { readonly incidentId: string; readonly person: PersonId; readonly wish: CareWish };

/** nothing: it was done already, in a sentence for that person. */
export type CareOutcome = { readonly kind: 'done' } | { readonly kind: 'nothing'; readonly reason: string } | Refused;

/** "Explain this": about a message, ours or anybody's. */
export type MessageQuestion = {
  readonly person: PersonId;
  readonly channel: string;
  /** The message's own id and, in a thread, its root's. */
  readonly messageIds: readonly string[];
  /** Everything written in it. */
  readonly text: string;
};

/** How the bot itself is. */
export type BotHealth = {
  readonly processes: readonly Presence[];
  readonly queue: QueueCounts;
  /** Until the store answered, in milliseconds. */
  readonly storeMs: number;
  /** What is not as it should be, in sentences; empty when all is well. */
  readonly ailments: readonly string[];
};

export type HomeContent = {
  readonly at: Instant;
  /** Proposals that wait for this person's approval, oldest first. */
  readonly waiting: readonly Proposal[];
  /** Open incidents of this person, newest first. */
  readonly mine: readonly Incident[];
  /** The other open ones. */
  readonly incidents: readonly Incident[];
  readonly mutes: readonly Mute[];
  readonly health: BotHealth;
};
