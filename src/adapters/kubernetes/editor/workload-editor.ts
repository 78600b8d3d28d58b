// Reads and changes what pods are made from. Each write is computed from the reviewed values and the object as it is at that moment; its tests make the
// API server refuse it when anything moved meanwhile, and editor/only-memory.ts lets nothing but memory and the mark through. The dry run goes the
// same way through admission, quota and RBAC as the write.

import type { WorkloadRef } from '../../../domain/base/workload.ts';
import type { Change } from '../../../domain/change/change.ts';
import { endsInTemplate } from '../../../domain/change/change.ts';
import type { RolloutStatus } from '../../../domain/change/verdict.ts';
import type { Clock } from '../../../ports/clock.ts';
import { PermanentError } from '../../../ports/fault.ts';
import type { Log } from '../../../ports/log.ts';
import type { WorkloadEditor, WriteResult } from '../../../ports/workload-editor.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { answerFault, expectShape } from '../client/faults.ts';
import { workloadPath } from '../client/workload-path.ts';
import { postNote } from './note.ts';
import { onlyMemory } from './only-memory.ts';
import { podsOf } from './pods.ts';
import { rawWorkload } from './raw-workload.ts';
import { copyStatus, createCopy, proceedCopy } from './recreate.ts';
import { rehearsePod } from './rehearse-pod.ts';
import { resizePods, resizeStatus } from './resize.ts';
import { rawRollout, rolloutStatus } from './rollout.ts';
import { releaseStuck, stuckPods } from './stuck.ts';
import { templateState } from './template.ts';
import type { Writing } from './write.ts';
import { FIELD_MANAGER, patchOf, writePatch } from './write.ts';

export type WorkloadEditorOptions = {
  readonly connection: ClusterConnection;
  readonly cluster: string;
  readonly clock: Clock;
  readonly log: Log;
};

export function createWorkloadEditor(options: WorkloadEditorOptions): WorkloadEditor {
  const { clock, log } = options;
  const connection = onlyMemory(options.connection);
  return {
    async read(workload, signal) {
      const found = await find(connection, workload, signal);
      return found === undefined ? undefined : templateState(workload, expectShape(rawWorkload, found.body, found));
    },
    pods: (workload, signal) => podsOf(connection, workload, signal),
    dryRun: (change, signal) => write(connection, change, { rehearsal: true, signal }),
    rehearsePod: (change, signal) => rehearse(connection, change, signal),
    apply: (change, signal) => write(connection, change, { rehearsal: false, signal }),
    async proceed(change, signal) {
      if (change.way === 'recreate') return proceedCopy(connection, change, signal);
      return change.releaseStuck === true ? releaseStuck(connection, change, signal) : [];
    },
    async note(change, note, signal) {
      try {
        await postNote(connection, { change, note, at: clock.now() }, signal);
      } catch (error) {
        log.warn('the change could not be noted as an event', { proposal: note.proposalId, error });
      }
    },
    rollout: (change, generation, signal) => follow(connection, { change, generation }, signal),
  };
}

async function write(connection: ClusterConnection, change: Change, writing: Writing): Promise<WriteResult> {
  try {
    return await writeBy(connection, change, writing);
  } catch (error) {
    if (error instanceof PermanentError && error.code === 'OOM_WRITE_REFUSED') return { kind: 'denied', message: error.message };
    throw error;
  }
}

async function writeBy(connection: ClusterConnection, change: Change, writing: Writing): Promise<WriteResult> {
  switch (change.way) {
    case 'template':
      return writePatch(connection, change, writing);
    case 'pull-request':
      // Only ever rehearsed here: the tool that reads the repository writes it.
      return writing.rehearsal
        ? writePatch(connection, change, writing)
        : { kind: 'denied', message: 'it goes by a pull request' };
    case 'resize':
      return resizePods(connection, change, writing);
    case 'recreate':
      return createCopy(connection, change, writing);
  }
}

/** The patch is rehearsed once more for the object it would leave: only that knows what else defaulting makes of it. */
async function rehearse(connection: ClusterConnection, change: Change, signal: AbortSignal) {
  const { namespace, name } = change.workload;
  if (!endsInTemplate(change)) return { kind: 'not-checked' as const, reason: 'no new pod is made from a template' };
  const found = await patchOf(connection, change, signal);
  if (found.kind !== 'patch') return { kind: 'not-checked' as const, reason: 'the patch itself could not be rehearsed here' };
  const { status, body } = await connection.answer({
    method: 'PATCH',
    path: found.path,
    query: { fieldManager: FIELD_MANAGER, dryRun: 'All' },
    body: found.patch,
    contentType: 'application/json-patch+json',
    signal,
  });
  if (status >= 300) return { kind: 'not-checked' as const, reason: 'the patch itself could not be rehearsed here' };
  return rehearsePod(connection, { namespace, name, workload: body }, signal);
}

type Following = { readonly change: Change; readonly generation: number };

async function follow(
  connection: ClusterConnection,
  { change, generation }: Following,
  signal: AbortSignal,
): Promise<RolloutStatus> {
  const { workload, way } = change;
  if (way === 'recreate') return copyStatus(connection, change, signal);
  if (way === 'resize') return resizeStatus(change, await podsOf(connection, workload, signal));
  const found = await find(connection, workload, signal);
  if (found === undefined) return { kind: 'failed', message: 'the workload is gone' };
  const status = rolloutStatus({ ...expectShape(rawRollout, found.body, found), kind: workload.kind }, generation);
  if (status.kind !== 'progressing') return status;
  const stuck = await stuckPods(connection, workload, signal);
  if (stuck.length === 0) return status;
  const pods = stuck.map(({ name }) => name);
  return {
    kind: 'stuck',
    pods,
    message: `${pods.join(', ')} cannot get ready with the old template, and the StatefulSet replaces no pod before it is`,
  };
}

type Found = { readonly path: string; readonly body: unknown };

async function find(connection: ClusterConnection, workload: WorkloadRef, signal: AbortSignal): Promise<Found | undefined> {
  const path = workloadPath(workload.namespace, workload.kind, workload.name);
  if (path === undefined) return undefined;
  const { status, body } = await connection.answer({ path, signal });
  if (status === 404) return undefined;
  if (status >= 300) throw answerFault({ path }, status, body);
  return { path, body };
}
