// Answers that are lists: incidents, a workload's history, what waits for an approval, what is muted, and what a name may mean.

import type { Answer } from '../../../../api/answer.ts';
import type { AuditEvent } from '../../../../domain/audit/audit.ts';
import { formatBytes } from '../../../../domain/base/memory.ts';
import type { Proposal } from '../../../../domain/change/proposal.ts';
import type { AnyBlock } from '../../blocks.ts';
import { actions, button, context, section } from '../../blocks.ts';
import { ACTION, encode } from '../../ids.ts';
import { code, cut, mention, moment, prose } from '../../text.ts';
import { sourceLines } from '../explanation/sources.ts';
import { incidentLine } from '../incident/incident-line.ts';
import { standingWords, whereToAsk } from '../incident/standing-words.ts';
import type { Workspace } from '../permalink.ts';
import { changeInWords, objectInWords, outcomeSentence, who } from '../proposal/proposal-words.ts';
import type { Rendered } from '../rendered.ts';
import { choiceBlock, pageBlocks } from './answer-blocks.ts';
import { muteLine } from './mute-words.ts';

type Of<Kind extends Answer['kind']> = Extract<Answer, { readonly kind: Kind }>;

/** Whose numbers a list of incidents shows. */
const RECORDED = 'Counted by Headroom itself; limits as each pod’s status or spec had them at the kill';

export function incidentsView({ which, incidents }: Of<'incidents'>, workspace: Workspace): Rendered {
  const { total, items } = incidents;
  const are = which === 'open' ? 'open' : 'known';
  const text = `${total} ${total === 1 ? `incident is ${are}` : `incidents are ${are}`}.`;
  if (total === 0) {
    const nothing = which === 'open' ? ':white_check_mark: Nothing is open.' : 'No kill was seen yet.';
    return { text, blocks: [section(nothing)] };
  }
  const title = which === 'open' ? 'open, newest first' : 'in all, newest first';
  return {
    text,
    blocks: [
      section(`*${total}* ${title}:`),
      ...items.map((incident) => section(incidentLine(incident, workspace))),
      ...pageBlocks(incidents),
      context(RECORDED),
    ],
  };
}

export function historyView({ workload, incidents, proposals, records }: Of<'history'>, workspace: Workspace): Rendered {
  const name = `${workload.namespace}/${workload.name}`;
  const { total, items } = incidents;
  const text = `${prose(name)}: ${total} ${total === 1 ? 'incident' : 'incidents'}, ${proposals.length} ${proposals.length === 1 ? 'change was' : 'changes were'} asked for.`;
  return {
    text,
    blocks: [
      section(`*History of ${prose(workload.kind)}* ${code(name)}`),
      ...(total === 0
        ? [section('No kill of it was seen.')]
        : items.map((incident) => section(incidentLine(incident, workspace)))),
      ...proposals.slice(0, 10).map((proposal) => section(changeLine(proposal))),
      ...(records.length === 0 ? [] : [section(['*From the audit: who did what*', ...records.map(recordLine)].join('\n'))]),
      ...pageBlocks(incidents),
      context(`${RECORDED}; changes and who made them: Headroom’s audit`),
    ],
  };
}

function changeLine(proposal: Proposal): string {
  return `:wrench: Proposal *${proposal.id}* ${moment(proposal.createdAt)} · ${who(proposal.requester)} asked: ${changeInWords(proposal.change)} (“${prose(cut(proposal.reason, 200))}”). ${outcomeSentence(proposal)}`;
}

/** As the audit has it: who, what, and what came of it. */
function recordLine({ at, actor, action, result, proposalId, before, after, outcome }: AuditEvent): string {
  const name = actor.kind === 'person' ? mention(actor.id) : 'Headroom';
  const sizes = after?.limit === undefined ? '' : ` ${prose(before?.limit ?? 'none')} to ${prose(after.limit)}`;
  const came = result === 'done' ? '' : ` · *${result}*${outcome === undefined ? '' : `: ${prose(cut(outcome, 120))}`}`;
  return `• ${moment(at)} ${name}: ${action}${proposalId === undefined ? '' : ` ${prose(proposalId)}`}${sizes}${came}`;
}

export function approvalsView({ mine, others }: Of<'approvals'>): Rendered {
  const text = `${mine.length} ${mine.length === 1 ? 'change waits' : 'changes wait'} for your approval, ${others.length} for somebody else's.`;
  return {
    text,
    blocks: [
      section(text),
      ...mine.slice(0, 10).flatMap(waitingBlocks),
      ...(others.length === 0 ? [] : [section('*For others:*')]),
      ...others.slice(0, 10).map((proposal) => section(waitingLine(proposal))),
    ],
  };
}

function waitingLine(proposal: Proposal): string {
  return `Proposal *${proposal.id}* · ${who(proposal.requester)} asks: ${changeInWords(proposal.change)} for ${objectInWords(proposal.change)} · until ${moment(proposal.expiresAt)}`;
}

/** With the button that shows it and lets it be approved. */
export function waitingBlocks(proposal: Proposal): readonly AnyBlock[] {
  return [
    section(waitingLine(proposal)),
    actions(`waiting:${proposal.id}:${proposal.version}`, [
      button({
        action: ACTION.approve,
        text: 'Review',
        value: encode({ proposal: proposal.id, version: proposal.revision, incident: proposal.incidentId }),
        style: 'primary',
        label: `Look at and approve ${proposal.id}`,
      }),
    ]),
  ];
}

export function mutesView({ mutes }: Of<'mutes'>): Rendered {
  if (mutes.length === 0) return { text: 'Nothing is muted.', blocks: [section('Nothing is muted: every kill is told.')] };
  return {
    text: `${mutes.length} ${mutes.length === 1 ? 'workload is' : 'workloads are'} muted.`,
    blocks: mutes.slice(0, 20).flatMap((mute) => {
      const name = `${mute.workload.namespace}/${mute.workload.name}`;
      const end = button({
        action: ACTION.ask,
        text: 'Unmute',
        value: encode({ ask: `unmute ${name}`, page: 0 }),
        label: `Tell of kills of ${name} again`,
      });
      return [section(muteLine(mute)), actions(`mute:${mute.at}:${cut(name, 200)}`, [end])];
    }),
  };
}

export function mutedView({ kind, mute }: Of<'muted' | 'unmuted'>): Rendered {
  const name = `${mute.workload.namespace}/${mute.workload.name}`;
  if (kind === 'unmuted') {
    const words = `Kills of ${code(name)} are told again. They were expected until ${moment(mute.until)}, said ${mention(mute.by)}.`;
    return { text: words, blocks: [section(`:bell: ${words}`)] };
  }
  const undo = button({
    action: ACTION.ask,
    text: 'Undo',
    value: encode({ ask: `unmute ${name}`, page: 0 }),
    label: `Tell of kills of ${name} again`,
  });
  return {
    text: muteLine(mute),
    blocks: [
      section(`${muteLine(mute)}\nThey are recorded: ${code(`/oom history ${name}`)} shows them.`),
      actions('undo', [undo]),
    ],
  };
}

export function choiceView({ question, choices }: Of<'choice'>): Rendered {
  const text = `${prose(cut(question, 500))} ${choices.items.map(({ label }) => prose(label)).join(', ')}`;
  return { text, blocks: [section(prose(cut(question, 500))), ...choices.items.map(choiceBlock), ...pageBlocks(choices)] };
}

export function recommendationView({ ref, kill, dossier, note, standing }: Of<'recommendation'>, workspace: Workspace): Rendered {
  const { recommendation, diagnosis } = dossier;
  const place = `${code(`${ref.namespace}/${ref.pod}`)}, container ${code(ref.container)}`;
  const first =
    recommendation.kind === 'raise'
      ? `*${formatBytes(recommendation.limit)}*${recommendation.temporary ? ' as a stop-gap' : ''} for ${place}. ${prose(recommendation.arithmetic)}${recommendation.cappedBy === undefined ? '' : ` Capped by ${prose(recommendation.cappedBy)}.`}`
      : `No number for ${place}: ${prose(recommendation.reason)}`;
  const advice = recommendation.advice.map((line) => `• ${prose(line)}`);
  return {
    text: first,
    blocks: [
      ...(standing === undefined ? [] : [section(standingWords(standing, workspace))]),
      ...(note === undefined ? [] : [section(prose(note))]),
      section([first, ...advice].join('\n')),
      section(
        `${prose(diagnosis.summary)} _(${diagnosis.confidence} confidence)_\n${whereToAsk(standing, ref.container, workspace)}`,
      ),
      context(...sourceLines({ kill, dossier })),
    ],
  };
}
