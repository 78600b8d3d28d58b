// An incident in one line, as lists and the Home tab show it. Escaped mrkdwn.

import { formatBytes } from '../../../../domain/base/memory.ts';
import { workloadName } from '../../../../domain/base/workload.ts';
import type { Incident } from '../../../../domain/incident/incident.ts';
import { entryOf } from '../../../../domain/incident/incident.ts';
import { timesInWords } from '../../../../domain/kill/kill-count.ts';
import { code, link, mention, moment, prose } from '../../text.ts';
import type { Workspace } from '../permalink.ts';
import { permalink } from '../permalink.ts';
import { killMoment } from './kill-words.ts';

const STATE_WORDS = {
  open: 'open',
  proposed: 'waiting for approval',
  changing: 'rolling out',
  observing: 'watching',
  resolved: 'resolved',
} as const;

/** Its id leads to its thread. */
export function incidentName(incident: Incident, workspace: Workspace): string {
  const address = permalink(workspace, entryOf(incident, 'root')?.posted);
  return address === undefined ? `*${incident.id}*` : `*${link(address, incident.id)}*`;
}

export function incidentLine(incident: Incident, workspace: Workspace): string {
  const { workload, lastKill } = incident;
  const limit = lastKill.limit === undefined ? 'no limit' : formatBytes(lastKill.limit);
  const muted =
    incident.muted === undefined
      ? ''
      : ` · not told: expected until ${moment(incident.muted.until)}, says ${mention(incident.muted.by)}`;
  return `${incidentName(incident, workspace)} ${code(workloadName(workload))} (${prose(incident.container)}, ${limit}): killed ${timesInWords(incident)}, last ${killMoment(lastKill)} · ${[STATE_WORDS[incident.state], ...careWords(incident)].join(', ')}${muted}`;
}

/** Without names: a list that is shared would call everybody. */
function careWords({ state, assigned, acknowledgedBy, snoozed }: Incident): readonly string[] {
  if (state === 'resolved') return [];
  const kept = assigned === undefined ? (acknowledgedBy === undefined ? [] : ['acknowledged']) : ['assigned'];
  return snoozed === undefined ? kept : [...kept, `snoozed until ${moment(snoozed.until)}`];
}
