// Other pods killed for memory on the same node at about the same time: what the pods that are still there show, and what the bot itself has recorded of those
// that are gone, were killed again since, or lost a child without a trace.

import { valueOf } from '../base/piece.ts';
import type { Instant } from '../base/time.ts';
import { MINUTE } from '../base/time.ts';
import type { WorkloadRef } from '../base/workload.ts';
import type { KillCount } from '../kill/kill-count.ts';
import type { Kill, KillId } from '../kill/oom-kill.ts';
import { happenedAt, SAME_KILL_WITHIN } from '../kill/oom-kill.ts';
import type { Evidence, NearbyKill } from './evidence.ts';

export const NEARBY_WITHIN = 10 * MINUTE;
export const MOST_NEARBY = 10;

/** Incidents looked at for one kill, and kills looked up, of each and in all: reading them costs a few ms, and ten kills at most are shown. */
export const MOST_INCIDENTS = 50;
const MOST_OF_EACH = 10;
const MOST_LOOKED_UP = 50;

export function isNear(at: Instant, other: Instant): boolean {
  return Math.abs(at - other) <= NEARBY_WITHIN;
}

/** `all`: nothing that may be near was left out. */
export type ToLookUp = { readonly ids: readonly KillId[]; readonly all: boolean };
export type Recorded = { readonly kills: readonly Kill[]; readonly all: boolean };

/** The kills of one container, as an incident keeps them. */
export type KillHistory = Pick<KillCount, 'killCount'> & {
  readonly workload: Pick<WorkloadRef, 'cluster'>;
  readonly lastKill: Kill;
  readonly killTimes: readonly Instant[];
  readonly killIds: readonly KillId[];
};

/** Of incidents with a kill near that one: the ids of kills to look up. Their last kills are known already. */
export function worthLookingUp(histories: readonly KillHistory[], kill: Kill): ToLookUp {
  const each = histories.map((history) => worthOf(history, kill));
  const ids = each.flatMap((found) => found.ids);
  return { ids: ids.slice(0, MOST_LOOKED_UP), all: ids.length <= MOST_LOOKED_UP && each.every(({ all }) => all) };
}

/** None when its last kill is a neighbour already, or when those near are its last kill and that one alone. */
function worthOf(history: KillHistory, kill: Kill): ToLookUp {
  const { lastKill, killTimes, killIds, killCount, workload } = history;
  const at = happenedAt(kill);
  if (workload.cluster !== kill.ref.cluster || isNeighbour(lastKill, kill)) return { ids: [], all: true };
  const isKnown = (id: KillId): boolean => id === lastKill.id || id === kill.id;
  const knownNear = killIds.filter((id) => isKnown(id) && (id === kill.id || isNear(happenedAt(lastKill), at))).length;
  const near = killTimes.filter((each) => isNear(each, at)).length;
  const isForgotten = killCount > killTimes.length && (killTimes[0] ?? at) >= at - NEARBY_WITHIN;
  if (near <= knownNear) return { ids: [], all: !isForgotten };
  const others = killIds.filter((id) => !isKnown(id));
  return { ids: others.slice(-MOST_OF_EACH), all: others.length <= MOST_OF_EACH && !isForgotten };
}

/** The evidence with what was recorded added to what the node's pods show; unchanged where those could not be read. */
export function withRecorded(evidence: Evidence, kill: Kill, recorded: Recorded): Evidence {
  const { nodePods } = evidence;
  if (nodePods.kind === 'unavailable') return evidence;
  const own = { ...kill, node: kill.node ?? valueOf(evidence.node)?.name };
  const shown = nodePods.value.kills;
  const more = recorded.kills
    .filter((each) => isNeighbour(each, own))
    .map((each): NearbyKill => ({ ...placeOf(each), at: happenedAt(each) }))
    .filter((each) => !shown.some((known) => isSame(known, each)));
  const kills = [...shown, ...more].toSorted((a, b) => b.at - a.at).slice(0, MOST_NEARBY);
  return { ...evidence, nodePods: { ...nodePods, value: { ...nodePods.value, kills, recorded: recorded.all || undefined } } };
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
