// What the API server checks and settles when a workload is written: quantities, requests against limits, fields that may not change. Throws a Refusal with
// every fault at once, or returns the object as it will be stored.

import type { ContainerTemplate, KubeObject, Workload } from '../../model/objects.ts';
import { workloadSchema } from '../../model/objects.ts';
import { canonicalMemory, QUANTITY_RULE, quantityBytes } from '../../model/quantities.ts';
import { isSame } from '../../model/workload-object.ts';
import type { StatusCause } from '../refusal.ts';
import { badRequest, conflict, invalid } from '../refusal.ts';
import type { ResourceType } from '../resources.ts';

export function checkedWorkload(type: ResourceType, before: KubeObject, content: unknown): Workload {
  const parsed = workloadSchema.safeParse(content);
  if (!parsed.success) throw undecodable(content, parsed.error.issues[0]?.message ?? 'wrong type');
  checkIdentity(type, before, parsed.data);
  const after = parsed.data;
  const { containers } = after.spec.template.spec;
  checkTexts(containers, content);
  const causes = [
    ...containers.flatMap((container, index) => resourceFaults(container, index)),
    ...selectorFaults(before, after),
  ];
  if (causes.length > 0) throw invalid({ group: type.group, kind: type.kind, name: before.metadata.name }, causes);
  return {
    ...after,
    spec: {
      ...after.spec,
      template: { ...after.spec.template, spec: { ...after.spec.template.spec, containers: containers.map(settled) } },
    },
  };
}

/** The containers of a pod that is resized, as they will be stored. */
export function checkedContainers(
  containers: readonly ContainerTemplate[],
  { content, name }: { readonly content: unknown; readonly name: string },
): readonly ContainerTemplate[] {
  checkTexts(containers, content);
  const causes = containers.flatMap((container, index) => resourceFaults(container, index, 'spec'));
  if (causes.length > 0) throw invalid({ group: '', kind: 'Pod', name }, causes);
  return containers.map(settled);
}

function checkTexts(containers: readonly ContainerTemplate[], content: unknown): void {
  for (const container of containers) {
    for (const text of memoryTexts(container))
      if (!/^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/.test(text)) throw undecodable(content, QUANTITY_RULE);
  }
}

/** A patch may say which object it means: another version is a conflict, another uid or name a fault. */
function checkIdentity({ group, kind, resource }: ResourceType, before: KubeObject, after: KubeObject): void {
  const { name } = before.metadata;
  if (after.metadata.name !== name)
    throw badRequest(`the name of the object (${after.metadata.name}) does not match the name on the URL (${name})`);
  if (after.metadata.uid !== before.metadata.uid) {
    const message = `Invalid value: ${JSON.stringify(after.metadata.uid)}: field is immutable`;
    throw invalid({ group, kind, name }, [{ reason: 'FieldValueInvalid', message, field: 'metadata.uid' }]);
  }
  if (after.metadata.resourceVersion !== before.metadata.resourceVersion) throw conflict({ group, resource, name });
}

function undecodable(content: unknown, problem: string): Error {
  return invalid({ group: '', kind: '', name: '' }, [
    {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(JSON.stringify(content))}: ${problem}`,
      field: 'patch',
    },
  ]);
}

function memoryTexts({ resources: { limits, requests } }: ContainerTemplate): readonly string[] {
  return [...Object.values(limits ?? {}), ...Object.values(requests ?? {})];
}

function resourceFaults(
  { resources: { limits, requests } }: ContainerTemplate,
  index: number,
  podSpec = 'spec.template.spec',
): readonly StatusCause[] {
  const place = `${podSpec}.containers[${index}].resources`;
  const fault = (field: string, value: string, problem: string): StatusCause => ({
    reason: 'FieldValueInvalid',
    message: `Invalid value: "${value}": ${problem}`,
    field,
  });
  const limit = limits?.['memory'];
  const request = requests?.['memory'];
  const negative =
    limit?.startsWith('-') === true ? [fault(`${place}.limits[memory]`, limit, 'must be greater than or equal to 0')] : [];
  if (limit === undefined || request === undefined) return negative;
  const exceeds = limit.startsWith('-') || (quantityBytes(request) ?? 0) > (quantityBytes(limit) ?? 0);
  return exceeds
    ? [
        ...negative,
        fault(`${place}.requests`, request, `must be less than or equal to memory limit of ${canonicalMemory(limit) ?? limit}`),
      ]
    : negative;
}

function selectorFaults(before: KubeObject, { spec }: Workload): readonly StatusCause[] {
  const { selector } = workloadSchema.parse(before).spec;
  if (isSame(selector, spec.selector)) return [];
  return [
    {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(spec.selector)}: field is immutable`,
      field: 'spec.selector',
    },
  ];
}

function settled(container: ContainerTemplate): ContainerTemplate {
  const { limits, requests } = container.resources;
  return {
    ...container,
    resources: {
      ...container.resources,
      ...(limits === undefined ? {} : { limits: settledMemory(limits) }),
      ...(requests === undefined ? {} : { requests: settledMemory(requests) }),
    },
  };
}

function settledMemory(part: Readonly<Record<string, string>>): Record<string, string> {
  const memory = part['memory'];
  return memory === undefined ? { ...part } : { ...part, memory: canonicalMemory(memory) ?? memory };
}
