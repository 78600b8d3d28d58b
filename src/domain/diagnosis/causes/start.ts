// Kills while starting: before the program ran at all, or within its first minutes. Samples do not see them, so the limit that was hit is what a number
// starts from (docs/sizing.md).

import { formatBytes } from '../../base/memory.ts';
import { formatDuration, HOUR, MINUTE, toMillis } from '../../base/time.ts';
import { isOfSandbox } from '../../kill/oom-kill.ts';
import { median } from '../trend.ts';
import type { Case, Rule } from './case.ts';
import { pointsWithin } from './case.ts';

const STARTUP_MS = 10 * MINUTE;
/** A run that never became ready in this time is not starting any more. */
const STILL_STARTING_MS = 6 * HOUR;
/** The name of a container's start itself, before its program runs. */
const CONTAINER_START = /^runc:\[/;

export const startFailure: Rule = ({ kill, limit }) => {
  const byKernel = kill?.kernel !== undefined && CONTAINER_START.test(kill.kernel.victim.command);
  if (kill === undefined || (kill.how !== 'start-oom' && !isOfSandbox(kill) && !byKernel)) return undefined;
  return {
    cause: 'startup',
    confidence: 'high',
    summary: isOfSandbox(kill)
      ? 'Not even the pod’s sandbox could start: the limit is too small for the container runtime itself.'
      : 'It was killed before its program even ran: the limit is too small for the container runtime to start it.',
    facts: [
      byKernel && kill.how !== 'start-oom' && !isOfSandbox(kill)
        ? `The process that was killed is ${kill.kernel?.victim.command ?? ''}, the container’s own start.`
        : `The runtime says: ${kill.message ?? 'OOM-killed while starting'}`,
      ...(limit === undefined ? [] : [`The limit is ${formatBytes(limit)}.`]),
    ],
    against: [],
  };
};

export const startup: Rule = (facts) => {
  const { livedMs, limit, wasReady, kill } = facts;
  if (livedMs === undefined || limit === undefined || kill?.how === 'silent') return undefined;
  const never = wasReady === false && livedMs <= STILL_STARTING_MS;
  if (!never && (!isShort(facts) || livesWithThatMuch(facts, limit))) return undefined;
  const again = killsLike(facts);
  const lived = `It lived ${formatDuration(toMillis(livedMs))} before it was killed at ${formatBytes(limit)}`;
  return {
    cause: 'startup',
    confidence: never || again > 0 ? 'high' : 'medium',
    summary: `It needs more memory than its limit ${never ? 'to start: it was killed before it ever became ready' : 'within the first minutes after starting'}.`,
    facts: [`${lived}${never ? ', and never became ready' : ''}.`, ...againFacts(again)],
    against: wasReady === true ? ['It was ready before it was killed.'] : [],
    toSettle: 'A higher limit, once: if it then runs on, this was it.',
  };
};

/** Too soon after its start to tell growth from what it loads. */
export function isShort({ livedMs }: Pick<Case, 'livedMs'>): boolean {
  return livedMs !== undefined && livedMs <= STARTUP_MS;
}

function againFacts(again: number): readonly string[] {
  return again === 0 ? [] : [`It was killed ${again} more ${again === 1 ? 'time' : 'times'} within the hour before.`];
}

/** Many samples near the limit over hours say it lives with that much: under load it dies soon after each start, too. */
function livesWithThatMuch(facts: Case, limit: number): boolean {
  const before = facts.kill?.startedAt;
  const steady = pointsWithin(facts, 24 * HOUR).filter(({ at }) => before === undefined || at < before);
  return steady.length >= 24 && median(steady.map(({ bytes }) => bytes)) >= 0.6 * limit;
}

function killsLike({ earlierKills, kill, now }: Case): number {
  const at = kill?.finishedAt ?? now;
  return earlierKills.filter((earlier) => earlier < at && at - earlier <= HOUR).length;
}
