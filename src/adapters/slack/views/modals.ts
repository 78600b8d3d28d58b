// The modals: review a fix, approve exactly this, refuse, and the notice that answers one person only. Titles have 24 characters at most.

import type { InputBlock, ModalView } from '@slack/types';
import { diffLines } from '../../../domain/change.ts';
import { formatBytes } from '../../../domain/memory.ts';
import type { DecisionDraft, ReviewDraft } from '../../../ports/conversation.ts';
import { context, preformatted, section } from '../blocks.ts';
import type { Origin, ProposalRef } from '../ids.ts';
import { CALLBACK, encode, FIELD } from '../ids.ts';
import { code, cut, mention, prose } from '../text.ts';
import { changeInWords, objectInWords } from './proposal-words.ts';

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

function plain(text: string) {
  return { type: 'plain_text' as const, text };
}

export function reviewModal(draft: ReviewDraft, origin: Origin): ModalView {
  const { incident, container, recommendation } = draft;
  const { workload } = incident;
  const reason =
    recommendation.kind === 'raise' ? recommendation.arithmetic : `${recommendation.reason} ${recommendation.advice.join(' ')}`;
  return {
    type: 'modal',
    callback_id: CALLBACK.review,
    private_metadata: encode({ ref: { incident: incident.id }, origin }),
    title: plain('Raise memory limit'),
    submit: plain('Request approval'),
    close: plain('Cancel'),
    blocks: [
      context(
        `Cluster ${prose(workload.cluster)}`,
        `${prose(workload.kind)} ${code(`${workload.namespace}/${workload.name}`)}`,
        `container ${code(container)}`,
      ),
      ...draft.warnings
        .slice(0, 3)
        .map((text) => ({ type: 'alert' as const, level: 'warning' as const, text: plain(cut(text, 200)) })),
      section(`*Why this number*\n${prose(cut(reason, 1200))}`),
      limitInput(draft),
      requestInput(draft),
      reasonInput(),
      section(
        `*What happens:* ${prose(draft.restart)}. The server rehearses the patch first, and nothing is written until somebody else approves exactly this diff.`,
      ),
    ],
  };
}

function limitInput({ currentLimit, suggestedLimit, bounds }: ReviewDraft): InputBlock {
  const hint = `Now ${currentLimit ?? 'none'}. Policy allows ${bounds.min} to ${bounds.max}.`;
  return textInput({
    field: FIELD.limit,
    label: 'New memory limit',
    initial: suggestedLimit,
    hint,
    placeholder: 'for example 384Mi',
  });
}

function requestInput({ currentRequest, suggestedRequest }: ReviewDraft): InputBlock {
  const hint = `Now ${currentRequest ?? 'none'}. Empty leaves it as it is.`;
  return textInput({
    field: FIELD.request,
    label: 'New memory request',
    initial: suggestedRequest ?? '',
    hint,
    placeholder: 'for example 256Mi',
    optional: true,
  });
}

type TextInput = {
  readonly field: string;
  readonly label: string;
  readonly initial: string;
  readonly hint: string;
  readonly placeholder: string;
  readonly optional?: boolean;
};

function textInput({ field, label, initial, hint, placeholder, optional = false }: TextInput): InputBlock {
  return {
    type: 'input',
    block_id: field,
    optional,
    label: plain(label),
    hint: plain(cut(hint, 150)),
    element: {
      type: 'plain_text_input',
      action_id: field,
      max_length: 30,
      placeholder: plain(placeholder),
      ...(initial === '' ? {} : { initial_value: initial }),
    },
  };
}

function reasonInput(label = 'Reason', hint = 'At least 10 characters. The approver and the audit read it.'): InputBlock {
  return {
    type: 'input',
    block_id: FIELD.reason,
    label: plain(label),
    hint: plain(hint),
    element: { type: 'plain_text_input', action_id: FIELD.reason, multiline: true, max_length: 500 },
  };
}

export function approveModal({ proposal }: DecisionDraft, origin: Origin): ModalView {
  const { change } = proposal;
  const ref = refOf(proposal);
  return {
    type: 'modal',
    callback_id: CALLBACK.approve,
    private_metadata: encode({ ref, origin }),
    title: plain('Approve this change'),
    submit: plain('Approve'),
    close: plain('Cancel'),
    blocks: [
      section(`You approve *exactly this* for ${objectInWords(change)}: ${changeInWords(change)}.`),
      preformatted(diffLines(change), 2500),
      section(`*Asked by* ${mention(proposal.requester)}\n>${prose(cut(proposal.reason, 500)).replaceAll('\n', '\n>')}`),
      ...(proposal.temporary
        ? [
            {
              type: 'alert' as const,
              level: 'warning' as const,
              text: plain('This is a stop-gap: it delays the next kill, it does not end them.'),
            },
          ]
        : []),
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

export function refuseModal(ref: ProposalRef, origin: Origin): ModalView {
  return {
    type: 'modal',
    callback_id: CALLBACK.refuse,
    private_metadata: encode({ ref, origin }),
    title: plain('Reject this change'),
    submit: plain('Reject'),
    close: plain('Cancel'),
    blocks: [
      section(
        `*${prose(ref.proposal)}* will be closed and nothing is written. The limit stays as it is, and the container may be killed again.`,
      ),
      reasonInput('Why not', 'The person who asked reads it in the thread.'),
    ],
  };
}

function refOf(proposal: DecisionDraft['proposal']): ProposalRef {
  return { proposal: proposal.id, version: proposal.version, incident: proposal.incidentId };
}
