// Running pods resized in place, through the subresource pods/resize. Each pod takes it for itself: one that is gone meanwhile is left out, and one that
// has the new values already is not written again. Whether the kubelet followed is read from the pod's own status.

import type { Change, PodPatch } from '../../../domain/change/change.ts';
import { hasDrifted } from '../../../domain/change/now.ts';
import { memoryPatch } from '../../../domain/change/patch.ts';
import type { PodTarget } from '../../../domain/change/pod-target.ts';
import { containerIn } from '../../../domain/change/pod-target.ts';
import type { RolloutStatus } from '../../../domain/change/verdict.ts';
import type { WriteResult } from '../../../ports/workload-editor.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { podPath, podsOf } from './pods.ts';
import type { Writing } from './write.ts';
import { patchAt } from './write.ts';

export async function resizePods(connection: ClusterConnection, change: Change, writing: Writing): Promise<WriteResult> {
  const present = await podsOf(connection, change.workload, writing.signal);
  let generation: number | undefined;
  for (const planned of change.pods ?? []) {
    const pod = present.find(({ uid }) => uid === planned.uid);
    if (pod === undefined) continue;
    const result = await resizePod(connection, { change, planned, pod }, writing);
    if (result.kind === 'gone') continue;
    if (result.kind !== 'written') return result;
    generation = Math.max(generation ?? 0, result.generation);
  }
  return generation === undefined ? { kind: 'gone' } : { kind: 'written', generation };
}

type Resizing = { readonly change: Change; readonly planned: PodPatch; readonly pod: PodTarget };

async function resizePod(
  connection: ClusterConnection,
  { change, planned, pod }: Resizing,
  writing: Writing,
): Promise<WriteResult> {
  const container = containerIn(pod, change);
  const writes = container === undefined ? undefined : memoryPatch('/spec', container, change);
  if (writes?.length === 0) return { kind: 'written', generation: pod.generation };
  const { before } = planned;
  if (writes === undefined || before === undefined || hasDrifted({ before }, container))
    return { kind: 'drifted', message: `${pod.name} no longer has what was reviewed` };
  // The name may be another pod's by now: a StatefulSet gives it again.
  const patch = [{ op: 'test' as const, path: '/metadata/uid', value: planned.uid }, ...writes];
  return patchAt(connection, { path: `${podPath(change, pod.name)}/resize`, patch }, writing);
}

/** Complete when every pod that is still there says so; a resize that no node can take is told as it is. */
export function resizeStatus(change: Change, pods: readonly PodTarget[]): RolloutStatus {
  const mine = pods.filter(({ uid }) => change.pods?.some((pod) => pod.uid === uid) === true);
  if (mine.length === 0)
    return { kind: 'failed', message: 'the pods that were resized are gone, and new ones have the old limit' };
  const refused = mine.find(({ resizing }) => resizing?.reason === 'Infeasible');
  if (refused !== undefined)
    return { kind: 'failed', message: `${refused.name} cannot be resized: ${refused.resizing?.message ?? 'Infeasible'}` };
  const waiting = mine.find((pod) => !hasFollowed(change, pod));
  if (waiting === undefined) return { kind: 'complete', message: `${mine.length} running pods have it, without a restart` };
  const { resizing } = waiting;
  const why =
    resizing === undefined ? 'the kubelet has not acted yet' : `${resizing.reason || resizing.kind} ${resizing.message}`;
  return { kind: 'progressing', message: `${waiting.name}: ${why.trim()}` };
}

function hasFollowed(change: Change, { resizing, generation, observedGeneration, inForce }: PodTarget): boolean {
  if (resizing !== undefined || (observedGeneration ?? generation) < generation) return false;
  const limit = inForce.get(change.container)?.limit?.bytes;
  return limit === undefined || limit === change.after.limit;
}
