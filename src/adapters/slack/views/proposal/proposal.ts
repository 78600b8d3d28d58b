// A proposal in the thread: who asks for what and why, the diff, and the buttons while it waits; afterwards, what became of it.

import { formatBytes, toBytes } from '../../../../domain/base/memory.ts';
import type { Instant } from '../../../../domain/base/time.ts';
import { endsInTemplate, isLowering } from '../../../../domain/change/change.ts';
import { diffLines } from '../../../../domain/change/change-diff.ts';
import type { Proposal } from '../../../../domain/change/proposal.ts';
import type { Finding, FindingTopic } from '../../../../domain/change/review/finding.ts';
import { canUndo, FURTHER_FACTOR } from '../../../../domain/change/verdict.ts';
import type { Incident } from '../../../../domain/incident/incident.ts';
import type { Approvers } from '../../../../ports/messenger.ts';
import type { AnyBlock } from '../../blocks.ts';
import { actions, button, context, fields, preformatted, section } from '../../blocks.ts';
import { ACTION, encode } from '../../ids.ts';
import { cut, mention, mentionGroup, moment, prose } from '../../text.ts';
import type { Rendered } from '../rendered.ts';
import { capital, changeInWords, objectInWords, outcomeSentence, wayInWords, who } from './proposal-words.ts';

export type ProposalInput = { readonly incident: Incident; readonly proposal: Proposal; readonly approvers: Approvers };

export function proposalView({ proposal, incident, approvers }: ProposalInput): Rendered {
  const { change, state, revision } = proposal;
  const way = wayInWords(change);
  const asks = `${capital(who(proposal.requester))} asks to change ${changeInWords(change)} for ${objectInWords(change)}.${way === undefined ? '' : ` ${way}.`}`;
  const id = revision === 1 ? proposal.id : `${proposal.id}, revision ${revision}`;
  return {
    text: `${asks} ${state.kind === 'pending' ? 'Somebody else has to approve it.' : outcomeSentence(proposal)}`,
    blocks: [
      section(`*Proposal ${id}:* ${asks}\n>${prose(cut(proposal.reason, 500)).replaceAll('\n', '\n>')}`),
      preformatted(diffLines(change), 1500),
      ...findingBlocks(proposal.findings),
      ...(state.kind === 'pending' ? waiting({ proposal, incident, approvers }) : [context(outcomeSentence(proposal))]),
    ],
  };
}

function waiting({ proposal, incident, approvers }: ProposalInput): readonly AnyBlock[] {
  const value = encode({ proposal: proposal.id, version: proposal.revision, incident: incident.id });
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
      ...(proposal.undoes === undefined
        ? [button({ action: ACTION.edit, text: 'Edit', value, label: `Ask for another change of ${name} instead` })]
        : []),
      button({ action: ACTION.refuse, text: 'Reject', value, style: 'danger', label: `Reject the change of ${name}` }),
    ]),
    context(
      `${rehearsal} · nothing changes until a second person approves`,
      ...(proposal.approvals.length === 0
        ? []
        : [`Approved so far by ${proposal.approvals.map(({ by }) => mention(by)).join(', ')}`]),
      `May approve: ${approverWords(approvers)}`,
      `Expires ${moment(proposal.expiresAt)}`,
    ),
  ];
}

const TOPICS: Readonly<Record<FindingTopic, string>> = {
  restart: 'What restarts',
  room: 'Room for it',
  rules: 'Room for it',
  scaling: 'Autoscalers',
  qos: 'QoS class',
  request: 'Memory request',
  heap: 'Stays behind',
  owner: 'Set back by',
  pod: 'Dry run of a pod',
  writing: 'Only rehearsed',
};
const MOST_FINDINGS = 10;

/** What the review found: warnings first, each in its place, and in one line what could not be looked at. */
export function findingBlocks(findings: readonly Finding[]): readonly AnyBlock[] {
  const said = findings.filter(({ level }) => level !== 'not-checked').slice(0, MOST_FINDINGS);
  const unchecked = findings.filter(({ level }) => level === 'not-checked');
  const lines = said.map(
    ({ about, level, words }) => `${level === 'tells' ? '•' : ':warning:'} *${TOPICS[about]}:* ${prose(cut(words, 280))}`,
  );
  return [
    ...(lines.length === 0 ? [] : [section(lines.join('\n'))]),
    ...(unchecked.length === 0
      ? []
      : [context(`Not checked: ${unchecked.map(({ words }) => prose(cut(words, 120))).join(' ')}`)]),
  ];
}

function approverWords({ users, groups }: Approvers): string {
  const names = [...groups.map(mentionGroup), ...users.map(mention)];
  return names.length === 0 ? 'nobody is configured; see policy.approvers in headroom.yaml' : names.slice(0, 10).join(', ');
}

export function outcomeView({ proposal }: { readonly proposal: Proposal }): Rendered {
  const sentence = outcomeSentence(proposal);
  const { change } = proposal;
  const approver = approverOf(proposal);
  const title = titleOf(proposal);
  return {
    text: title === undefined ? sentence : `${title}: ${sentence}`,
    blocks: [
      section(title === undefined ? sentence : `*${title}.* ${sentence}`),
      fields([
        ['Object', objectInWords(change)],
        ['Asked by', who(proposal.requester)],
        ['Approved by', approver],
        ['Last step', moment(lastStepAt(proposal))],
      ]),
      ...undoButton(proposal),
      context(`Proposal *${proposal.id}*`, nextStep(proposal)),
    ],
  };
}

/** While it is watched, `at` is still that of the write. */
function lastStepAt({ state, createdAt }: Proposal): Instant {
  if (state.kind === 'observing') return state.rolledOutAt;
  return 'at' in state ? state.at : createdAt;
}

function approverOf({ approvals, state }: Proposal): string {
  if (approvals.length > 0) return approvals.map(({ by }) => who(by)).join(', ');
  return 'by' in state ? who(state.by) : 'nobody';
}

/** A proposal of its own, for somebody else to approve. */
function undoButton({ id, revision, incidentId, state, change, undoes }: Proposal): readonly AnyBlock[] {
  if (state.kind !== 'closed' || !canUndo(state.verdict, isLowering(change)) || !endsInTemplate(change) || undoes !== undefined)
    return [];
  if (state.verdict.kind === 'not-rolled-out' && state.verdict.undo === 'automatic') return [];
  const value = encode({ proposal: id, version: revision, incident: incidentId });
  return [actions(`undo:${id}`, [button({ action: ACTION.undo, text: 'Undo', value, label: `Ask to take ${id} back` })])];
}

function furtherWords({ after }: Proposal['change']): string {
  if (after.limit === undefined) return 'with a limit';
  return `at most ${formatBytes(toBytes(after.limit * FURTHER_FACTOR))} (${FURTHER_FACTOR} × the limit that did not hold)`;
}

/** How it ended; what is still under way is told by the sentence itself. */
function titleOf({ state }: Proposal): string | undefined {
  if (state.kind !== 'closed') return undefined;
  return {
    quiet: 'Quiet',
    'killed-again': 'Killed again',
    'not-rolled-out': 'Not rolled out',
    undone: 'Undone',
    restored: 'Taken back',
    'not-applied': 'Not applied',
  }[state.verdict.kind];
}

function nextStep({ state, temporary, change }: Proposal): string {
  if (state.kind !== 'closed') return 'This message is kept up to date.';
  switch (state.verdict.kind) {
    case 'quiet':
      if (change.way === 'resize' && change.workload.kind !== 'Pod')
        return 'Next: the template still has the old limit. Review the fix once more to write it there, or the next rollout takes it back.';
      return temporary
        ? 'Next: find the leak while there is room.'
        : 'Next: after some days under real load it is measured, and the thread tells whether the limit can come down.';
    case 'killed-again':
      if (isLowering(change)) return 'Next: Undo gives it back what it had. The new incident tells what it needs.';
      return state.verdict.oldCgroup !== undefined
        ? 'Next: review the fix for the template, which makes new pods, or delete the pod.'
        : `Next: one further raise can be asked for, ${furtherWords(change)}; after that it is up to people. The larger limit stays: taking it back would only make it die sooner.`;
    case 'not-rolled-out':
      return state.verdict.undo === 'automatic'
        ? 'Next: the values of before come back by a change of their own.'
        : 'The new template is still there. Look at the events of the new pods, then review a fix, or Undo.';
    case 'restored':
      return 'Next: the incident is open again, with the limit of before.';
    case 'undone':
      return 'Change the limit where the tool that manages the object reads it from.';
    case 'not-applied':
      return 'The incident is open again: review the fix anew.';
  }
}
