// What the channel is told beside the root message, as replies shown in the channel too: killed again after it was quiet, and it goes on.

import { formatBytes } from '../../../../domain/base/memory.ts';
import type { Instant } from '../../../../domain/base/time.ts';
import { between, formatDuration } from '../../../../domain/base/time.ts';
import { workloadName } from '../../../../domain/base/workload.ts';
import type { Proposal } from '../../../../domain/change/proposal.ts';
import type { Dossier, Incident } from '../../../../domain/incident/incident.ts';
import { firstKillAt } from '../../../../domain/kill/kill-count.ts';
import { context, section } from '../../blocks.ts';
import { code, moment, prose } from '../../text.ts';
import { capital } from '../proposal/proposal-words.ts';
import type { Rendered } from '../rendered.ts';
import { sinceChangeWords } from './since-change-words.ts';

export type AgainInput = {
  readonly incident: Incident;
  readonly dossier?: Dossier | undefined;
  readonly lastChange?: Proposal | undefined;
  readonly quietSince: Instant;
  readonly at: Instant;
};

export function againView({ incident, dossier, lastChange, quietSince, at }: AgainInput): Rendered {
  const what = `${prose(workloadName(incident.workload))} (container ${prose(incident.container)})`;
  const after = formatDuration(between(quietSince, at));
  const since = sinceChangeWords({ incident, dossier, change: lastChange });
  const change = since === undefined ? '' : ` ${capital(since)}.`;
  return {
    text: `Killed again: ${what}, after ${after} without a kill.${change} ${incident.id} is open again.`,
    blocks: [
      section(
        `:red_circle: *Killed again.* Container ${code(incident.container)} in ${code(workloadName(incident.workload))} was killed for memory ${moment(at)}, after ${after} without a kill.${change} *${incident.id}* is open again.`,
      ),
    ],
  };
}

export type ReminderInput = { readonly incident: Incident; readonly dossier?: Dossier | undefined; readonly kills: number };

export function reminderView({ incident, dossier, kills }: ReminderInput): Rendered {
  const { workload, lastKill, acknowledgedBy } = incident;
  const limit = lastKill.limit === undefined ? 'without a limit' : `with a limit of ${formatBytes(lastKill.limit)}`;
  const fix = dossier?.recommendation.kind === 'raise' ? ` Suggested limit: *${formatBytes(dossier.recommendation.limit)}*.` : '';
  const seen = acknowledgedBy === undefined ? 'Nobody has acknowledged it.' : 'It is acknowledged, and no fix is under way.';
  return {
    text: `Still going on: ${prose(workloadName(workload))} (container ${prose(incident.container)}) has been killed at least ${kills} times, ${limit}. ${seen}`,
    blocks: [
      section(
        `:repeat: *Still going on:* ${code(workloadName(workload))}, container ${code(incident.container)}, has been killed *at least ${kills}* times since ${moment(firstKillAt(incident))}, ${limit}.${fix}`,
      ),
      context(`*${incident.id}*`, seen, 'The buttons are on the first message of this thread'),
    ],
  };
}
