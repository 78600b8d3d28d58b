// Whether kubectl wrote an object, and whose memory its manifest sets: apply keeps the manifest in an annotation; with --server-side it is a manager of the
// fields that it set. Both are anybody's text: what cannot be read says only that memory stands somewhere in it.

import { z } from 'zod';
import type { AppliedBy, AppliedMemory } from '../../../domain/evidence/field-owner.ts';
import type { Marked } from './field-owners.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** `podSpecPath`: a JSON pointer, as "/spec/template/spec". Undefined where no memory stands in it at all. */
export function appliedBy({ annotations, managedFields }: Marked, podSpecPath: string): AppliedBy | undefined {
  const manifest = annotations?.[LAST_APPLIED];
  if (manifest?.includes('"memory"') === true)
    return { signal: `annotation ${LAST_APPLIED}`, forced: false, sets: memoryIn(parsed(manifest), podSpecPath, MANIFEST) };
  const own = (managedFields ?? []).find(
    ({ manager, operation, fieldsV1 }) =>
      manager === 'kubectl' && operation === 'Apply' && JSON.stringify(fieldsV1 ?? {}).includes('"f:memory"'),
  );
  if (own === undefined) return undefined;
  return { signal: 'managed fields of kubectl', forced: true, sets: memoryIn(own.fieldsV1, podSpecPath, FIELDS) };
}

const LISTS = ['containers', 'initContainers'] as const;

/** How either text is walked: `at` gives a field, `named` the containers of a list. */
type Walk = {
  readonly at: (node: unknown, field: string) => unknown;
  readonly named: (list: unknown) => readonly (readonly [name: unknown, container: unknown])[];
};

const MANIFEST: Walk = {
  at: fieldOf,
  named: (list) => (Array.isArray(list) ? list.map((each) => [fieldOf(each, 'name'), each]) : []),
};

/** Each name has "f:" before it, and a container is a key: k:{"name":"app"}. */
const FIELDS: Walk = {
  at: (node, field) => fieldOf(node, `f:${field}`),
  named: (list) =>
    Object.entries(record(list) ?? {}).map(([key, each]) => [fieldOf(parsed(key.replace(/^k:/, '')), 'name'), each]),
};

/** Undefined when there is no pod spec in it. */
function memoryIn(content: unknown, podSpecPath: string, { at, named }: Walk): readonly AppliedMemory[] | undefined {
  const spec = podSpecPath.split('/').slice(1).reduce(at, content);
  if (record(spec) === undefined) return undefined;
  const sets = (list: string, name: string, owner: unknown): AppliedMemory => {
    const has = (amounts: string): boolean => (at(at(at(owner, 'resources'), amounts), 'memory') ?? undefined) !== undefined;
    return { list, name, limit: has('limits'), request: has('requests') };
  };
  const containers = LISTS.flatMap((list) =>
    named(at(spec, list)).flatMap(([name, each]) => (typeof name === 'string' ? [sets(list, name, each)] : [])),
  );
  return [...containers, sets('pod', '', spec)];
}

const anyRecord = z.record(z.string(), z.unknown());

function record(node: unknown): Readonly<Record<string, unknown>> | undefined {
  return anyRecord.safeParse(node).data;
}

function fieldOf(node: unknown, field: string): unknown {
  const fields = record(node);
  return fields !== undefined && Object.hasOwn(fields, field) ? fields[field] : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
