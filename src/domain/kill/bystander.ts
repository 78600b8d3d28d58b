// Whether a container carries the mark of a kill that took another one of its pod. With cgroup v1 the kernel tells every cgroup below the one whose limit was
// reached, and the runtime marks each of them; the mark shows when the container ends, whenever and however that is.

import type { PodFacts } from '../base/pod.ts';
import type { Instant } from '../base/time.ts';
import { SECOND } from '../base/time.ts';
import type { KernelKill } from './kernel-oom.ts';
import type { Kill } from './oom-kill.ts';
import { containerIdOf, isLateMark } from './oom-kill.ts';

type PodReport = { readonly kill: KernelKill; readonly at: Instant };

export type Around = {
  /** What the kernel said of the pod's containers, where somebody listened. */
  readonly reports: readonly PodReport[];
  readonly pod: PodFacts | undefined;
};

/** Clocks, and the whole seconds of the status. */
const SLACK = 5 * SECOND;

/** Why the mark is another's; undefined when it may be its own. The kernel's word counts first; else only a limit that the containers share. */
export function bystanderBecause(kill: Kill, { reports, pod }: Around): string | undefined {
  if (!isLateMark(kill) || kill.kernel !== undefined) return undefined;
  const own = containerIdOf(kill);
  const meant = reports.filter(({ at, kill: { scope } }) => scope !== 'container' && scope !== 'unknown' && isWithin(kill, at));
  if (meant.some(({ kill: { place } }) => place?.containerId !== own))
    return 'the kernel killed a process of another container of the pod';
  return pod !== undefined && sharedVictim(kill, pod)
    ? 'another container of the pod was killed at the limit they share'
    : undefined;
}

function sharedVictim(kill: Kill, { containers, podResources }: PodFacts): boolean {
  const mine = containers.find(({ name }) => name === kill.ref.container);
  if (podResources.limit === undefined || mine?.resources.limit !== undefined) return false;
  return containers
    .filter((container) => container !== mine)
    .flatMap(({ state, lastState }) => [state, lastState])
    .some(
      (end) => end?.kind === 'terminated' && end.reason === 'OOMKilled' && end.exitCode === 137 && isWithin(kill, end.finishedAt),
    );
}

/** While the marked container ran. */
function isWithin({ startedAt, finishedAt }: Kill, at: Instant | undefined): boolean {
  if (at === undefined) return false;
  return at >= (startedAt ?? 0) - SLACK && at <= (finishedAt ?? Number.POSITIVE_INFINITY) + SLACK;
}
