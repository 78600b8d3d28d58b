// What the listeners share: the conversation they lead to, and how a person is answered when something goes wrong. Nothing is swallowed: the
// person gets a reference, the log gets the error under the same reference.

import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Answer, Question } from '../../../api/answer.ts';
import type {
  CareInput,
  CareOutcome,
  DecideInput,
  DecideOutcome,
  DecisionDraft,
  DecisionDraftInput,
  HomeContent,
  MessageQuestion,
  ProposeInput,
  ProposeOutcome,
  Refused,
  ReviewDraft,
  ReviewDraftInput,
  UndoInput,
} from '../../../api/conversation.ts';
import { SECOND } from '../../../domain/base/time.ts';
import type { PersonId } from '../../../domain/change/proposal.ts';
import type { Log } from '../../../ports/log.ts';
import type { Meter } from '../../../ports/meter.ts';
import type { Once } from '../../../ports/once.ts';
import { timeoutAfter } from '../../../ports/timers.ts';
import { calling } from '../client/client.ts';
import type { Origin } from '../ids.ts';
import { prose } from '../text.ts';
import type { Workspace } from '../views/permalink.ts';

/** What people can do; each a handler. */
export type Conversation = {
  readonly reviewDraft: (input: ReviewDraftInput, signal: AbortSignal) => Promise<ReviewDraft | Refused>;
  readonly propose: (input: ProposeInput, signal: AbortSignal) => Promise<ProposeOutcome>;
  readonly undo: (input: UndoInput, signal: AbortSignal) => Promise<ProposeOutcome>;
  readonly decisionDraft: (input: DecisionDraftInput) => Promise<DecisionDraft | Refused>;
  readonly decide: (input: DecideInput, signal: AbortSignal) => Promise<DecideOutcome>;
  readonly care: (input: CareInput) => Promise<CareOutcome>;
  readonly query: (question: Question, signal: AbortSignal) => Promise<Answer>;
  readonly explainMessage: (question: MessageQuestion, signal: AbortSignal) => Promise<Answer>;
  readonly explain: (input: { readonly incidentId: string }) => Promise<{ readonly kind: 'explained' } | Refused>;
  readonly attachOutput: Conversation['explain'];
  readonly home: (input: { readonly person: PersonId }) => Promise<HomeContent>;
};

export type Desk = {
  readonly conversation: Conversation;
  readonly client: WebClient;
  /** For links to messages. */
  readonly workspace: Workspace;
  readonly once: Once;
  readonly log: Log;
  readonly meter: Meter;
  /** A short reference, different each time, that a person can quote. */
  readonly newReference: () => string;
  /** Aborted when the bot stops. */
  readonly stopping: AbortSignal;
};

/** A redelivery comes within minutes; an hour is far beyond. */
const REMEMBER_MS = 3600 * SECOND;
const WORK_MS = 25 * SECOND;

export function signalFor(desk: Desk): AbortSignal {
  return AbortSignal.any([desk.stopping, timeoutAfter(WORK_MS)]);
}

export type Guarded = {
  /** What makes a redelivery the same. */
  readonly key: string;
  readonly what: string;
  /** How the person hears that it failed. */
  readonly tell: (words: string) => Promise<unknown>;
};

/** Runs the work once per key; a failure is logged and told with one reference. Never throws. */
export async function once(desk: Desk, { key, what, tell }: Guarded, work: () => Promise<void>): Promise<void> {
  try {
    if ((await desk.once.claim(key, REMEMBER_MS)) === 'again') return;
    await work();
  } catch (error) {
    await failed(desk, { what, tell, error });
  }
}

type Failure = { readonly what: string; readonly tell: (words: string) => Promise<unknown>; readonly error: unknown };

export async function failed(desk: Desk, { what, tell, error }: Failure): Promise<void> {
  const reference = desk.newReference();
  desk.log.error('could not answer a person', { what, reference, error });
  try {
    await tell(
      `That did not work, and nothing was changed by it. Try again in a minute; if it fails again, give whoever runs me the reference ${reference}.`,
    );
  } catch (second) {
    desk.log.error('could not even say so', { reference, error: second });
  }
}

/** A reply that only this person sees, in the thread the click came from. */
export async function whisper(
  desk: Desk,
  to: { readonly person: PersonId; readonly origin: Origin },
  words: string,
): Promise<void> {
  const { channel, thread } = to.origin;
  await calling({ method: 'chat.postEphemeral', kind: 'read', meter: desk.meter }, () =>
    desk.client.chat.postEphemeral({
      channel,
      user: to.person,
      text: prose(words),
      ...(thread === undefined ? {} : { thread_ts: thread }),
    }),
  );
}

/** Opens a modal for the person whose trigger it is; resolves to its id. */
export async function openModal(desk: Desk, trigger: string, view: ModalView): Promise<string> {
  const answer = await calling({ method: 'views.open', kind: 'read', meter: desk.meter }, () =>
    desk.client.views.open({ trigger_id: trigger, view }),
  );
  return answer.view?.id ?? '';
}

export async function updateModal(desk: Desk, viewId: string, view: ModalView): Promise<void> {
  await calling({ method: 'views.update', kind: 'read', meter: desk.meter }, () =>
    desk.client.views.update({ view_id: viewId, view }),
  );
}
