// Some time after a change: it held or it did not, what was measured under load, and whether the limit may be lowered again.

import { formatBytes } from '../../../../domain/base/memory.ts';
import { formatDuration } from '../../../../domain/base/time.ts';
import type { Incident } from '../../../../domain/incident/incident.ts';
import type { FollowUp } from '../../../../domain/sizing/follow-up.ts';
import type { AnyBlock } from '../../blocks.ts';
import { actions, button, context, section } from '../../blocks.ts';
import { ACTION, encode } from '../../ids.ts';
import { code, moment, prose } from '../../text.ts';
import { gapWords } from '../incident/watched-words.ts';
import type { Rendered } from '../rendered.ts';

const AFTER = { '24h': 'A day', '7d': 'A week', '14d': 'Two weeks' } as const;

/** As long as it really was, where that is known. */
function afterWords({ stage, afterMs }: FollowUp): string {
  if (afterMs === undefined) return AFTER[stage];
  const words = formatDuration(afterMs);
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

export function followUpView({ incident, followUp }: { readonly incident: Incident; readonly followUp: FollowUp }): Rendered {
  const { proposalId, limit, kills } = followUp;
  const title = `${afterWords(followUp)} after ${proposalId}`;
  const verdict =
    kills === 0
      ? `:white_check_mark: the limit of *${formatBytes(limit)}* held`
      : `:warning: killed *${kills}* more ${kills === 1 ? 'time' : 'times'} since${otherLimitWords(followUp)}`;
  const away = gapWords(followUp.gaps);
  const lines = [
    `*${title}:* ${verdict}${away === undefined ? '' : ` (${away})`}.`,
    peakLine(followUp),
    ...loweringLines(followUp),
  ];
  return {
    text: `${title}: ${kills === 0 ? `the limit of ${formatBytes(limit)} held` : `killed ${kills} more times`}.`,
    blocks: [
      section(lines.join('\n')),
      ...reviewButton(incident, followUp),
      context(`Container ${code(incident.container)}`, `Looked ${moment(followUp.at)}`),
    ],
  };
}

/** While it is the newest word on it. */
function reviewButton({ id, state, followUps = [], workload }: Incident, followUp: FollowUp): readonly AnyBlock[] {
  const newest = followUps.at(-1);
  const same = newest?.proposalId === followUp.proposalId && newest.stage === followUp.stage;
  if (state !== 'resolved' || followUp.lowering?.kind !== 'lower' || !same) return [];
  const what = lowerWhat(followUp);
  const label = `Review a lower memory ${what} for ${workload.name}`;
  return [
    actions(`lower:${followUp.proposalId}:${followUp.stage}`, [
      button({ action: ACTION.review, text: `Review lower ${what}`, value: encode({ incident: id }), label }),
    ]),
  ];
}

/** What was killed at another limit says nothing of the one that was set. */
function otherLimitWords({ kills, atOtherLimit = 0, limit }: FollowUp): string {
  if (atOtherLimit === 0) return '';
  return atOtherLimit === kills ? `, not at ${formatBytes(limit)}` : `, ${atOtherLimit} of them not at ${formatBytes(limit)}`;
}

function peakLine({ peak, limit }: FollowUp): string {
  if (peak === undefined) return 'What it used since is not known: no source of memory usage had samples.';
  const share = Math.round((100 * peak.bytes) / limit);
  return `Highest sample since: *${formatBytes(peak.bytes)}*, ${share} % of the limit (${moment(peak.at)}); what lies between two samples is not seen.`;
}

const WHY_KEEP = {
  'too-little-history': 'Leave it: too few days of samples are known.',
  'killed-lately': 'Leave it: it was killed too short a time ago.',
  'little-to-gain': 'Leave it: less would give back little.',
} as const;

/** The limit may stay as it is. */
function lowerWhat({ limit, lowering }: FollowUp): 'limit' | 'request' {
  return lowering?.kind === 'lower' && lowering.limit === limit ? 'request' : 'limit';
}

function loweringLines(followUp: FollowUp): readonly string[] {
  const { lowering } = followUp;
  if (lowering === undefined) return [];
  if (lowering.kind === 'keep') return [WHY_KEEP[lowering.because]];
  const what = lowerWhat(followUp) === 'request' ? 'The limit may stay; less may be requested.' : 'It may be lowered.';
  return [`${what} ${prose(lowering.arithmetic)}`];
}
