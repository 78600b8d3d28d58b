// An incident in one line, as lists and the Home tab show it. Escaped mrkdwn.

import type { Incident } from '../../../domain/incident.ts';
import { formatBytes } from '../../../domain/memory.ts';
import { workloadName } from '../../../domain/workload.ts';
import { code, mention, moment, prose } from '../text.ts';

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
  const muted =
    incident.muted === undefined
      ? ''
      : ` · not told: expected until ${moment(incident.muted.until)}, says ${mention(incident.muted.by)}`;
  return `*${incident.id}* ${code(workloadName(workload))} (${prose(incident.container)}, ${limit}): killed ${incident.killCount} ${incident.killCount === 1 ? 'time' : 'times'}, last ${moment(lastKill.finishedAt ?? lastKill.seenAt)} · ${STATE_WORDS[incident.state]}${muted}`;
}
