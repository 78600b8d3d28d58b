// A workload's template as far as a change needs it: where its containers are, which ways a change can take, and what each restarts, in words.

import type { z } from 'zod';
import type { WorkloadRef } from '../../../domain/base/workload.ts';
import type { ResourceList, TemplateContainer, TemplateState, Way } from '../../../domain/change/change.ts';
import { isPatchableKind } from '../../../domain/change/change.ts';
import { CHANGE_ANNOTATION } from '../../../domain/change/change-mark.ts';
import { findHeapSettings } from '../../../domain/evidence/heap-settings.ts';
import { appliedBy } from '../evidence/applied-by.ts';
import { fieldOwners } from '../evidence/field-owners.ts';
import { surgeOf } from '../evidence/surge.ts';
import { memoryResources } from '../pods/pod-facts.ts';
import type { rawResources } from '../pods/raw-pod.ts';
import type { podSpec, RawWorkload } from './raw-workload.ts';
import { noEffectWords, restartWords } from './template-words.ts';

/** Undefined for kinds that have nothing a change could be written to. */
export function templateState(workload: WorkloadRef, raw: RawWorkload): TemplateState | undefined {
  const { spec } = raw;
  if (!isPatchableKind(workload.kind)) return undefined;
  const place = placeOf(raw);
  if (place === undefined) return withoutTemplate(workload, raw);
  return {
    ...common(workload, raw, place.path),
    podSpecPath: place.path,
    containers: containersOf(place.spec),
    podLabels: place.labels ?? {},
    heapSettings: heapSettingsOf(place.spec),
    replicas: spec.replicas ?? undefined,
    surge: surgeOf(raw.kind, raw.spec),
    ...waysOf(workload.kind, raw),
    restart: restartWords(raw),
    noEffect: noEffectWords(raw),
  };
}

function common(workload: WorkloadRef, { apiVersion, metadata }: RawWorkload, podSpecPath: string) {
  const read = { ...workload, apiVersion, uid: metadata.uid };
  const owners = fieldOwners({ template: metadata, of: read, top: read, pod: {} });
  return {
    workload: { ...workload, uid: metadata.uid },
    fieldOwners: owners,
    applied: owners.length === 0 ? appliedBy(metadata, podSpecPath) : undefined,
    resourceVersion: metadata.resourceVersion ?? '',
    generation: metadata.generation ?? 0,
    labels: metadata.labels ?? {},
    mark: metadata.annotations?.[CHANGE_ANNOTATION],
    hasAnnotations: isPresent(metadata.annotations),
  };
}

type Place = {
  readonly path: string;
  readonly spec: z.infer<typeof podSpec>;
  readonly labels: Readonly<Record<string, string>> | null | undefined;
};

function placeOf({ kind, metadata, spec }: RawWorkload): Place | undefined {
  const nested = spec.jobTemplate?.spec.template;
  if (spec.template) return { path: '/spec/template/spec', spec: spec.template.spec, labels: spec.template.metadata?.labels };
  if (nested) return { path: '/spec/jobTemplate/spec/template/spec', spec: nested.spec, labels: nested.metadata?.labels };
  if (kind !== 'Pod' || !spec.containers) return undefined;
  const { containers, initContainers, resources } = spec;
  return { path: '/spec', spec: { containers, initContainers, resources }, labels: metadata.labels };
}

function heapSettingsOf(spec: z.infer<typeof podSpec>): NonNullable<TemplateState['heapSettings']> {
  return [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ name, command, args, env, resources }) => {
    const texts = (env ?? []).flatMap((each) => (typeof each.value === 'string' ? [{ name: each.name, value: each.value }] : []));
    const text = { env: texts, command: command ?? [], args: args ?? [] };
    return findHeapSettings(text, memoryResources(resources).limit?.bytes).map((setting) => ({ ...setting, container: name }));
  });
}

/** An Argo Rollout may take its template from another object. */
function withoutTemplate(workload: WorkloadRef, raw: RawWorkload): TemplateState | undefined {
  const from = raw.spec.workloadRef;
  if (!from) return undefined;
  return {
    ...common(workload, raw, ''),
    podSpecPath: '',
    containers: [],
    ways: [],
    closed: `This ${raw.kind} has no template of its own: it takes that of ${from.kind} ${from.name}. Change the limit there.`,
    restart: '',
  };
}

/** Every container of a pod spec by its place, and the resources of the whole pod where it has any. */
export function containersOf(spec: z.infer<typeof podSpec>): readonly TemplateContainer[] {
  const pod = isPresent(spec.resources) ? [entry({ name: '', list: 'pod', index: 0 }, spec.resources)] : [];
  return [
    ...spec.containers.map(({ name, resources }, index) => entry({ name, list: 'containers', index }, resources)),
    ...(spec.initContainers ?? []).map(({ name, resources }, index) => entry({ name, list: 'initContainers', index }, resources)),
    ...pod,
  ];
}

function entry(
  place: { readonly name: string; readonly list: ResourceList; readonly index: number },
  resources: z.infer<typeof rawResources>,
): TemplateContainer {
  return {
    ...place,
    hasResources: isPresent(resources),
    hasRequests: isPresent(resources?.requests),
    hasLimits: isPresent(resources?.limits),
    resources: memoryResources(resources),
    cpu: { request: resources?.requests?.['cpu'], limit: resources?.limits?.['cpu'] },
  };
}

function isPresent(value: object | null | undefined): boolean {
  return value !== undefined && value !== null;
}

/** Which ways are open to a workload as it is; resize is for pods that run, and only whoever sees them can say. */
function waysOf(kind: string, raw: RawWorkload): { readonly ways: readonly Way[]; readonly closed?: string } {
  const owner = raw.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner !== undefined && owner.kind !== 'Node')
    return {
      ways: [],
      closed: `It belongs to ${owner.kind} ${owner.name} (${owner.apiVersion}), which writes it: change the limit there.`,
    };
  switch (kind) {
    case 'Pod':
      return owner === undefined
        ? { ways: ['resize'] }
        : { ways: [], closed: 'It is a static pod: its manifest is a file on the node, and only there can it be changed.' };
    case 'Job':
      return { ways: isMutableJob(raw) ? ['template', 'recreate'] : ['resize', 'recreate'] };
    case 'CronJob':
      return { ways: ['template'] };
    default:
      return { ways: ['template', 'resize'] };
  }
}

/** Only a suspended Job without a running pod takes another size (Kubernetes 1.36, MutablePodResourcesForSuspendedJobs). */
function isMutableJob({ spec, status }: RawWorkload): boolean {
  const suspended = status?.conditions?.some(({ type, status: value }) => type === 'Suspended' && value === 'True') === true;
  return spec.suspend === true && (status?.active ?? 0) === 0 && (suspended || !status?.startTime);
}
