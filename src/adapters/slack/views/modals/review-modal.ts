// The form that a review fills: the numbers, the way, and why. What was found is told beside it; nothing is stored until it is sent.

import type { ContextBlock, InputBlock, ModalView, SectionBlock } from '@slack/types';
import type { ReviewDraft } from '../../../../api/conversation.ts';
import type { Way } from '../../../../domain/change/change.ts';
import { context, section } from '../../blocks.ts';
import type { ProposalRef } from '../../ids.ts';
import { CALLBACK, encode, FIELD } from '../../ids.ts';
import { code, cut, prose } from '../../text.ts';
import { measuredWords } from '../explanation/sources.ts';
import { plain, reasonInput, warning } from './modal-parts.ts';

export function reviewModal(draft: ReviewDraft): ModalView {
  const { incident, container } = draft;
  const { workload } = incident;
  const { doubt } = draft.basis;
  return {
    type: 'modal',
    callback_id: CALLBACK.review,
    private_metadata: encode({ ref: { incident: incident.id }, edits: editsOf(draft) }),
    title: plain(titleOf(draft)),
    submit: plain('Request approval'),
    close: plain('Cancel'),
    blocks: [
      context(
        `Cluster ${prose(workload.cluster)}`,
        `${prose(workload.kind)} ${code(`${workload.namespace}/${workload.name}`)}`,
        `container ${code(container)}`,
      ),
      ...(doubt === undefined ? [] : [warning(doubt)]),
      ...draft.warnings.slice(0, 3).map(warning),
      ...basisBlocks(draft),
      limitInput(draft),
      requestInput(draft),
      ...wayInput(draft),
      ...releaseInput(draft),
      reasonInput({ initial: draft.reason }),
      section(
        `*What happens:* ${prose(draft.restart)}. The server rehearses the patch first, and nothing is written until somebody else approves exactly this diff.${draft.appliedWords === undefined ? '' : ` ${prose(draft.appliedWords)}`}`,
      ),
    ],
  };
}

function titleOf({ lowers, basis }: ReviewDraft): string {
  if (lowers !== undefined) return `Lower memory ${lowers}`;
  return basis.suggested === undefined ? 'Change memory limit' : 'Raise memory limit';
}

/** Why these numbers, or why none; and in small print what they come from. */
function basisBlocks({ basis: { suggested, why, from } }: ReviewDraft): readonly (ContextBlock | SectionBlock)[] {
  const title = suggested === undefined ? 'Why no number is suggested' : 'Why these numbers';
  return [
    section(`*${title}*\n${prose(cut(why, 1200))}`),
    ...(from === undefined ? [] : [context(`Memory: ${measuredWords(from)}`)]),
  ];
}

function limitInput({ currentLimit, suggestedLimit, bounds }: ReviewDraft): InputBlock {
  const hint = `Now ${currentLimit ?? 'none'}. At least ${bounds.min}, at most ${bounds.max}: ${bounds.maxBy}.`;
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

function editsOf({ edits, incident }: ReviewDraft): ProposalRef | undefined {
  return edits === undefined ? undefined : { proposal: edits.proposalId, version: edits.revision, incident: incident.id };
}

const WAYS: Readonly<Record<Way, { readonly text: string; readonly description: string }>> = {
  template: { text: 'Change the template', description: 'The new limit lasts; pods are replaced as described below.' },
  resize: {
    text: 'Resize running pods',
    description: 'First aid, no restart: the next rollout brings the old limit back.',
  },
  'pull-request': {
    text: 'Open a pull request',
    description: 'In the repository that owns it: the change lasts once it is merged.',
  },
  recreate: {
    text: 'Replace the Job',
    description: 'Deletes the Job with its pods and starts a copy from the beginning, under a new name.',
  },
};

/** A live patch of what a tool brings from a repository. */
function liveOf(by: string, when: string): { readonly text: string; readonly description: string } {
  return { text: 'Patch it live', description: `A stop-gap: ${by} will take it back ${when}.` };
}

/** Shown when there is a choice, or when the only way is one that nobody should take unasked. */
function wayInput({ ways, usualWay, takenBackBy, takenBackAt = '' }: ReviewDraft): readonly InputBlock[] {
  if (ways.length === 0 || (ways.length === 1 && usualWay !== undefined)) return [];
  const options = ways.map((way) => {
    const { text, description } = way === 'template' && takenBackBy !== undefined ? liveOf(takenBackBy, takenBackAt) : WAYS[way];
    return { text: plain(text), description: plain(cut(description, 75)), value: way };
  });
  const initial = options.find(({ value }) => value === usualWay);
  return [
    {
      type: 'input',
      block_id: FIELD.way,
      label: plain('How'),
      element: {
        type: 'radio_buttons',
        action_id: FIELD.way,
        options,
        ...(initial === undefined ? {} : { initial_option: initial }),
      },
    },
  ];
}

/** A StatefulSet does not replace pods that cannot get ready (Kubernetes #67250). */
function releaseInput({ stuck, ways }: ReviewDraft): readonly InputBlock[] {
  if (stuck.length === 0 || !ways.includes('template')) return [];
  const option = {
    text: plain(cut(`Also delete ${stuck.slice(0, 3).join(', ')} while it cannot get ready`, 75)),
    description: plain('The StatefulSet waits for it for ever and gives no pod the new limit.'),
    value: 'release',
  };
  return [
    {
      type: 'input',
      block_id: FIELD.release,
      optional: true,
      label: plain('Pods that hold up the rollout'),
      element: { type: 'checkboxes', action_id: FIELD.release, options: [option], initial_options: [option] },
    },
  ];
}
