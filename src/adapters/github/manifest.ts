// Where in a YAML file a workload's container is: in a plain manifest or a kustomize patch of the same kind and name, one of several documents. A file that
// is not readable as YAML (a template) holds none.

import { isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { Change } from '../../domain/change/change.ts';
import type { Spot } from './yaml-edit.ts';
import type { Step } from './yaml-path.ts';
import { pairOf } from './yaml-path.ts';

export type Target = Pick<Change, 'workload' | 'container' | 'list' | 'patch'>;

/** The spots of limit and request: both of one container. */
export type Spots = { readonly limit: Spot; readonly request: Spot | undefined };

const POD_SPEC: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};
const TEMPLATE = ['spec', 'template', 'spec'] as const;

export function podSpecOf(kind: string): readonly string[] {
  return POD_SPEC[kind] ?? TEMPLATE;
}

/** `isNamed`: something else says that the text is about the workload, whatever name it has itself. */
export function findContainer(text: string, target: Target, isNamed = false): readonly Spots[] {
  const { workload, container, list } = target;
  if (!(isNamed || text.includes(workload.name)) || !text.includes(container)) return [];
  return parseAllDocuments(text).flatMap((document, index) => {
    const { contents } = document;
    if (document.errors.length > 0 || !isMap(contents) || !(isNamed || isThe(document, workload))) return [];
    const podSpec = podSpecOf(workload.kind);
    // The resources of the whole pod.
    if (list !== 'containers' && list !== 'initContainers') return document.hasIn(podSpec) ? [spotsBelow(index, podSpec)] : [];
    const containers: unknown = document.getIn([...podSpec, list], true);
    if (!isSeq(containers)) return [];
    const at = containers.items.findIndex((item) => isMap(item) && textAt(pairOf(item, 'name')?.value) === container);
    return at < 0 ? [] : [spotsBelow(index, [...podSpec, list, at])];
  });
}

function isThe(
  document: { getIn(path: Iterable<unknown>, keep: true): unknown },
  { kind, name, namespace }: Target['workload'],
): boolean {
  const at = (...path: readonly string[]): string | undefined => textAt(document.getIn(path, true));
  const place = at('metadata', 'namespace');
  return at('kind') === kind && at('metadata', 'name') === name && (place === undefined || place === namespace);
}

export function textAt(node: unknown): string | undefined {
  return isScalar(node) && typeof node.value === 'string' ? node.value : undefined;
}

function spotsBelow(document: number, base: readonly Step[]): Spots {
  return {
    limit: { document, path: [...base, 'resources', 'limits', 'memory'] },
    request: { document, path: [...base, 'resources', 'requests', 'memory'] },
  };
}
