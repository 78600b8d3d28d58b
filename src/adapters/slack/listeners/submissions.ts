// The modals come back. Slack waits three seconds for an answer: what is ready by then is answered in the modal itself (errors beside their
// fields), what takes longer is told when it is done. A submission that arrives twice is settled by the proposal's own version.

import type { AckFn, App, ViewResponseAction, ViewSubmitAction } from '@slack/bolt';
import type { DecideInput, DecideOutcome, ProposeOutcome } from '../../../api/conversation.ts';
import { SECOND } from '../../../domain/base/time.ts';
import { WAYS } from '../../../domain/change/change.ts';
import { callAfter } from '../../../ports/timers.ts';
import { CALLBACK, decodeApproval, decodeDecision, decodeReview, FIELD } from '../ids.ts';
import { noticeModal } from '../views/modals/modals.ts';
import { assigned, expected } from './care.ts';
import type { Desk } from './desk.ts';
import { failed, signalFor, updateModal } from './desk.ts';
import type { Submission } from './incoming.ts';
import { submission } from './incoming.ts';
import type { Reply, Working } from './reply.ts';

const ANSWER_WITHIN_MS = 2.2 * SECOND;

export function registerSubmissions(app: App, desk: Desk): void {
  const handlers = {
    [CALLBACK.review]: review,
    [CALLBACK.approve]: approve,
    [CALLBACK.refuse]: refuse,
    [CALLBACK.undo]: undo,
    [CALLBACK.assign]: assigned,
    [CALLBACK.expect]: expected,
  };
  for (const [callback, handle] of Object.entries(handlers)) {
    app.view<ViewSubmitAction>({ callback_id: callback, type: 'view_submission' }, async ({ ack, body }) => {
      const parsed = submission.safeParse(body);
      if (!parsed.success) {
        await ack({
          response_action: 'update',
          view: noticeModal('Headroom', 'This form could not be read. Close it and open it again.'),
        });
        return;
      }
      await answering(desk, { ack, submitted: parsed.data, what: callback }, handle(desk, parsed.data));
    });
  }
}

type Ack = AckFn<ViewResponseAction>;
type Answering = { readonly ack: Ack; readonly submitted: Submission; readonly what: string };

async function answering(desk: Desk, { ack, submitted, what }: Answering, { title, reply }: Working): Promise<void> {
  const tell = (words: string): Promise<void> => updateModal(desk, submitted.viewId, noticeModal(title, words));
  const first = await Promise.race([reply.catch((error: unknown) => ({ kind: 'failed' as const, error })), late()]);
  switch (first.kind) {
    case 'close':
      return ack();
    case 'errors':
      return ack({ response_action: 'errors', errors: { ...first.errors } });
    case 'notice':
      return ack({ response_action: 'update', view: noticeModal(first.title, first.words) });
    case 'failed':
      await ack({ response_action: 'update', view: noticeModal(title, 'That did not work.') });
      return failed(desk, { what, tell, error: first.error });
    case 'late':
      await ack({ response_action: 'update', view: noticeModal(title, 'Still working on it …') });
  }
  try {
    const then = await reply;
    await tell(then.kind === 'close' ? 'Done; see the thread.' : wordsOf(then));
  } catch (error) {
    await failed(desk, { what, tell, error });
  }
}

function wordsOf(reply: Exclude<Reply, { readonly kind: 'close' }>): string {
  return reply.kind === 'notice' ? reply.words : `${Object.values(reply.errors).join(' ')} Close this and open it again.`;
}

function late(): Promise<{ readonly kind: 'late' }> {
  return new Promise((resolve) => {
    callAfter(ANSWER_WITHIN_MS, () => resolve({ kind: 'late' })).unref();
  });
}

function review(desk: Desk, submitted: Submission): Working {
  return { title: 'Raise memory limit', reply: proposing(desk, submitted) };
}

async function proposing(desk: Desk, { person, metadata, textOf, choiceOf, isChecked }: Submission): Promise<Reply> {
  const sent = decodeReview(metadata);
  if (sent === undefined) return outdated();
  const request = textOf(FIELD.request).trim();
  const outcome = await desk.conversation.propose(
    {
      incidentId: sent.ref.incident,
      requester: person,
      limit: textOf(FIELD.limit),
      request: request === '' ? undefined : request,
      reason: textOf(FIELD.reason),
      way: WAYS.find((way) => way === choiceOf(FIELD.way)),
      releaseStuck: isChecked(FIELD.release),
      edits: sent.edits === undefined ? undefined : { proposalId: sent.edits.proposal, revision: sent.edits.version },
    },
    signalFor(desk),
  );
  return replyTo(outcome);
}

function undo(desk: Desk, submitted: Submission): Working {
  return { title: 'Take a change back', reply: undoing(desk, submitted) };
}

async function undoing(desk: Desk, { person, metadata, textOf }: Submission): Promise<Reply> {
  const sent = decodeDecision(metadata);
  if (sent === undefined) return outdated();
  const reason = textOf(FIELD.reason).trim();
  if (reason.length < 10)
    return { kind: 'errors', errors: { [FIELD.reason]: 'Say why in at least 10 characters: the approver reads it.' } };
  const outcome = await desk.conversation.undo({ proposalId: sent.ref.proposal, person, reason }, signalFor(desk));
  return replyTo(outcome);
}

function outdated(): Reply {
  return { kind: 'notice', title: 'Headroom', words: 'This form is outdated. Close it and open it again from the message.' };
}

function replyTo(outcome: ProposeOutcome): Reply {
  switch (outcome.kind) {
    case 'proposed':
      return { kind: 'close' };
    case 'invalid':
      return { kind: 'errors', errors: Object.fromEntries(outcome.problems.map(({ field, message }) => [field, message])) };
    case 'refused':
      return { kind: 'notice', title: 'Not proposed', words: outcome.reason };
  }
}

function approve(desk: Desk, submitted: Submission): Working {
  return { title: 'Approve this change', reply: approving(desk, submitted) };
}

async function approving(desk: Desk, submitted: Submission): Promise<Reply> {
  if (!submitted.isChecked(FIELD.read))
    return { kind: 'errors', errors: { [FIELD.read]: 'Read the diff first, then tick this.' } };
  const sent = decodeApproval(submitted.metadata);
  return sent === undefined ? outdated() : deciding(desk, submitted, { kind: 'approve', hash: sent.hash });
}

function refuse(desk: Desk, submitted: Submission): Working {
  const reason = submitted.textOf(FIELD.reason);
  const reply: Promise<Reply> =
    reason.trim().length < 10
      ? Promise.resolve({
          kind: 'errors',
          errors: { [FIELD.reason]: 'Say why in at least 10 characters: the person who asked reads it.' },
        })
      : deciding(desk, submitted, { kind: 'refuse', reason });
  return { title: 'Reject this change', reply };
}

async function deciding(desk: Desk, { person, metadata }: Submission, decision: DecideInput['decision']): Promise<Reply> {
  const sent = decodeDecision(metadata);
  if (sent === undefined) return outdated();
  const { proposal, version } = sent.ref;
  const outcome: DecideOutcome = await desk.conversation.decide(
    { proposalId: proposal, version, decider: person, decision },
    signalFor(desk),
  );
  if (outcome.kind !== 'refused') return { kind: 'close' };
  return { kind: 'notice', title: decision.kind === 'approve' ? 'Not approved' : 'Not rejected', words: outcome.reason };
}
