// Other pods killed for memory on the same node at about the same time: what the pods that are still there show, and what the bot itself has recorded of those
// that are gone, were killed again since, or lost a child without a trace.

import type { Evidence, NearbyKill } from './evidence.ts';
import type { Incident } from './incident.ts';
import type { Kill, KillId } from './oom-kill.ts';
import { happenedAt, SAME_KILL_WITHIN } from './oom-kill.ts';
import { valueOf } from './piece.ts';
import type { Instant } from './time.ts';
import { MINUTE } from './time.ts';

export const NEARBY_WITHIN = 10 * MINUTE;
export const MOST_NEARBY = 10;

/** Of each incident. */
const MOST_LOOKED_UP = 10;

export function isNear(at: Instant, other: Instant): boolean {
  return Math.abs(at - other) <= NEARBY_WITHIN;
}

/** Of an incident with a kill near that one: the ids of kills to look up, none when its last kill is one already. */
export function worthLookingUp(incident: Incident, kill: Kill): readonly KillId[] {
  const { lastKill, killTimes, killIds, workload } = incident;
  if (workload.cluster !== kill.ref.cluster || !killTimes.some((at) => isNear(at, happenedAt(kill)))) return [];
  if (isNeighbour(lastKill, kill)) return [];
  return killIds.filter((id) => id !== lastKill.id && id !== kill.id).slice(-MOST_LOOKED_UP);
}

/** The evidence with what was recorded added to what the node's pods show; unchanged where those could not be read. */
export function withRecorded(evidence: Evidence, kill: Kill, recorded: readonly Kill[]): Evidence {
  const { nodePods } = evidence;
  if (nodePods.kind === 'unavailable') return evidence;
  const own = { ...kill, node: kill.node ?? valueOf(evidence.node)?.name };
  const shown = nodePods.value.kills;
  const more = recorded
    .filter((each) => isNeighbour(each, own))
    .map((each): NearbyKill => ({ ...placeOf(each), at: happenedAt(each) }))
    .filter((each) => !shown.some((known) => isSame(known, each)));
  const kills = [...shown, ...more].toSorted((a, b) => b.at - a.at).slice(0, MOST_NEARBY);
  return { ...evidence, nodePods: { ...nodePods, value: { ...nodePods.value, kills, recorded: true } } };
}

/** Sure, of another pod, on the same node, at about the same time. */
function isNeighbour(other: Kill, kill: Kill): boolean {
  if (other.how === 'suspected' || other.how === 'node' || kill.node === undefined) return false;
  const isThere = other.node === kill.node && other.ref.cluster === kill.ref.cluster && other.ref.podUid !== kill.ref.podUid;
  return isThere && isNear(happenedAt(other), happenedAt(kill));
}

function placeOf({ ref: { namespace, pod, container } }: Kill): Omit<NearbyKill, 'at'> {
  return { namespace, pod, container };
}

function isSame(a: NearbyKill, b: NearbyKill): boolean {
  const isOf = a.namespace === b.namespace && a.pod === b.pod && a.container === b.container;
  return isOf && Math.abs(a.at - b.at) <= SAME_KILL_WITHIN;
}
