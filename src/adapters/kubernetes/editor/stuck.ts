// A StatefulSet that cannot replace its pods: with OrderedReady it waits for a pod that is not ready before it updates any, and a pod that crashes on the
// old template never gets ready (Kubernetes #67250). Only deleting it helps; it then comes back with the new template.

import { z } from 'zod';
import type { WorkloadRef } from '../../../domain/base/workload.ts';
import type { Change } from '../../../domain/change/change.ts';
import type { PodTarget } from '../../../domain/change/pod-target.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { answerFault, expectShape } from '../client/faults.ts';
import { workloadPath } from '../client/workload-path.ts';
import { podPath, podsOf } from './pods.ts';

const statefulSet = z.object({
  spec: z.object({
    podManagementPolicy: z.string().nullish(),
    updateStrategy: z.object({ type: z.string().nullish() }).nullish(),
  }),
  status: z.object({ updateRevision: z.string().nullish() }).nullish(),
});

/** The pods it waits for in vain; none for other kinds. */
export async function stuckPods(
  connection: ClusterConnection,
  workload: WorkloadRef,
  signal: AbortSignal,
): Promise<readonly PodTarget[]> {
  if (workload.kind !== 'StatefulSet') return [];
  const path = workloadPath(workload.namespace, workload.kind, workload.name) ?? '';
  const { status, body } = await connection.answer({ path, signal });
  if (status >= 300) return [];
  const set = expectShape(statefulSet, body, { path });
  const revision = set.status?.updateRevision;
  if (set.spec.podManagementPolicy === 'Parallel' || set.spec.updateStrategy?.type === 'OnDelete' || !revision) return [];
  const pods = await podsOf(connection, workload, signal);
  return pods.filter((pod) => !pod.ready && pod.failing && pod.revision !== undefined && pod.revision !== revision);
}

/** Deletes them, each only if it is still that very pod. In words, which. */
export async function releaseStuck(
  connection: ClusterConnection,
  change: Change,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const deleted: string[] = [];
  for (const { name, uid } of await stuckPods(connection, change.workload, signal)) {
    const path = podPath(change, name);
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } };
    const { status, body: answer } = await connection.answer({ method: 'DELETE', path, body, signal });
    if (status < 300) deleted.push(`pod ${name} was deleted, so that it starts from the new template`);
    else if (status !== 404 && status !== 409) throw answerFault({ method: 'DELETE', path }, status, answer);
  }
  return deleted;
}
