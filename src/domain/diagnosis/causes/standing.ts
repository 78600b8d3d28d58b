// The cause that stands when a container dies again soon after its start: what a run that was long enough has shown is not forgotten because a later one was
// too short to show anything. Only while image, template and limit are the same; and what such a run does show by itself counts.

import { formatDuration, toMillis } from '../../base/time.ts';
import type { Kill } from '../../kill/oom-kill.ts';
import type { Diagnosis, Finding } from '../diagnosis.ts';
import type { Case } from './case.ts';
import { isShort, startFailure } from './start.ts';

/** Causes that the shape of memory over a run shows. */
const SHAPES: readonly Diagnosis['cause'][] = ['leak', 'spike', 'limit-too-low'];

/** What a later kill is to be read with; undefined where nothing was shown. */
export function shownBy(found: Diagnosis): Finding | undefined {
  return SHAPES.includes(found.cause) ? found : undefined;
}

export function standing(facts: Case, found: Diagnosis): Diagnosis | undefined {
  const { before, kill } = facts;
  if (before === undefined || kill === undefined || !isSame(kill, before.kill) || !saysLittle(facts, found)) return undefined;
  return {
    ...before.shown,
    facts: [`${runWords(facts)}; an earlier run with the same image and limit did.`, ...before.shown.facts],
    against: [...before.shown.against, ...fasterWords(facts, before.shown)],
  };
}

/** Another image, template or limit is another story. */
function isSame(kill: Kill, before: Kill): boolean {
  return kill.limit === before.limit && kill.image === before.image && kill.controller?.uid === before.controller?.uid;
}

/** No cause, or only that it died soon after it started, without the facts that prove a start: killed before the program ran, never ready. */
function saysLittle(facts: Case, { cause }: Diagnosis): boolean {
  if (cause === 'unclear') return true;
  return cause === 'startup' && facts.wasReady !== false && startFailure(facts) === undefined;
}

function runWords(facts: Case): string {
  const { livedMs } = facts;
  return livedMs !== undefined && isShort(facts)
    ? `This run lived ${formatDuration(toMillis(livedMs))}, too short to show a cause`
    : 'This kill alone shows no cause';
}

function fasterWords(facts: Case, { cause }: Finding): readonly string[] {
  return cause === 'leak' && isShort(facts) ? ['This run filled the limit within minutes, faster than the earlier growth.'] : [];
}
