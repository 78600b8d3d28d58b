// One PATCH, rehearsed or for real, and what the API server's answer means: written, drifted, denied in its own words, gone; or a fault that says
// whether the write may have happened. Told by what Kubernetes 1.36 really answers (the contract suite repeats it).

import { z } from 'zod';
import type { Change, PatchOperation } from '../../../domain/change/change.ts';
import { marked } from '../../../domain/change/change-mark.ts';
import { patchNow } from '../../../domain/change/now.ts';
import { TransientError, UnknownResultError } from '../../../ports/fault.ts';
import type { WriteResult } from '../../../ports/workload-editor.ts';
import type { Answer, Call, ClusterConnection } from '../client/connection.ts';
import { answerFault, expectShape, serverWords } from '../client/faults.ts';
import { workloadPath } from '../client/workload-path.ts';
import { rawWorkload } from './raw-workload.ts';
import { templateState } from './template.ts';

export type Writing = { readonly rehearsal: boolean; readonly signal: AbortSignal };

/** The field manager of everything the bot writes: `kubectl get --show-managed-fields` names it. */
export const FIELD_MANAGER = 'headroom';

const written = z.object({ metadata: z.object({ generation: z.number().default(0) }) });

export async function writePatch(connection: ClusterConnection, change: Change, writing: Writing): Promise<WriteResult> {
  const found = await patchOf(connection, change, writing.signal);
  return found.kind === 'patch' ? patchAt(connection, found, writing) : found;
}

type Patch = { readonly kind: 'patch'; readonly path: string; readonly patch: readonly PatchOperation[] };

/** The patch of the reviewed values on the object as it is at this moment; what is stored with the change is not asked. */
export async function patchOf(
  connection: ClusterConnection,
  change: Change,
  signal: AbortSignal,
): Promise<Patch | Exclude<WriteResult, { readonly kind: 'written' }>> {
  const { workload, mark } = change;
  const path = workloadPath(workload.namespace, workload.kind, workload.name);
  if (path === undefined) return { kind: 'denied', message: `a ${workload.kind} cannot be changed in place` };
  const { status, body } = await connection.answer({ path, signal });
  if (status === 404) return { kind: 'gone' };
  if (status === 403) return { kind: 'forbidden', message: serverWords(body) };
  if (status >= 300) throw answerFault({ path }, status, body);
  const template = templateState(workload, expectShape(rawWorkload, body, { path }));
  if (template === undefined || (workload.uid !== '' && template.workload.uid !== workload.uid)) return { kind: 'gone' };
  const patch = patchNow(change, template);
  if (patch === 'drifted') return { kind: 'drifted', message: DRIFT };
  return { kind: 'patch', path, patch: mark === undefined ? patch : marked(patch, template, mark) };
}

/** One JSON patch to one object. */
export async function patchAt(
  connection: ClusterConnection,
  { path, patch }: { readonly path: string; readonly patch: readonly PatchOperation[] },
  { rehearsal, signal }: Writing,
): Promise<WriteResult> {
  const call = {
    method: 'PATCH' as const,
    path,
    // Without Strict a patch to a path that does not exist answers 200 and does nothing (seen with a CronJob).
    query: { fieldManager: FIELD_MANAGER, fieldValidation: 'Strict', ...(rehearsal ? { dryRun: 'All' } : {}) },
    body: patch,
    contentType: 'application/json-patch+json',
    signal,
  };
  return resultOf(await send(connection, call, rehearsal), { path, rehearsal });
}

/** A rehearsal whose answer was lost changed nothing, so it may simply be tried again. */
export async function send(connection: ClusterConnection, call: Call, rehearsal: boolean): Promise<Answer> {
  try {
    return await connection.answer(call);
  } catch (error) {
    if (rehearsal && error instanceof UnknownResultError)
      throw new TransientError(error.message, { code: error.code, cause: error });
    throw error;
  }
}

type Asked = { readonly path: string; readonly rehearsal: boolean };

export function resultOf({ status, body }: Answer, { path, rehearsal }: Asked): WriteResult {
  if (status < 300) return accepted(body, path);
  const message = serverWords(body);
  // A webhook refuses with whatever code it likes, so its words come before every code.
  if (/\bdenied the request\b|\bdenied request:/.test(message)) return { kind: 'denied', message };
  if (status === 404) return { kind: 'gone' };
  if (status === 409 || isFailedTest(status, message)) return { kind: 'drifted', message: driftWords(status, message) };
  if (status === 401 || status === 429 || isBeforeStorage(message)) throw answerFault({ method: 'PATCH', path }, status, body);
  // RBAC's own words; admission answers 403 as well.
  if (status === 403 && /\bcannot (?:patch|create|delete) resource\b/.test(message)) return { kind: 'forbidden', message };
  if (status < 500) return { kind: 'denied', message };
  // An error inside the server may come after the object was stored; a rehearsal stores nothing.
  if (rehearsal) throw answerFault({ method: 'PATCH', path }, status, body);
  throw new UnknownResultError(`PATCH ${path}: ${status} ${message}`, { code: 'OOM_CLUSTER_ANSWER', cause: { status } });
}

function accepted(body: unknown, path: string): WriteResult {
  const parsed = written.safeParse(body);
  if (parsed.success) return { kind: 'written', generation: parsed.data.metadata.generation };
  throw new UnknownResultError(`PATCH ${path}: accepted, but the answer is not understood`, { code: 'OOM_CLUSTER_ANSWER' });
}

const DRIFT = 'a value that was reviewed is another one now';
const PATCH_REJECTED = 'the server rejected our request due to an error in our request';

/**
 * What the API server says, without any detail, when a `test` of a JSON patch fails or a path is not there any more. A patch that is applied and makes
 * an invalid object is refused with the same 422, but names the object and the field.
 */
function isFailedTest(status: number, message: string): boolean {
  return status === 422 && (message.startsWith(PATCH_REJECTED) || /\btest failed\b/.test(message));
}

function driftWords(status: number, message: string): string {
  return status === 422 ? DRIFT : message;
}

/** Admission and queueing come before anything is stored. */
function isBeforeStorage(message: string): boolean {
  return /failed calling webhook|apiserver is shutting down|too many requests/i.test(message);
}
