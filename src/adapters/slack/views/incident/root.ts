// The root message of an incident: what happened in words, how it stands, and the buttons. Edited in place, never posted twice.

import type { Button } from '@slack/types';
import { formatBytes } from '../../../../domain/base/memory.ts';
import { valueOf } from '../../../../domain/base/piece.ts';
import { workloadName } from '../../../../domain/base/workload.ts';
import { isPatchableKind } from '../../../../domain/change/change.ts';
import type { Proposal } from '../../../../domain/change/proposal.ts';
import { otherLimitNote } from '../../../../domain/evidence/sample.ts';
import type { Dossier, Incident } from '../../../../domain/incident/incident.ts';
import { START_ERROR } from '../../../../domain/kill/exit-code.ts';
import { firstKillAt, timesInWords } from '../../../../domain/kill/kill-count.ts';
import type { Kill } from '../../../../domain/kill/oom-kill.ts';
import { isOfSandbox } from '../../../../domain/kill/oom-kill.ts';
import type { AnyBlock } from '../../blocks.ts';
import { actions, button, context, fields, header, section } from '../../blocks.ts';
import { ACTION, encode } from '../../ids.ts';
import { code, cut, mentionChannel, moment, prose } from '../../text.ts';
import { killSource } from '../explanation/sources.ts';
import { changeInWords, outcomeSentence, who } from '../proposal/proposal-words.ts';
import type { Rendered, Strip } from '../rendered.ts';
import { COLOR } from '../rendered.ts';
import { careControls, careWords, ownerWords, quietWords } from './care-words.ts';
import { killMoment } from './kill-words.ts';
import { sinceChangeWords } from './since-change-words.ts';
import { notQuietYet, quietWithoutChange } from './watched-words.ts';

export type RootInput = {
  readonly incident: Incident;
  readonly dossier?: Dossier | undefined;
  readonly proposal?: Proposal | undefined;
  readonly lastChange?: Proposal | undefined;
  /** The kill that the thread explains, where it is another than the one told here. */
  readonly explained?: Kill | undefined;
};

export function rootView(input: RootInput): Rendered {
  const { incident } = input;
  if (incident.state === 'resolved') return resolved(input);
  const notQuiet = notQuietYet(incident);
  return {
    text: `OOMKilled: ${place(incident)}, ${limitWords(incident)}, killed ${timesInWords(incident)} on ${prose(incident.workload.cluster)}. Open the thread to see why and review a fix.`,
    blocks: [
      header(`:red_circle: ${incident.workload.name} ran out of memory`),
      section(whatHappened(input)),
      fields(facts(input)),
      ...(input.dossier === undefined ? [] : [section(likelyCause(input.dossier))]),
      ...controls(incident),
      context(
        `*${incident.id}*`,
        ...(incident.previousIncidentId === undefined ? [] : [`Happened before: ${incident.previousIncidentId}`]),
        `Opened ${moment(incident.openedAt)}`,
        sources(input),
        ...otherInThread(input),
        ...(incident.movedFrom === undefined
          ? []
          : [`Moved here: ${mentionChannel(incident.movedFrom)} cannot be used any more`]),
        ...(incident.reopenedAt === undefined ? [] : [`Open again since ${moment(incident.reopenedAt)}`]),
        ...(notQuiet === undefined ? [] : [notQuiet]),
        ...(incident.lastKill.whileAway === true ? ['The last kill happened while the watcher was away'] : []),
      ),
    ],
    strip: stripFor(input),
  };
}

/** Of the numbers above that have no time beside them yet, in one line; the thread has it whole. */
function sources({ incident, dossier }: RootInput): string {
  const usage = dossier?.evidence.usage;
  const peak = usage?.kind === 'known' && usage.value.kind === 'series' ? usage.value.peak : undefined;
  return [
    `Kill and limit: ${killSource(incident.lastKill)}`,
    ...(usage?.kind !== 'known' || peak === undefined ? [] : [`highest sample: ${prose(usage.source)}, ${moment(peak.at)}`]),
  ].join('; ');
}

/** Only where the two ended differently: else what the thread says holds for both. */
function otherInThread({ incident: { lastKill }, explained }: RootInput): readonly string[] {
  if (explained === undefined || (explained.how === lastKill.how && explained.exitCode === lastKill.exitCode)) return [];
  const exit = explained.exitCode === undefined ? 'no exit code' : `exit code ${explained.exitCode}`;
  return [`Told above is the last kill; the thread explains an earlier one, ${killMoment(explained)} (${exit})`];
}

function place(incident: Incident): string {
  return prose(
    incident.lastKill.how === 'node'
      ? workloadName(incident.workload)
      : `${workloadName(incident.workload)} (container ${incident.container})`,
  );
}

function limitWords({ lastKill }: Incident): string {
  return lastKill.limit === undefined ? 'no limit' : `limit ${formatBytes(lastKill.limit)}`;
}

export function whatHappened({ incident, dossier }: RootInput): string {
  const { lastKill, workload } = incident;
  const what =
    lastKill.how === 'node'
      ? `Node ${code(workload.name)}`
      : `Container ${code(incident.container)} in ${code(workloadName(workload))}`;
  const owner = dossier?.evidence.owner;
  // Read once, after the kill: it says when, because it is not read again.
  const serving =
    owner?.kind !== 'known' || owner.value.replicas === undefined
      ? ''
      : ` *${owner.value.readyReplicas ?? 0} of ${owner.value.replicas}* replicas were serving ${moment(owner.at)}.`;
  return `${what} ${deed(incident, dossier)}\n${killsInWords(incident)}${serving}`;
}

/** How often since the first, and the restarts of the container that was killed last: of several pods each has its own. */
function killsInWords(incident: Incident): string {
  const { killCount, lastKill } = incident;
  const { how, ref, restartCount } = lastKill;
  const since = killCount === 1 ? '' : ` since ${moment(firstKillAt(incident))}`;
  const restarts = `*${restartCount}* ${restartCount === 1 ? 'restart' : 'restarts'} when that was seen`;
  const where = how === 'node' ? '' : `${killCount === 1 ? ' in' : ', last in'} pod ${code(ref.pod)} (${restarts})`;
  return `Killed *${timesInWords(incident)}*${since}${where}.`;
}

function deed({ lastKill }: Incident, dossier: Dossier | undefined): string {
  const exit = lastKill.exitCode === undefined ? 'no exit code' : `exit code ${lastKill.exitCode}`;
  if (lastKill.how === 'node')
    return `ran out of memory, and its kernel killed a process: ${prose(cut(lastKill.message ?? '', 300))}`;
  if (dossier?.diagnosis.cause === 'node-pressure') return `was killed because its node ran out of memory (${exit}).`;
  if (lastKill.limit === undefined) return `was killed for memory without having a limit of its own (${exit}).`;
  const limit = `reached its *${formatBytes(lastKill.limit)}* memory limit`;
  if (isOfSandbox(lastKill)) return `${lastKill.how === 'sandbox' ? '' : 'probably '}${limit} before any container could start.`;
  if (lastKill.how === 'silent') return `${limit}, and the kernel killed a child process in it; the container itself runs on.`;
  if (lastKill.how === 'suspected')
    return `was killed by SIGKILL (${exit}), probably at its *${formatBytes(lastKill.limit)}* memory limit.`;
  if (lastKill.how === 'start-oom')
    return `${limit} while starting, and the kernel killed it before its program ran (${exit}${lastKill.exitCode === START_ERROR ? ': it could not be started' : ''}).`;
  if (lastKill.exitCode !== 137) return `${limit}, and the kernel killed one of its processes; the container ended with ${exit}.`;
  return `${limit}, and the kernel killed it (${exit}).`;
}

function facts({ incident, dossier }: RootInput): readonly (readonly [string, string])[] {
  const { workload, lastKill } = incident;
  const usage = dossier === undefined ? undefined : valueOf(dossier.evidence.usage);
  const peak =
    usage?.kind === 'series'
      ? `${formatBytes(usage.peak.bytes)}${otherLimitNote(usage.peak.bytes, lastKill.limit)} / ${lastKill.limit === undefined ? 'no limit' : formatBytes(lastKill.limit)}`
      : undefined;
  return [
    ['Cluster', prose(workload.cluster)],
    ['Workload', `${prose(workload.kind)} ${code(workload.name)}`],
    ...(incident.owner === undefined ? [] : [['Owner', ownerWords(incident.owner)] as const]),
    peak === undefined
      ? [
          'Limit / request',
          `${lastKill.limit === undefined ? 'none' : formatBytes(lastKill.limit)} / ${lastKill.request === undefined ? 'none' : formatBytes(lastKill.request)}`,
        ]
      : ['Highest sample / limit', peak],
    ['Last kill', killMoment(lastKill)],
  ];
}

export function likelyCause({ diagnosis, recommendation }: Dossier): string {
  const cause = `:mag: *Likely cause:* ${prose(diagnosis.summary)} _(${diagnosis.confidence} confidence)_`;
  if (recommendation.kind === 'advise')
    return `${cause}\n*What helps:* ${prose(recommendation.advice[0] ?? recommendation.reason)}`;
  return `${cause}\n*Suggested limit:* *${formatBytes(recommendation.limit)}*${recommendation.temporary ? ', as a stop-gap only' : ''}.`;
}

/** The buttons that fit the state, and others beside them. */
export function controls(incident: Incident, more: readonly Button[] = []): readonly AnyBlock[] {
  if (incident.state !== 'open' && incident.state !== 'proposed') return [];
  const value = encode({ incident: incident.id });
  const name = incident.workload.name;
  const fixable = isPatchableKind(incident.workload.kind);
  const buttons = [
    ...(incident.state === 'open'
      ? [
          button({
            action: ACTION.review,
            text: fixable ? 'Review fix' : 'What can be done',
            value,
            style: 'primary',
            label: `Review a fix for ${name}`,
          }),
        ]
      : []),
    ...careControls(incident),
    ...more,
  ];
  // Another id only when the controls are others: a menu that somebody has open must not close because of one more kill.
  const notes = incident.thread.filter(({ subject }) => subject.kind === 'note').length;
  return buttons.length === 0 ? [] : [actions(`act:${incident.id}:${incident.state}:${notes}`, buttons)];
}

export function stripFor({ incident, dossier, proposal, lastChange }: RootInput): Strip {
  const seen = careWords(incident);
  const quiet = quietWords(incident);
  if (quiet !== undefined && incident.state === 'open')
    return { color: COLOR.quiet, word: quiet.word, text: `${quiet.text} · ${seen}` };
  switch (incident.state) {
    case 'open': {
      const since = sinceChangeWords({ incident, dossier, change: lastChange });
      return { color: COLOR.open, word: 'Open', text: since === undefined ? seen : `${since} · ${seen}` };
    }
    case 'proposed':
      return {
        color: COLOR.waiting,
        word: 'Waiting for approval',
        text: proposal === undefined ? seen : `${changeInWords(proposal.change)}, asked by ${who(proposal.requester)}`,
      };
    case 'changing':
      return { color: COLOR.moving, word: 'Rolling out', text: proposal === undefined ? '' : outcomeSentence(proposal) };
    case 'observing':
      return { color: COLOR.moving, word: 'Watching', text: proposal === undefined ? '' : outcomeSentence(proposal) };
    case 'resolved':
      return { color: COLOR.resolved, word: 'Resolved', text: '' };
  }
}

function resolved({ incident, proposal }: RootInput): Rendered {
  const how = proposal === undefined ? quietWithoutChange(incident) : outcomeSentence(proposal);
  return {
    text: `Resolved: ${place(incident)} is quiet again. ${how}`,
    blocks: [
      header(`:white_check_mark: ${incident.workload.name} is quiet again`),
      section(
        `Container ${code(incident.container)} in ${code(workloadName(incident.workload))} was killed for memory ${timesInWords(incident)}. ${how}`,
      ),
      context(
        `*${incident.id}*`,
        `${moment(incident.openedAt)} to ${incident.resolvedAt === undefined ? 'now' : moment(incident.resolvedAt)}`,
      ),
    ],
    strip: { color: COLOR.resolved, word: 'Resolved', text: `if it is killed again soon, ${incident.id} opens again` },
  };
}
