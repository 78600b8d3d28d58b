// How a workload's incident stands, for whoever asks about the workload: the incident in one line, and the change that was asked for last. Escaped mrkdwn.

import type { Standing } from '../../../../api/answer.ts';
import { code, moment } from '../../text.ts';
import type { Workspace } from '../permalink.ts';
import { outcomeSentence } from '../proposal/proposal-words.ts';
import { incidentLine, incidentName } from './incident-line.ts';

export function standingWords({ incident, proposal }: Standing, workspace: Workspace): string {
  const change = proposal === undefined ? '' : `\n:wrench: ${outcomeSentence(proposal)}`;
  return `${incidentLine(incident, workspace)}${change}`;
}

/** Where a number for that container can be asked for: never in the thread of another one. */
export function whereToAsk(standing: Standing | undefined, container: string, workspace: Workspace): string {
  const nothing = 'so there is nothing to approve: change the limit where it is written.';
  if (standing === undefined) return `There is no open incident for it, ${nothing}`;
  const { incident } = standing;
  if (incident.container !== container) return `There is no open incident of container ${code(container)}, ${nothing}`;
  const name = incidentName(incident, workspace);
  switch (incident.state) {
    case 'open':
      return `Ask for it in the thread of ${name}: *Review fix*.`;
    case 'proposed':
    case 'changing':
    case 'observing':
      return `A change is under way in the thread of ${name}.`;
    case 'resolved': {
      const when = incident.resolvedAt === undefined ? '' : ` ${moment(incident.resolvedAt)}`;
      return `${name} was resolved${when}, and no other incident of it is open, ${nothing}`;
    }
  }
}
