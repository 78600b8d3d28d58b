// Reads and changes pod templates. A patch is written only as reviewed: its own tests make the API server refuse it when anything moved, and the
// dry run goes the same way through admission, quota and RBAC as the write.

import type { WorkloadRef } from '../../domain/workload.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { WorkloadEditor } from '../../ports/workload-editor.ts';
import type { ClusterConnection } from './connection.ts';
import { postNote } from './editor/note.ts';
import { rawRollout, rolloutStatus } from './editor/rollout.ts';
import { rawWorkload, templateState } from './editor/template.ts';
import { writePatch } from './editor/write.ts';
import { answerFault, expectShape } from './faults.ts';
import { workloadPath } from './workload-path.ts';

export type WorkloadEditorOptions = {
  readonly connection: ClusterConnection;
  readonly cluster: string;
  readonly clock: Clock;
  readonly log: Log;
};

export function createWorkloadEditor(options: WorkloadEditorOptions): WorkloadEditor {
  const { connection, clock, log } = options;
  return {
    async read(workload, signal) {
      const found = await find(connection, workload, signal);
      return found === undefined ? undefined : templateState(workload, expectShape(rawWorkload, found.body, found));
    },
    dryRun: (change, signal) => writePatch(connection, change, { rehearsal: true, signal }),
    apply: (change, signal) => writePatch(connection, change, { rehearsal: false, signal }),
    async note(change, note, signal) {
      try {
        await postNote(connection, { change, note, at: clock.now() }, signal);
      } catch (error) {
        log.warn('the change could not be noted as an event', { proposal: note.proposalId, error });
      }
    },
    async rollout(workload, generation, signal) {
      const found = await find(connection, workload, signal);
      if (found === undefined) return { kind: 'failed', message: 'the workload is gone' };
      return rolloutStatus({ ...expectShape(rawRollout, found.body, found), kind: workload.kind }, generation);
    },
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
