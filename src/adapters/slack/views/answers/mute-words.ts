// A mute in one line: whose kills nobody hears of, until when, who said so, and why. Escaped mrkdwn.

import type { Mute } from '../../../../domain/incident/mute.ts';
import { code, cut, mention, moment, prose } from '../../text.ts';

export function muteLine({ workload, until, by, at, reason }: Mute): string {
  const why = reason === '' ? '' : `: “${prose(cut(reason, 300))}”`;
  return `:no_bell: Kills of ${code(`${workload.namespace}/${workload.name}`)} are expected until ${moment(until)}, says ${mention(by)} (${moment(at)})${why}`;
}
