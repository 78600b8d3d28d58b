// The write itself, as data: which container of which workload, from which values to which, as a JSON patch (RFC 6902) that
// refuses to touch anything that is no longer as it was reviewed. Quantities are spelled as the API server stores them.

import type { Bytes } from './memory.ts';
import { formatQuantity } from './memory.ts';
import type { MemoryResources } from './pod.ts';
import type { WorkloadRef } from './workload.ts';

export type PatchOperation =
  | { readonly op: 'test'; readonly path: string; readonly value: string }
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: string | Readonly<Record<string, unknown>> };

export type Change = {
  readonly workload: WorkloadRef;
  readonly container: string;
  readonly list: 'containers' | 'initContainers';
  readonly before: MemoryResources;
  readonly after: { readonly request?: Bytes | undefined; readonly limit: Bytes };
  readonly patch: readonly PatchOperation[];
};

/** A workload's template as far as a change needs it, read fresh from the API server. */
export type TemplateState = {
  readonly workload: WorkloadRef;
  /** JSON pointer of the pod spec: "/spec/template/spec" or "/spec/jobTemplate/spec/template/spec". */
  readonly podSpecPath: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly containers: readonly TemplateContainer[];
  readonly replicas?: number | undefined;
  /** What happens to running pods, in words: "rolling update, one pod at a time". */
  readonly restart: string;
  /** Why a change would be accepted but have no effect, e.g. paused; undefined when it will have. */
  readonly noEffect?: string | undefined;
};

export type TemplateContainer = {
  readonly name: string;
  readonly list: 'containers' | 'initContainers';
  readonly index: number;
  /** Whether the container has a resources object at all: an `add` needs its parents. */
  readonly hasResources: boolean;
  readonly hasRequests: boolean;
  readonly hasLimits: boolean;
  readonly resources: MemoryResources;
};

/** Kinds whose pod template may be patched; Job templates are immutable and bare pods have none. */
export const PATCHABLE_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'] as const;
export type PatchableKind = (typeof PATCHABLE_KINDS)[number];

export function isPatchableKind(kind: string): kind is PatchableKind {
  return PATCHABLE_KINDS.some((patchable) => patchable === kind);
}

type Field = { readonly section: 'limits' | 'requests'; readonly old: string | undefined; readonly value: string };

/**
 * The smallest patch that sets the container's memory: tests of the container's name and of each old value, then the writes.
 * A request that already has the wanted value is left alone.
 */
export function buildChange(template: TemplateState, container: TemplateContainer, after: Change['after']): Change {
  const base = `${template.podSpecPath}/${container.list}/${container.index}`;
  const fields: Field[] = [{ section: 'limits', old: container.resources.limit?.text, value: formatQuantity(after.limit) }];
  if (after.request !== undefined && after.request !== container.resources.request?.bytes) {
    fields.push({ section: 'requests', old: container.resources.request?.text, value: formatQuantity(after.request) });
  }
  const patch: readonly PatchOperation[] = [
    { op: 'test', path: `${base}/name`, value: container.name },
    ...fields.flatMap(({ section, old }) =>
      old === undefined ? [] : [{ op: 'test' as const, path: `${base}/resources/${section}/memory`, value: old }],
    ),
    ...parents(base, container, fields),
    ...fields.map(({ section, old, value }) => ({
      op: old === undefined ? ('add' as const) : ('replace' as const),
      path: `${base}/resources/${section}/memory`,
      value,
    })),
  ];
  return {
    workload: template.workload,
    container: container.name,
    list: container.list,
    before: container.resources,
    after,
    patch,
  };
}

function parents(base: string, container: TemplateContainer, fields: readonly Field[]): readonly PatchOperation[] {
  const missing: PatchOperation[] = container.hasResources ? [] : [{ op: 'add', path: `${base}/resources`, value: {} }];
  for (const { section } of fields) {
    const present = section === 'limits' ? container.hasLimits : container.hasRequests;
    if (!present) missing.push({ op: 'add', path: `${base}/resources/${section}`, value: {} });
  }
  return missing;
}

/** Whether the template still has the values that were reviewed: a changed status or annotation is not drift (domain.md 8.3). */
export function hasDrifted(change: Change, container: TemplateContainer | undefined): boolean {
  if (container === undefined) return true;
  const { limit, request } = container.resources;
  return limit?.text !== change.before.limit?.text || request?.text !== change.before.request?.text;
}

/** The change as a unified YAML diff of exactly the lines that differ, with their place. */
export function diffLines(change: Change): readonly string[] {
  const { before, after } = change;
  const request = after.request === undefined ? before.request?.text : formatQuantity(after.request);
  return [
    `  ${change.workload.kind} ${change.workload.namespace}/${change.workload.name}, ${change.list === 'containers' ? 'container' : 'init container'} ${change.container}`,
    '  resources:',
    '    limits:',
    ...changed('memory', before.limit?.text, formatQuantity(after.limit)),
    ...(request === undefined ? [] : ['    requests:', ...changed('memory', before.request?.text, request)]),
  ];
}

function changed(name: string, old: string | undefined, next: string): readonly string[] {
  if (old === next) return [`      ${name}: ${next}`];
  return [...(old === undefined ? [] : [`-     ${name}: ${old}`]), `+     ${name}: ${next}`];
}
