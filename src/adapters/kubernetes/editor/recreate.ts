// A Job again, with another size: its own template cannot be changed. The copy is made first, suspended and under a new name, so that the API server
// itself keeps what is needed to go on after a crash; then the old Job is deleted, its pods with it, and only when it is gone is the copy started.
// Never two at work at once, never none.

import { z } from 'zod';
import type { Change, PatchOperation } from '../../../domain/change/change.ts';
import { CHANGE_ANNOTATION } from '../../../domain/change/change-mark.ts';
import type { RolloutStatus } from '../../../domain/change/verdict.ts';
import type { WriteResult } from '../../../ports/workload-editor.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { answerFault, expectShape } from '../client/faults.ts';
import { collectionPath, workloadPath } from '../client/workload-path.ts';
import type { Writing } from './write.ts';
import { FIELD_MANAGER, patchAt, resultOf, send } from './write.ts';

const texts = z.record(z.string(), z.string()).nullish();
const job = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ uid: z.string(), generation: z.number().nullish(), labels: texts, annotations: texts }),
  spec: z.looseObject({
    suspend: z.boolean().nullish(),
    manualSelector: z.boolean().nullish(),
    template: z.looseObject({ metadata: z.looseObject({ labels: texts }).nullish() }),
  }),
  status: z
    .looseObject({
      active: z.number().nullish(),
      succeeded: z.number().nullish(),
      conditions: z.array(z.looseObject({ type: z.string(), status: z.string(), message: z.string().nullish() })).nullish(),
    })
    .nullish(),
});
type Job = z.infer<typeof job>;

/** What the Job controller writes to tell the pods of one Job from those of another. */
const OWN_LABELS = ['controller-uid', 'job-name', 'batch.kubernetes.io/controller-uid', 'batch.kubernetes.io/job-name'];

/** Makes the copy. One that is there already under that mark was made by an attempt before. */
export async function createCopy(connection: ClusterConnection, change: Change, writing: Writing): Promise<WriteResult> {
  const { workload } = change;
  const old = await readJob(connection, { change, name: workload.name }, writing.signal);
  if (old === undefined || old.metadata.uid !== workload.uid) return { kind: 'gone' };
  const path = collectionPath(workload.namespace, 'Job') ?? '';
  const call = {
    method: 'POST' as const,
    path,
    query: { fieldManager: FIELD_MANAGER, fieldValidation: 'Strict', ...(writing.rehearsal ? { dryRun: 'All' } : {}) },
    body: copyOf(old, change),
    signal: writing.signal,
  };
  return resultOf(await send(connection, call, writing.rehearsal), { path, rehearsal: writing.rehearsal });
}

function copyOf(old: Job, change: Change): object {
  const { selector: _, suspend: __, ...spec } = old.spec;
  const template = old.spec.template;
  const body = {
    apiVersion: old.apiVersion,
    kind: old.kind,
    metadata: {
      name: change.replacement ?? '',
      namespace: change.workload.namespace,
      labels: withoutOwn(old.metadata.labels),
      annotations: { ...old.metadata.annotations, [CHANGE_ANNOTATION]: `replaces ${change.workload.name}` },
    },
    spec: {
      ...spec,
      ...(old.spec.manualSelector === true ? { selector: old.spec['selector'] } : {}),
      suspend: true,
      template: { ...template, metadata: { ...template.metadata, labels: withoutOwn(template.metadata?.labels) } },
    },
  };
  return withWrites(body, change.patch);
}

function withoutOwn(labels: Readonly<Record<string, string>> | null | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(labels ?? {}).filter(([key]) => !OWN_LABELS.includes(key)));
}

/** The patch's writes on an object of ours; its tests were made on the old Job when it was read. */
function withWrites(body: object, patch: readonly PatchOperation[]): object {
  const result: unknown = structuredClone(body);
  for (const operation of patch) {
    if (operation.op === 'test') continue;
    const keys = operation.path.split('/').slice(1);
    const parent = keys.slice(0, -1).reduce<unknown>((place, key) => Reflect.get(isObject(place) ? place : {}, key), result);
    const last = keys.at(-1) ?? '';
    if (!isObject(parent)) continue;
    if (operation.op === 'remove') Reflect.deleteProperty(parent, last);
    else Reflect.set(parent, last, structuredClone(operation.value));
  }
  return isObject(result) ? result : {};
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Deletes the old Job, and starts the copy once it is gone. */
export async function proceedCopy(
  connection: ClusterConnection,
  change: Change,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { workload, replacement = '' } = change;
  const copy = await readJob(connection, { change, name: replacement }, signal);
  if (copy === undefined) return [];
  const old = await readJob(connection, { change, name: workload.name }, signal);
  if (old !== undefined && old.metadata.uid === workload.uid) {
    await remove(connection, change, signal);
    return [`Job ${workload.name} is being deleted`];
  }
  if (copy.spec.suspend !== true) return [];
  const path = workloadPath(workload.namespace, 'Job', replacement) ?? '';
  const patch: readonly PatchOperation[] = [
    { op: 'test', path: '/metadata/uid', value: copy.metadata.uid },
    { op: 'remove', path: '/spec/suspend' },
  ];
  await patchAt(connection, { path, patch }, { rehearsal: false, signal });
  return [`Job ${replacement} was started`];
}

async function remove(connection: ClusterConnection, { workload }: Change, signal: AbortSignal): Promise<void> {
  const path = workloadPath(workload.namespace, 'Job', workload.name) ?? '';
  const body = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    preconditions: { uid: workload.uid },
    propagationPolicy: 'Foreground',
  };
  const { status, body: answer } = await connection.answer({ method: 'DELETE', path, body, signal });
  // Gone, or another one by now.
  if (status >= 300 && status !== 404 && status !== 409) throw answerFault({ method: 'DELETE', path }, status, answer);
}

export async function copyStatus(connection: ClusterConnection, change: Change, signal: AbortSignal): Promise<RolloutStatus> {
  const { workload, replacement = '' } = change;
  const copy = await readJob(connection, { change, name: replacement }, signal);
  if (copy === undefined) return { kind: 'failed', message: `Job ${replacement} is gone` };
  const old = await readJob(connection, { change, name: workload.name }, signal);
  if (old !== undefined && old.metadata.uid === workload.uid)
    return { kind: 'progressing', message: `the old Job ${workload.name} and its pods are going away` };
  const failed = copy.status?.conditions?.find(({ type, status }) => type === 'Failed' && status === 'True');
  if (failed !== undefined) return { kind: 'failed', message: `Job ${replacement} failed: ${failed.message ?? ''}`.trim() };
  const runs = (copy.status?.active ?? 0) > 0 || (copy.status?.succeeded ?? 0) > 0;
  return runs
    ? { kind: 'complete', message: `Job ${replacement} runs with it` }
    : { kind: 'progressing', message: `Job ${replacement} is being started` };
}

async function readJob(
  connection: ClusterConnection,
  { change, name }: { readonly change: Change; readonly name: string },
  signal: AbortSignal,
): Promise<Job | undefined> {
  const path = workloadPath(change.workload.namespace, 'Job', name) ?? '';
  const { status, body } = await connection.answer({ path, signal });
  if (status === 404) return undefined;
  if (status >= 300) throw answerFault({ path }, status, body);
  return expectShape(job, body, { path });
}
