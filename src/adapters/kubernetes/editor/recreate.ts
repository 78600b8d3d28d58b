// A Job again, with another size: its own template cannot be changed. The copy is made first, suspended and under a new name, so that the API server
// itself keeps what is needed to go on after a crash; then the old Job is deleted, its pods with it, and only when it is gone is the copy started.
// Never two at work at once, never none. The copy equals the old Job in everything but the container's memory and the mark: one that does not is neither
// made nor started, and the old Job stays.

import { z } from 'zod';
import { canonicalJson } from '../../../domain/base/canonical-json.ts';
import type { Change, PatchOperation } from '../../../domain/change/change.ts';
import { CHANGE_ANNOTATION } from '../../../domain/change/change-mark.ts';
import { patchNow } from '../../../domain/change/now.ts';
import type { RolloutStatus } from '../../../domain/change/verdict.ts';
import type { WriteResult } from '../../../ports/workload-editor.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { answerFault, expectShape } from '../client/faults.ts';
import { collectionPath, workloadPath } from '../client/workload-path.ts';
import { rawWorkload } from './raw-workload.ts';
import { templateState } from './template.ts';
import type { Writing } from './write.ts';
import { FIELD_MANAGER, patchAt, resultOf, send } from './write.ts';

const texts = z.record(z.string(), z.string()).nullish();
const job = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ uid: z.string(), generation: z.number().nullish(), labels: texts, annotations: texts }),
  spec: z.looseObject({
    suspend: z.boolean().nullish(),
    manualSelector: z.boolean().nullish(),
    template: z.looseObject({ metadata: z.looseObject({ labels: texts }).nullish(), spec: z.unknown() }),
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
  const template = templateState(workload, expectShape(rawWorkload, old, { path }));
  const patch = template === undefined ? 'drifted' : patchNow(change, template);
  if (patch === 'drifted') return { kind: 'drifted', message: 'the Job no longer has what was reviewed' };
  const body = copyOf(old, change, patch);
  if (!isCopy(expectShape(job, { ...body, metadata: { ...body.metadata, uid: '' } }, { path }), old, change))
    return { kind: 'denied', message: 'the copy would differ from the Job in more than its memory' };
  const call = {
    method: 'POST' as const,
    path,
    query: { fieldManager: FIELD_MANAGER, fieldValidation: 'Strict', ...(writing.rehearsal ? { dryRun: 'All' } : {}) },
    body,
    signal: writing.signal,
  };
  return resultOf(await send(connection, call, writing.rehearsal), { path, rehearsal: writing.rehearsal });
}

function copyOf(old: Job, change: Change, patch: readonly PatchOperation[]): { readonly metadata: object } {
  const { selector: _, suspend: __, ...spec } = old.spec;
  const template = old.spec.template;
  const body = {
    apiVersion: old.apiVersion,
    kind: old.kind,
    metadata: {
      name: change.replacement ?? '',
      namespace: change.workload.namespace,
      labels: withoutOwn(old.metadata.labels),
      annotations: { ...old.metadata.annotations, [CHANGE_ANNOTATION]: markOf(change) },
    },
    spec: {
      ...spec,
      ...(old.spec.manualSelector === true ? { selector: old.spec['selector'] } : {}),
      suspend: true,
      template: { ...template, metadata: { ...template.metadata, labels: withoutOwn(template.metadata?.labels) } },
    },
  };
  return withWrites(body, patch);
}

/** Whether a Job is the old one in everything that its pods get, but for the memory that the change is about, and bears the mark. */
function isCopy(copy: Job, old: Job, change: Change): boolean {
  const mark = copy.metadata.annotations?.[CHANGE_ANNOTATION];
  return mark === markOf(change) && canonicalJson(comparable(copy, change)) === canonicalJson(comparable(old, change));
}

function markOf({ workload }: Change): string {
  return `replaces ${workload.name}`;
}

function comparable({ spec, apiVersion }: Job, { container, list }: Change): unknown {
  const { suspend: _, selector, template, ...rest } = structuredClone(spec);
  const { spec: pod, metadata, ...others } = template;
  const owners = list === 'pod' ? [pod] : containersIn(pod, list).filter((each) => Reflect.get(each, 'name') === container);
  for (const owner of owners) withoutMemory(owner);
  const own = spec.manualSelector === true ? { selector } : {};
  const labels = withoutOwn(metadata?.labels);
  return { apiVersion, ...rest, ...own, template: { ...others, spec: pod, metadata: withoutEmpty({ ...metadata, labels }) } };
}

function containersIn(pod: unknown, list: 'containers' | 'initContainers'): readonly object[] {
  const found: unknown = isObject(pod) ? Reflect.get(pod, list) : [];
  return Array.isArray(found) ? found.filter(isObject) : [];
}

/** An object that is left empty by it counts as one that is not there: the patch adds what is missing around a value. */
function withoutMemory(owner: unknown): void {
  const resources: unknown = isObject(owner) ? Reflect.get(owner, 'resources') : undefined;
  if (!isObject(owner) || !isObject(resources)) return;
  for (const section of ['limits', 'requests']) {
    const sizes: unknown = Reflect.get(resources, section);
    if (isObject(sizes)) Reflect.deleteProperty(sizes, 'memory');
    if (isObject(sizes) && Object.keys(sizes).length === 0) Reflect.deleteProperty(resources, section);
  }
  if (Object.keys(resources).length === 0) Reflect.deleteProperty(owner, 'resources');
}

/** The API server keeps neither empty labels nor the creation time of a template. */
function withoutEmpty(metadata: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(metadata).filter(([, value]) => value !== null && !(isObject(value) && Object.keys(value).length === 0)),
  );
}

function withoutOwn(labels: Readonly<Record<string, string>> | null | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(labels ?? {}).filter(([key]) => !OWN_LABELS.includes(key)));
}

/** The patch's writes on an object of ours; its tests were made on the old Job when it was read. */
function withWrites<Body extends object>(body: Body, patch: readonly PatchOperation[]): Body {
  const result = structuredClone(body);
  for (const operation of patch) {
    if (operation.op === 'test') continue;
    const keys = operation.path.split('/').slice(1);
    const parent = keys.slice(0, -1).reduce<unknown>((place, key) => Reflect.get(isObject(place) ? place : {}, key), result);
    const last = keys.at(-1) ?? '';
    if (!isObject(parent)) continue;
    if (operation.op === 'remove') Reflect.deleteProperty(parent, last);
    else Reflect.set(parent, last, structuredClone(operation.value));
  }
  return result;
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
    if (!isCopy(copy, old, change)) return [];
    await remove(connection, change, signal);
    return [`Job ${workload.name} is being deleted`];
  }
  if (copy.spec.suspend !== true || copy.metadata.annotations?.[CHANGE_ANNOTATION] !== markOf(change)) return [];
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
  const isThere = old !== undefined && old.metadata.uid === workload.uid;
  if (isThere && !isCopy(copy, old, change))
    return {
      kind: 'failed',
      message: `Job ${replacement} differs from ${workload.name} in more than its memory; both are left as they are`,
    };
  if (isThere) return { kind: 'progressing', message: `the old Job ${workload.name} and its pods are going away` };
  return runOf(copy, replacement);
}

function runOf(copy: Job, replacement: string): RolloutStatus {
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
