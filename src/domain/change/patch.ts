// The JSON patch of a change: tests of the container's name and of each old value, or of its absence, then the writes. Computed for the object as it is
// at that moment; a patch that was stored is never sent.

import type { Bytes } from '../base/memory.ts';
import { formatQuantity } from '../base/memory.ts';
import type { Change, PatchOperation, TemplateContainer, TemplateState, Texts, Wanted } from './change.ts';

type Field = { readonly section: 'limits' | 'requests'; readonly old: string | undefined; readonly value: string | undefined };

type Writing = { readonly after: Change['after']; readonly texts?: Texts | undefined };

/** The patch that gives the container at this place these values; empty when it has them. */
export function memoryPatch(
  podSpecPath: string,
  container: TemplateContainer,
  { after, texts }: Writing,
): readonly PatchOperation[] {
  const base = container.list === 'pod' ? podSpecPath : `${podSpecPath}/${container.list}/${container.index}`;
  const { limit, request } = container.resources;
  const fields: readonly Field[] = [
    {
      section: 'limits' as const,
      old: limit?.text,
      value: spelled(after.limit, texts?.limit),
      same: limit?.bytes === after.limit,
    },
    {
      section: 'requests' as const,
      old: request?.text,
      value: spelled(after.request, texts?.request),
      same: request?.bytes === after.request,
    },
  ].filter(({ same }) => !same);
  if (fields.length === 0) return [];
  return [
    ...(container.list === 'pod' ? [] : [{ op: 'test' as const, path: `${base}/name`, value: container.name }]),
    ...fields.flatMap((field) => testsOf(base, container, field)),
    ...parents(base, container, fields),
    ...fields.map(({ section, old, value }): PatchOperation => {
      const path = `${base}/resources/${section}/memory`;
      if (value === undefined) return { op: 'remove', path };
      return { op: old === undefined ? 'add' : 'replace', path, value };
    }),
  ];
}

function spelled(size: Bytes | undefined, text: string | undefined): string | undefined {
  return size === undefined ? undefined : (text ?? formatQuantity(size));
}

/** What is there is tested for its value; what is not, for its absence, at the first place that is missing. */
function testsOf(base: string, container: TemplateContainer, { section, old }: Field): readonly PatchOperation[] {
  if (old !== undefined) return [{ op: 'test', path: `${base}/resources/${section}/memory`, value: old }];
  if (!container.hasResources) return [{ op: 'test', path: `${base}/resources`, value: null }];
  const has = section === 'limits' ? container.hasLimits : container.hasRequests;
  return [{ op: 'test', path: `${base}/resources/${section}${has ? '/memory' : ''}`, value: null }];
}

function parents(base: string, container: TemplateContainer, fields: readonly Field[]): readonly PatchOperation[] {
  const missing: PatchOperation[] = container.hasResources ? [] : [{ op: 'add', path: `${base}/resources`, value: {} }];
  for (const { section } of fields) {
    const present = section === 'limits' ? container.hasLimits : container.hasRequests;
    if (!present) missing.push({ op: 'add', path: `${base}/resources/${section}`, value: {} });
  }
  return missing;
}

/**
 * The smallest patch that sets the container's memory: tests of the container's name and of each old value, then the writes.
 * A request that already has the wanted value is left alone.
 */
export function buildChange(template: TemplateState, container: TemplateContainer, wanted: Wanted): Change {
  const { limit, request } = container.resources;
  const after = { limit: settled(wanted.limit, limit?.bytes), request: settled(wanted.request, request?.bytes) };
  return {
    way: 'template',
    workload: template.workload,
    container: container.name,
    list: container.list,
    before: container.resources,
    after,
    patch: memoryPatch(template.podSpecPath, container, { after, texts: wanted.texts }),
    ...(wanted.texts === undefined ? {} : { texts: wanted.texts }),
  };
}

function settled(wanted: Bytes | 'none' | undefined, present: Bytes | undefined): Bytes | undefined {
  if (wanted === 'none') return undefined;
  return wanted ?? present;
}
