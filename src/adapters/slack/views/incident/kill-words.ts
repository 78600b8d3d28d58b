// When a kill happened, as exactly as it is known. Escaped mrkdwn.

import type { Kill } from '../../../../domain/kill/oom-kill.ts';
import { happenedAt, isSampled } from '../../../../domain/kill/oom-kill.ts';
import { moment } from '../../text.ts';

/** "seen …" where only that is known: the kill itself came earlier. */
export function killMoment(kill: Kill): string {
  const at = moment(happenedAt(kill));
  return kill.finishedAt === undefined || isSampled(kill) ? `seen ${at}` : at;
}
