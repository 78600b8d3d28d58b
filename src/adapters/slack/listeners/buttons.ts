// The buttons. A click opens its modal at once, because a trigger lives three seconds, and fills it when the answer is there; a refusal is told once: in the
// modal where there is one, else in the thread to that person only.

import type { App } from '@slack/bolt';
import type { ReviewDraftInput } from '../../../api/conversation.ts';
import type { ProposalRef } from '../ids.ts';
import { ACTION, decodeIncident, decodeProposal } from '../ids.ts';
import { approveModal, loadingModal, noticeModal, refuseModal, undoModal } from '../views/modals/modals.ts';
import { reviewModal } from '../views/modals/review-modal.ts';
import type { Desk } from './desk.ts';
import { once, openModal, signalFor, updateModal, whisper } from './desk.ts';
import type { Click } from './incoming.ts';
import { click } from './incoming.ts';

const STALE = 'This button belongs to an older message. Use the newest one in the thread.';

export function registerButtons(app: App, desk: Desk): void {
  const handlers = {
    [ACTION.review]: review,
    [ACTION.explain]: showing('explain'),
    [ACTION.output]: showing('attachOutput'),
    [ACTION.approve]: approve,
    [ACTION.refuse]: refuse,
    [ACTION.edit]: edit,
    [ACTION.undo]: undo,
  };
  for (const [action, handle] of Object.entries(handlers)) {
    app.action(action, async ({ ack, body }) => {
      await ack();
      const parsed = click.safeParse(body);
      if (!parsed.success) {
        desk.log.warn('a click could not be read', { action });
        return;
      }
      const tell = (words: string): Promise<unknown> => answer(desk, parsed.data, words);
      await once(desk, { key: `click:${parsed.data.trigger}`, what: action, tell }, () => handle(desk, parsed.data));
    });
  }
}

/** In the thread when there is one; from the Home tab only a modal can answer. */
async function answer(desk: Desk, { person, origin, trigger }: Click, words: string): Promise<void> {
  if (origin === undefined) await openModal(desk, trigger, noticeModal('Headroom', words));
  else await whisper(desk, { person, origin }, words);
}

async function review(desk: Desk, clicked: Click): Promise<void> {
  const ref = decodeIncident(clicked.value);
  if (ref === undefined) return answer(desk, clicked, STALE);
  await openReview(desk, clicked, { incidentId: ref.incident, person: clicked.person });
}

/** The same form, with the numbers of the proposal that is to be replaced. */
async function edit(desk: Desk, clicked: Click): Promise<void> {
  const ref = decodeProposal(clicked.value);
  if (ref === undefined) return answer(desk, clicked, STALE);
  const edits = { proposalId: ref.proposal, revision: ref.version };
  await openReview(desk, clicked, { incidentId: ref.incident, person: clicked.person, edits });
}

async function openReview(desk: Desk, clicked: Click, input: ReviewDraftInput): Promise<void> {
  const viewId = await openModal(desk, clicked.trigger, loadingModal('Raise memory limit'));
  await filling(desk, { viewId, title: 'Raise memory limit' }, async () => {
    const draft = await desk.conversation.reviewDraft(input, signalFor(desk));
    if (draft.kind === 'refused') return updateModal(desk, viewId, noticeModal('What can be done', draft.reason));
    return updateModal(desk, viewId, reviewModal(draft));
  });
}

async function undo(desk: Desk, clicked: Click): Promise<void> {
  const ref = decodeProposal(clicked.value);
  if (ref === undefined) return answer(desk, clicked, STALE);
  await openModal(desk, clicked.trigger, undoModal(ref));
}

type Filling = { readonly viewId: string; readonly title: string };

/** A modal that says "one moment" must not say so for ever. */
async function filling(desk: Desk, { viewId, title }: Filling, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await updateModal(desk, viewId, noticeModal(title, 'That could not be read just now. Close this and try again in a minute.'));
    throw error;
  }
}

/** What was asked for appears in the thread. */
function showing(what: 'explain' | 'attachOutput') {
  return async (desk: Desk, clicked: Click): Promise<void> => {
    const ref = decodeIncident(clicked.value);
    if (ref === undefined) return answer(desk, clicked, STALE);
    const outcome = await desk.conversation[what]({ incidentId: ref.incident });
    if (outcome.kind === 'refused') await answer(desk, clicked, outcome.reason);
  };
}

async function approve(desk: Desk, clicked: Click): Promise<void> {
  const ref = decodeProposal(clicked.value);
  if (ref === undefined) return answer(desk, clicked, STALE);
  const viewId = await openModal(desk, clicked.trigger, loadingModal('Approve this change'));
  await filling(desk, { viewId, title: 'Approve this change' }, () => fillApproval(desk, clicked, { viewId, ref }));
}

type Approval = { readonly viewId: string; readonly ref: ProposalRef };

async function fillApproval(desk: Desk, clicked: Click, { viewId, ref }: Approval): Promise<void> {
  const draft = await desk.conversation.decisionDraft({ proposalId: ref.proposal, version: ref.version, person: clicked.person });
  if (draft.kind === 'ready') return updateModal(desk, viewId, approveModal(draft));
  await updateModal(desk, viewId, noticeModal('Not approved', draft.reason));
}

async function refuse(desk: Desk, clicked: Click): Promise<void> {
  const ref = decodeProposal(clicked.value);
  if (ref === undefined) return answer(desk, clicked, STALE);
  await openModal(desk, clicked.trigger, refuseModal(ref));
}
