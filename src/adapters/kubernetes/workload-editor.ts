// Reads and changes pod templates. A patch is written only as reviewed: its own tests make the API server refuse it when anything moved, and the
// dry run goes the same way through admission, quota and RBAC as the write.

import { z } from 'zod';
import type { Change } from '../../domain/change.ts';
import type { WorkloadRef } from '../../domain/workload.ts';
import type { Clock } from '../../ports/clock.ts';
import { UnknownResultError } from '../../ports/fault.ts';
import type { Log } from '../../ports/log.ts';
import type { ChangeNote, WorkloadEditor, WriteResult } from '../../ports/workload-editor.ts';
import type { Answer, ClusterConnection } from './connection.ts';
import { rawRollout, rolloutStatus } from './editor/rollout.ts';
import { rawWorkload, templateState } from './editor/template.ts';
import { answerFault, statusOf } from './faults.ts';
import { workloadPath } from './workload-path.ts';

export type WorkloadEditorOptions = {
  readonly connection: ClusterConnection;
  readonly cluster: string;
  readonly clock: Clock;
  readonly log: Log;
};

const MANAGER = 'headroom';
const written = z.object({ metadata: z.object({ generation: z.number().default(0) }) });

export function createWorkloadEditor(options: WorkloadEditorOptions): WorkloadEditor {
  const { connection } = options;
  return {
    async read(workload, signal) {
      const body = await find(connection, workload, signal);
      return body === undefined ? undefined : templateState(workload, rawWorkload.parse(body));
    },
    dryRun: (change, signal) => patch(connection, change, { rehearsal: true, signal }),
    apply: (change, signal) => patch(connection, change, { rehearsal: false, signal }),
    async note(change, note, signal) {
      try {
        await postEvent(options, { change, note }, signal);
      } catch (error) {
        options.log.warn('the change could not be noted as an event', { proposal: note.proposalId, error });
      }
    },
    async rollout(workload, generation, signal) {
      const body = await find(connection, workload, signal);
      if (body === undefined) return { kind: 'failed', message: 'the workload is gone' };
      return rolloutStatus(rawRollout.parse(body), generation);
    },
  };
}

async function find(connection: ClusterConnection, workload: WorkloadRef, signal: AbortSignal): Promise<unknown> {
  const path = workloadPath(workload.namespace, workload.kind, workload.name);
  if (path === undefined) return undefined;
  const { status, body } = await connection.answer({ path, signal });
  if (status === 404) return undefined;
  if (status >= 300) throw answerFault({ path }, status, body);
  return body;
}

type Writing = { readonly rehearsal: boolean; readonly signal: AbortSignal };

async function patch(connection: ClusterConnection, change: Change, { rehearsal, signal }: Writing): Promise<WriteResult> {
  const { namespace, kind, name } = change.workload;
  const path = workloadPath(namespace, kind, name);
  if (path === undefined) return { kind: 'denied', message: `a ${kind} cannot be changed in place` };
  const call = {
    method: 'PATCH' as const,
    path,
    query: { fieldManager: MANAGER, ...(rehearsal ? { dryRun: 'All' } : {}) },
    body: change.patch,
    contentType: 'application/json-patch+json',
    signal,
  };
  return resultOf(await connection.answer(call), { path, rehearsal });
}

type Asked = { readonly path: string; readonly rehearsal: boolean };

function resultOf({ status, body }: Answer, { path, rehearsal }: Asked): WriteResult {
  if (status < 300) return { kind: 'written', generation: written.parse(body).metadata.generation };
  const { message = 'no message' } = statusOf(body);
  if (status === 404) return { kind: 'gone' };
  if (status === 409 || isFailedTest(status, message)) return { kind: 'drifted', message };
  if (status === 429 || status >= 500) {
    // A write that failed inside the server may have reached the store; a rehearsal never does.
    if (!rehearsal && status !== 429 && status !== 503) throw new UnknownResultError(`PATCH ${path}: ${status} ${message}`, { code: 'OOM_CLUSTER_ANSWER' });
    throw answerFault({ method: 'PATCH', path }, status, body);
  }
  return { kind: 'denied', message };
}

/** The API server's words when a `test` of a JSON patch fails, or its path is not there any more. */
function isFailedTest(status: number, message: string): boolean {
  return status === 422 && /the server rejected our request due to an error in our request|test failed|testing value|remove operation does not apply|replace operation does not apply|doc is missing/i.test(message);
}

async function postEvent({ connection, clock }: WorkloadEditorOptions, { change, note }: { readonly change: Change; readonly note: ChangeNote }, signal: AbortSignal): Promise<void> {
  const { workload } = change;
  const at = new Date(clock.now()).toISOString();
  const seconds = `${at.slice(0, 19)}Z`;
  await connection.json({
    method: 'POST',
    path: `/api/v1/namespaces/${encodeURIComponent(workload.namespace)}/events`,
    query: { fieldManager: MANAGER },
    body: {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { generateName: `${workload.name.slice(0, 200)}.headroom-`, namespace: workload.namespace },
      type: 'Normal',
      reason: 'MemoryLimitChanged',
      message: `Container ${change.container}: memory limit changed as ${note.proposalId} of ${note.incidentId}, asked by ${note.requester}, approved by ${note.approver}`,
      involvedObject: { apiVersion: workload.apiVersion, kind: workload.kind, namespace: workload.namespace, name: workload.name, uid: workload.uid },
      source: { component: MANAGER },
      firstTimestamp: seconds,
      lastTimestamp: seconds,
      count: 1,
    },
    signal,
  });
}
