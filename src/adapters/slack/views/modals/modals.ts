// The modals but the review itself (review-modal.ts): approve exactly this, refuse, and the notice that answers one person only. Titles have 24 characters at most.

import type { ModalView } from '@slack/types';
import type { DecisionDraft } from '../../../../api/conversation.ts';
import type { Bytes } from '../../../../domain/base/memory.ts';
import { formatBytes } from '../../../../domain/base/memory.ts';
import type { Basis } from '../../../../domain/change/basis.ts';
import type { Change } from '../../../../domain/change/change.ts';
import { diffLines } from '../../../../domain/change/change-diff.ts';
import { context, preformatted, section } from '../../blocks.ts';
import type { ProposalRef } from '../../ids.ts';
import { CALLBACK, encode, FIELD } from '../../ids.ts';
import { cut, prose } from '../../text.ts';
import { measuredWords } from '../explanation/sources.ts';
import { findingBlocks } from '../proposal/proposal.ts';
import { changeInWords, objectInWords, who } from '../proposal/proposal-words.ts';
import { plain, reasonInput, warning } from './modal-parts.ts';

type Blocks = ModalView['blocks'];

/** Opened at once, because a trigger lives three seconds; filled when the cluster has answered. */
export function loadingModal(title: string): ModalView {
  return frame(title, [section('One moment: reading how things are now …')]);
}

/** An answer for one person: why something was not done, or that it was. */
export function noticeModal(title: string, text: string): ModalView {
  return frame(title, [section(prose(cut(text, 2500)))]);
}

function frame(title: string, blocks: Blocks): ModalView {
  return { type: 'modal', title: plain(cut(title, 24)), close: plain('Close'), blocks };
}

export function approveModal({ proposal }: DecisionDraft): ModalView {
  const { change } = proposal;
  const ref = refOf(proposal);
  return {
    type: 'modal',
    callback_id: CALLBACK.approve,
    private_metadata: encode({ ref, hash: proposal.hash }),
    title: plain('Approve this change'),
    submit: plain('Approve'),
    close: plain('Cancel'),
    blocks: [
      section(`You approve *exactly this* for ${objectInWords(change)}: ${changeInWords(change)}.`),
      preformatted(diffLines(change), 2500),
      ...suggestionBlocks(proposal),
      ...findingBlocks(proposal.findings),
      section(`*Asked by* ${who(proposal.requester)}\n>${prose(cut(proposal.reason, 500)).replaceAll('\n', '\n>')}`),
      ...(proposal.temporary ? [warning('This is a stop-gap: it delays the next kill, it does not end them.')] : []),
      {
        type: 'input',
        block_id: FIELD.read,
        label: plain('Before you approve'),
        element: {
          type: 'checkboxes',
          action_id: FIELD.read,
          options: [{ text: plain('I have read the diff'), value: 'read' }],
        },
      },
      context(
        `The patch is refused if the object no longer has ${change.before.limit === undefined ? 'no limit' : formatBytes(change.before.limit.bytes)}.`,
      ),
    ],
  };
}

/** What was suggested, whether the requester departed from it, and why. */
function suggestionBlocks({ basis, change }: DecisionDraft['proposal']): Blocks {
  if (basis === undefined) return [];
  const { suggested, why, doubt, from } = basis;
  return [
    ...(doubt === undefined ? [] : [warning(doubt)]),
    section(`${againstSuggestion(change, suggested)} ${prose(cut(why, 700))}`),
    ...(from === undefined ? [] : [context(`Memory: ${measuredWords(from)}`)]),
  ];
}

function againstSuggestion({ after }: Change, suggested: Basis['suggested']): string {
  if (suggested === undefined) return '*No number was suggested; this one is the requester’s own.*';
  if (after.limit === suggested.limit && after.request === suggested.request) return '*As suggested.*';
  const size = (bytes: Bytes | undefined) => (bytes === undefined ? 'none' : formatBytes(bytes));
  const parts = [
    ...(after.limit === suggested.limit ? [] : [`limit ${size(suggested.limit)}`]),
    ...(after.request === suggested.request ? [] : [`request ${size(suggested.request)}`]),
  ];
  return `*Not as suggested: Headroom suggested ${parts.join(' and ')}.*`;
}

export function refuseModal(ref: ProposalRef): ModalView {
  return {
    type: 'modal',
    callback_id: CALLBACK.refuse,
    private_metadata: encode({ ref }),
    title: plain('Reject this change'),
    submit: plain('Reject'),
    close: plain('Cancel'),
    blocks: [
      section(
        `Proposal *${prose(ref.proposal)}* will be closed and nothing is written. The limit stays as it is, and the container may be killed again.`,
      ),
      reasonInput({ label: 'Why not', hint: 'The person who asked reads it in the thread.' }),
    ],
  };
}

function refOf(proposal: DecisionDraft['proposal']): ProposalRef {
  return { proposal: proposal.id, version: proposal.revision, incident: proposal.incidentId };
}

export function undoModal(ref: ProposalRef): ModalView {
  return {
    type: 'modal',
    callback_id: CALLBACK.undo,
    private_metadata: encode({ ref }),
    title: plain('Take a change back'),
    submit: plain('Request approval'),
    close: plain('Cancel'),
    blocks: [
      section(
        `The values from before *${prose(ref.proposal)}* come back, letter for letter, once somebody else approves it. Its pods restart once more.`,
      ),
      reasonInput({ label: 'Why' }),
    ],
  };
}
