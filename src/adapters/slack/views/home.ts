// The Home tab: what waits for this person's approval, and what is open. At most 20 of each.

import type { HomeView } from '@slack/types';
import type { Incident } from '../../../domain/incident.ts';
import { formatBytes } from '../../../domain/memory.ts';
import { workloadName } from '../../../domain/workload.ts';
import type { HomeContent } from '../../../ports/conversation.ts';
import type { AnyBlock } from '../blocks.ts';
import { actions, button, header, section } from '../blocks.ts';
import { ACTION, encode } from '../ids.ts';
import { code, mention, moment, prose } from '../text.ts';
import { changeInWords, objectInWords } from './proposal-words.ts';

export function homeView({ waiting, incidents }: HomeContent): HomeView {
  return {
    type: 'home',
    blocks: [
      header('Headroom'),
      section(
        `*${incidents.length}* open ${incidents.length === 1 ? 'incident' : 'incidents'}, *${waiting.length}* waiting for your approval.`,
      ),
      ...waiting.flatMap((proposal) => [
        section(
          `*${proposal.id}* · ${mention(proposal.requester)} asks: ${changeInWords(proposal.change)} for ${objectInWords(proposal.change)}`,
        ),
        actions(`home:${proposal.id}:${proposal.version}`, [
          button({
            action: ACTION.approve,
            text: 'Review',
            value: encode({ proposal: proposal.id, version: proposal.version, incident: proposal.incidentId }),
            style: 'primary',
            label: `Look at and approve ${proposal.id}`,
          }),
        ]),
      ]),
      { type: 'divider' },
      ...incidents.map((incident) => section(incidentLine(incident))),
      section('Ask about any pod: `/oom pod namespace/pod`'),
    ],
  };
}

const STATE_WORDS = {
  open: 'open',
  proposed: 'waiting for approval',
  changing: 'rolling out',
  observing: 'watching',
  resolved: 'resolved',
} as const;

export function incidentLine(incident: Incident): string {
  const { workload, lastKill } = incident;
  const limit = lastKill.limit === undefined ? 'no limit' : formatBytes(lastKill.limit);
  return `*${incident.id}* ${code(workloadName(workload))} (${prose(incident.container)}, ${limit}): killed ${incident.killCount} ${incident.killCount === 1 ? 'time' : 'times'}, last ${moment(lastKill.finishedAt ?? lastKill.seenAt)} · ${STATE_WORDS[incident.state]}`;
}

export function listBlocks(incidents: readonly Incident[]): readonly AnyBlock[] {
  if (incidents.length === 0) return [section(':white_check_mark: Nothing is open.')];
  return [section(`*${incidents.length}* open:`), ...incidents.slice(0, 20).map((incident) => section(incidentLine(incident)))];
}
