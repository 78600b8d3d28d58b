// A proposal in the thread: who asks for what and why, the diff, and the buttons while it waits; afterwards, what became of it.

import { diffLines } from '../../../domain/change.ts';
import type { Incident } from '../../../domain/incident.ts';
import type { Proposal } from '../../../domain/proposal.ts';
import type { Approvers } from '../../../ports/messenger.ts';
import type { AnyBlock } from '../blocks.ts';
import { actions, button, context, fields, preformatted, section } from '../blocks.ts';
import { ACTION, encode } from '../ids.ts';
import { cut, mention, mentionGroup, moment, prose } from '../text.ts';
import { changeInWords, objectInWords, outcomeSentence } from './proposal-words.ts';
import type { Rendered } from './rendered.ts';

export type ProposalInput = { readonly incident: Incident; readonly proposal: Proposal; readonly approvers: Approvers };

export function proposalView({ proposal, incident, approvers }: ProposalInput): Rendered {
  const { change, state } = proposal;
  const asks = `${mention(proposal.requester)} asks to change ${changeInWords(change)} for ${objectInWords(change)}.`;
  return {
    text: `${asks} ${state.kind === 'pending' ? 'Somebody else has to approve it.' : outcomeSentence(proposal)}`,
    blocks: [
      section(`*${proposal.id}* ${asks}\n>${prose(cut(proposal.reason, 500)).replaceAll('\n', '\n>')}`),
      preformatted(diffLines(change), 1500),
      ...(state.kind === 'pending' ? waiting({ proposal, incident, approvers }) : [context(outcomeSentence(proposal))]),
    ],
  };
}

function waiting({ proposal, incident, approvers }: ProposalInput): readonly AnyBlock[] {
  const value = encode({ proposal: proposal.id, version: proposal.version, incident: incident.id });
  const { name } = incident.workload;
  const rehearsal =
    proposal.dryRun.kind === 'passed' ? 'Server-side dry run passed' : `Server-side dry run: ${prose(proposal.dryRun.reason)}`;
  return [
    actions(`decide:${proposal.id}:${proposal.version}`, [
      button({
        action: ACTION.approve,
        text: 'Approve',
        value,
        style: 'primary',
        label: `Look at and approve the change of ${name}`,
      }),
      button({ action: ACTION.refuse, text: 'Reject', value, style: 'danger', label: `Reject the change of ${name}` }),
    ]),
    context(
      `${rehearsal} · nothing changes until a second person approves`,
      `May approve: ${approverWords(approvers)}`,
      `Expires ${moment(proposal.expiresAt)}`,
    ),
  ];
}

function approverWords({ users, groups }: Approvers): string {
  const names = [...groups.map(mentionGroup), ...users.map(mention)];
  return names.length === 0 ? 'nobody is configured; see policy.approvers in headroom.yaml' : names.slice(0, 10).join(', ');
}

export function outcomeView({ proposal }: { readonly proposal: Proposal }): Rendered {
  const sentence = outcomeSentence(proposal);
  const { change, state } = proposal;
  const approver = 'by' in state ? mention(state.by) : 'nobody';
  return {
    text: `${title(proposal)}: ${sentence}`,
    blocks: [
      section(`*${title(proposal)}.* ${sentence}`),
      fields([
        ['Object', objectInWords(change)],
        ['Asked by', mention(proposal.requester)],
        ['Approved by', approver],
        ['Last step', 'at' in state ? moment(state.at) : moment(proposal.createdAt)],
      ]),
      context(`*${proposal.id}*`, nextStep(proposal)),
    ],
  };
}

function title({ state }: Proposal): string {
  switch (state.kind) {
    case 'rolling-out':
      return 'Written, rolling out';
    case 'observing':
      return 'Rolled out, watching';
    case 'closed':
      return {
        quiet: 'Quiet',
        'killed-again': 'Killed again',
        'not-rolled-out': 'Not rolled out',
        undone: 'Undone',
        'not-applied': 'Not applied',
      }[state.verdict.kind];
    default:
      return 'Approved';
  }
}

function nextStep({ state, temporary }: Proposal): string {
  if (state.kind !== 'closed') return 'This message is kept up to date.';
  switch (state.verdict.kind) {
    case 'quiet':
      return temporary
        ? 'Next: find the leak while there is room.'
        : 'Next: once it has run under real load for two weeks, see whether the limit can come down.';
    case 'killed-again':
      return 'Next: the incident is open again with the new evidence. The larger limit stays: taking it back would only make it die sooner.';
    case 'not-rolled-out':
      return 'The new template is still there. Look at the events of the new pods, then review a fix or undo it by hand.';
    case 'undone':
      return 'Change the limit where the tool that manages the object reads it from.';
    case 'not-applied':
      return 'The incident is open again: review the fix anew.';
  }
}
