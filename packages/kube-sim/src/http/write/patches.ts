// PATCH: applies a JSON patch to a stored object, rehearsed or for real. Only the spec moves the generation; a patch that changes nothing is not stored.

import { z } from 'zod';
import type { World } from '../../controllers/world.ts';
import type { Kubelet } from '../../kubelet/kubelet.ts';
import type { ContainerTemplate, KubeObject } from '../../model/objects.ts';
import { containerSchema, time } from '../../model/objects.ts';
import { qosClass } from '../../model/quantities.ts';
import type { PodRecord } from '../../model/run.ts';
import { isSame } from '../../model/workload-object.ts';
import { invalid, notFound, Refusal } from '../refusal.ts';
import type { Target } from '../resources.ts';
import type { Operation } from './json-patch.ts';
import { applyPatch, parsePatch } from './json-patch.ts';
import { checkedContainers, checkedWorkload } from './validation.ts';

export type PatchRequest = {
  readonly target: Target;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly body: string;
  readonly userAgent: string;
};

export type Cluster = { readonly world: World; readonly kubelet: Kubelet };

export function patch({ world, kubelet }: Cluster, { target, query, contentType, body, userAgent }: PatchRequest): KubeObject {
  const { type, namespace, name = '', subresource } = target;
  const rehearsal = isRehearsal(query, 'PatchOptions');
  if (contentType !== 'application/json-patch+json')
    throw new Refusal(415, '415: Unsupported Media Type', { reason: 'UnsupportedMediaType', details: {} });
  const before = world.store.get(type.resource, namespace, name);
  if (before === undefined) throw notFound({ ...type, name });
  const operations = parsePatch(body);
  const content = applyPatch(before, operations);
  if (subresource === 'resize') return resized({ world, kubelet }, { before, content, rehearsal });
  if (type.resource === 'pods') throw podRefusal(name);
  const checked = checkedWorkload(type, before, content);
  const after: KubeObject = { ...checked, status: before['status'] };
  if (isSame(after, before)) return before;
  const moved = !isSame(after['spec'], before['spec']);
  const next: KubeObject = {
    ...after,
    metadata: {
      ...after.metadata,
      generation: (before.metadata.generation ?? 1) + (moved ? 1 : 0),
      managedFields: managers(world, after, {
        manager: query.get('fieldManager') ?? userAgent.split('/')[0] ?? 'unknown',
        operations,
      }),
    },
  };
  return rehearsal ? next : world.store.put(type.resource, next);
}

type Resizing = { readonly before: KubeObject; readonly content: unknown; readonly rehearsal: boolean };

const resizable = z.looseObject({ spec: z.looseObject({ containers: z.array(containerSchema).min(1) }) });

/** A pod in place: only resources change, and a class of service never does. */
function resized({ world, kubelet }: Cluster, { before, content, rehearsal }: Resizing): KubeObject {
  const pod = world.pods.get(before.metadata.uid);
  const parsed = resizable.safeParse(content);
  if (pod === undefined || !parsed.success) throw podRefusal(before.metadata.name);
  const containers = checkedContainers(parsed.data.spec.containers, { content, name: before.metadata.name });
  checkKept(pod, containers);
  if (qosClass(containers) !== qosClass(pod.containers.map(({ template }) => template))) {
    const message = `Invalid value: "${qosClass(containers)}": Pod QOS Class may not change as a result of resizing`;
    throw invalid({ group: '', kind: 'Pod', name: before.metadata.name }, [
      { reason: 'FieldValueInvalid', message, field: 'spec' },
    ]);
  }
  return rehearsal ? { ...before, ...parsed.data, metadata: before.metadata } : kubelet.resize(pod, containers);
}

/** In place a value may change, and none may go. */
function checkKept({ name, containers }: PodRecord, next: readonly ContainerTemplate[]): void {
  const causes = containers.flatMap(({ template }, index) => {
    const limits = next.find((container) => container.name === template.name)?.resources.limits ?? {};
    const lost = Object.keys(template.resources.limits ?? {}).some((resource) => !(resource in limits));
    const field = `spec.containers[${index}].resources.limits`;
    return lost ? [{ reason: 'FieldValueForbidden', message: 'Forbidden: resource limits cannot be removed', field }] : [];
  });
  if (causes.length > 0) throw invalid({ group: '', kind: 'Pod', name }, causes);
}

/** Throws a Refusal for what is neither absent nor "All". */
export function isRehearsal(query: URLSearchParams, kind: string): boolean {
  const values = query.getAll('dryRun');
  if (values.length === 0) return false;
  if (values.every((value) => value === 'All')) return true;
  const message = `Unsupported value: ${JSON.stringify(values)}: supported values: "All"`;
  throw invalid({ group: 'meta.k8s.io', kind, name: '' }, [{ reason: 'FieldValueNotSupported', message, field: 'dryRun' }]);
}

function podRefusal(name: string): Refusal {
  const message =
    'Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';
  return invalid({ group: '', kind: 'Pod', name }, [{ reason: 'FieldValueForbidden', message, field: 'spec' }]);
}

type Writing = { readonly manager: string; readonly operations: readonly Operation[] };

/** The writer owns what it wrote; whoever owned it before keeps the rest, which is all this keeps track of. */
function managers(
  world: World,
  { apiVersion, metadata }: KubeObject,
  { manager, operations }: Writing,
): NonNullable<KubeObject['metadata']['managedFields']> {
  const written = operations.filter(({ op }) => op !== 'test').map(({ path }) => path);
  const fields: Record<string, unknown> = {};
  for (const path of written) own(fields, path);
  const others = (metadata.managedFields ?? []).filter((entry) => entry.manager !== manager);
  return [
    ...others,
    { manager, operation: 'Update', apiVersion, time: time(world.now()), fieldsType: 'FieldsV1', fieldsV1: fields },
  ];
}

function own(fields: Record<string, unknown>, pointer: string): void {
  let place = fields;
  for (const key of pointer.split('/').slice(1)) {
    const name = /^\d+$/.test(key) ? `v:${key}` : `f:${key.replaceAll('~1', '/').replaceAll('~0', '~')}`;
    const next: Record<string, unknown> = {};
    const known = place[name];
    if (isFields(known)) place = known;
    else {
      place[name] = next;
      place = next;
    }
  }
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
