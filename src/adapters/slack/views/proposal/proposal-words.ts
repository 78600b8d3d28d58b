// A proposal and how it went, in sentences that are the same on the root, in the thread and on the Home tab. Escaped mrkdwn.

import { formatBytes } from '../../../../domain/base/memory.ts';
import { formatDuration } from '../../../../domain/base/time.ts';
import type { Change } from '../../../../domain/change/change.ts';
import { lowersRequestOnly } from '../../../../domain/change/change.ts';
import type { PersonId, Proposal } from '../../../../domain/change/proposal.ts';
import { POLICY } from '../../../../domain/change/proposal.ts';
import type { PullRequest } from '../../../../domain/change/repository/repository.ts';
import type { Verdict } from '../../../../domain/change/verdict.ts';
import { cut, link, mention, moment, prose } from '../../text.ts';
import { bracketed, gapWords, pauseWords } from '../incident/watched-words.ts';

/** Kind, namespace, name and container as long as Kubernetes lets them be. */
const LONGEST_OBJECT = 460;
const LONGEST_REASON = 400;

/** What somebody else says, in a sentence of ours: cut before it is marked up. */
function told(text: string): string {
  return prose(cut(text, LONGEST_REASON));
}

/** A person's own words after a sentence of ours, in one line; nothing when there are none. */
function quoted(words: string): string {
  const line = words.replaceAll(/\s+/g, ' ').trim();
  return line === '' ? '' : `: “${told(line)}”`;
}

/** "memory limit 256Mi to 384 MiB" */
export function changeInWords(change: Change): string {
  const { before, after } = change;
  if (lowersRequestOnly(change)) return `memory request ${size(before.request)} to *${bytesOrNone(after.request)}*`;
  const request =
    after.request === before.request?.bytes ? '' : `, request ${size(before.request)} to ${bytesOrNone(after.request)}`;
  return `memory limit ${size(before.limit)} to *${bytesOrNone(after.limit)}*${request}`;
}

function bytesOrNone(bytes: Change['after']['limit']): string {
  return bytes === undefined ? 'none' : formatBytes(bytes);
}

function size(quantity: Change['before']['limit']): string {
  return quantity === undefined ? 'none' : formatBytes(quantity.bytes);
}

export function objectInWords({ workload, container }: Change): string {
  const part = container === '' ? 'the whole pod' : `container ${container}`;
  return prose(cut(`${workload.kind} ${workload.namespace}/${workload.name}, ${part}`, LONGEST_OBJECT));
}

/** How the change gets to the containers, where that is not the usual way. */
export function wayInWords({ way, replacement, edit }: Change): string | undefined {
  switch (way) {
    case 'template':
      return undefined;
    case 'resize':
      return 'In place, in the running pods only';
    case 'recreate':
      return prose(`As a new Job, ${replacement ?? ''}`);
    case 'pull-request':
      return prose(`By a pull request in ${edit?.repository ?? 'its repository'}, file ${edit?.file ?? 'unknown'}`);
  }
}

/** A person, or the policy itself. */
export function who(id: PersonId): string {
  return id === POLICY ? 'the policy' : mention(id);
}

/** How an approved change stands, in one sentence. */
export function outcomeSentence(proposal: Proposal): string {
  const { state, change } = proposal;
  switch (state.kind) {
    case 'pending':
      return `Proposal ${proposal.id} waits for approval.`;
    case 'refused':
      return `Proposal ${proposal.id} was refused by ${mention(state.by)}${quoted(state.reason)}.`;
    case 'expired':
      return state.reason === undefined
        ? `Proposal ${proposal.id} expired unapproved.`
        : `Proposal ${proposal.id} is no longer valid: ${told(state.reason)}.`;
    case 'approved':
    case 'applying':
      return `${capital(changeInWords(change))}, approved by ${who(state.by)}: being written.`;
    case 'in-review':
      return `${capital(changeInWords(change))}, approved by ${who(state.by)}: ${pullRequestWords(proposal.pullRequest)}.`;
    case 'rolling-out':
      return `${capital(changeInWords(change))}, approved by ${who(state.by)}: written, new pods are starting.`;
    case 'observing':
      return `${capital(changeInWords(change))}: rolled out, ${watchingWords(state)}.`;
    case 'closed':
      return verdictSentence(state.verdict, proposal);
  }
}

/** Where a pull request stands, with its address. */
function pullRequestWords(pull: PullRequest | undefined): string {
  if (pull === undefined) return 'its pull request is being opened';
  const name = link(pull.url, `pull request #${pull.number}`);
  if (pull.merged !== undefined)
    return `${name} was merged${pull.merged.by === undefined ? '' : ` by ${told(pull.merged.by)}`}, and the cluster does not have it yet`;
  const opinions = [
    ...(pull.changesRequestedBy.length === 0 ? [] : [`changes requested by ${told(pull.changesRequestedBy.join(', '))}`]),
    ...(pull.approvedBy.length === 0 ? [] : [`approved there by ${told(pull.approvedBy.join(', '))}`]),
  ];
  return `${name} in ${told(pull.repository)} is open${opinions.length === 0 ? '' : `, ${opinions.join(', ')}`}`;
}

/** Until when it is watched, and what made that later. */
function watchingWords({ until, gaps }: Extract<Proposal['state'], { readonly kind: 'observing' }>): string {
  const away = gapWords(gaps);
  if (away === undefined) return `watching for kills until ${moment(until)}`;
  if (gaps?.at(-1)?.until === undefined) return `but ${away}: the time of watching goes on when somebody watches again`;
  return `watching for kills until ${moment(until)}, later than planned because it was ${away}`;
}

function quietWords({ watchedMs, unwatched, pausedMs, otherKills }: Extract<Verdict, { readonly kind: 'quiet' }>): string {
  const others = otherKills === undefined ? undefined : `${otherKills} with another limit meanwhile`;
  return `no kill in ${formatDuration(watchedMs)} of watching${others === undefined ? '' : ' with the new limit'}${bracketed(others, gapWords(unwatched), pauseWords(pausedMs))}`;
}

function verdictSentence(verdict: Verdict, { change }: Proposal): string {
  switch (verdict.kind) {
    case 'quiet':
      return `${capital(changeInWords(change))}: ${quietWords(verdict)}.${verdict.delaysOnly ? ' It only delays the next one: the leak is still there.' : ''}`;
    case 'killed-again':
      return againSentence(verdict, change);
    case 'not-rolled-out':
      return `The change was written but did not roll out: ${told(verdict.reason)}.${verdict.undo === 'automatic' ? ' The policy has it taken back.' : ''}`;
    case 'restored':
      return `Taken back: ${changeInWords(change)}.`;
    case 'undone':
      return `Somebody or something took the change back: the limit found is ${told(verdict.foundLimit)}.`;
    case 'not-applied':
      return `Nothing was changed: ${told(verdict.reason)}.`;
  }
}

export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** After a resize in place the kill may be one at the old size. */
function againSentence({ oldCgroup, afterMs }: Extract<Verdict, { readonly kind: 'killed-again' }>, change: Change): string {
  const what = capital(changeInWords(change));
  const later = formatDuration(afterMs);
  switch (oldCgroup) {
    case 'known':
      return `${what} was accepted and reported done, and the kernel still killed it at the old size ${later} later: the pod’s own cgroup never got the new limit (kubernetes#138760). Only a new pod has it.`;
    case 'possible':
      return `${what} did not help: killed again ${later} after the change, in the very pod that was resized. Either it is not enough, or the pod’s own cgroup kept the old limit, as it may on Kubernetes up to 1.36.3 (kubernetes#138760).`;
    case undefined:
      return `${what} was not enough: killed again ${later} after the change.`;
  }
}
