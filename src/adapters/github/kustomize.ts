// Patches of kustomize, where a workload's memory is set over its base: written into a kustomization (or a Flux Kustomization) as a text, or in a file that it
// names; as a strategic merge or as JSON patch operations. A patch whose target may be more than the one workload is none of ours.

import { posix } from 'node:path';
import type { Document, YAMLMap } from 'yaml';
import { isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { Spots, Target } from './manifest.ts';
import { findContainer, podSpecOf, textAt } from './manifest.ts';
import type { Spot } from './yaml-edit.ts';
import type { Step } from './yaml-path.ts';
import { pairOf } from './yaml-path.ts';

const LISTS = ['patches', 'patchesStrategicMerge', 'patchesJson6902'] as const;
const FLUX = 'kustomize.toolkit.fluxcd.io/';

/** One entry of such a list. */
type Entry = { readonly document: number; readonly path: readonly Step[]; readonly item: unknown };

/** The patches of the workload that stand in the text itself. */
export function inlinePatches(text: string, target: Target): readonly Spots[] {
  return entriesOf(text, target).flatMap(({ document, path, item }) => {
    const isEntry = isMap(item);
    const patch = textAt(isEntry ? pairOf(item, 'patch')?.value : item);
    const isNamed = isEntry && hasTarget(item);
    if (patch === undefined || (isNamed && !isAbout(item, target))) return [];
    const at = { document, path: isEntry ? [...path, 'patch'] : path };
    return patchSpots(patch, target, isNamed).map(({ limit, request }) => ({
      limit: { ...at, inside: limit },
      request: request === undefined ? undefined : { ...at, inside: request },
    }));
  });
}

/** Paths of the files that the kustomization at `path` names as patches of the workload by their target; the others name it themselves. */
export function patchFiles(
  text: string,
  { path, change }: { readonly path: string; readonly change: Target },
): readonly string[] {
  return entriesOf(text, change).flatMap(({ item }) => {
    if (!isMap(item) || !hasTarget(item) || !isAbout(item, change)) return [];
    const file = textAt(pairOf(item, 'path')?.value);
    return file === undefined ? [] : [posix.join(posix.dirname(path), file)];
  });
}

function entriesOf(text: string, { workload }: Target): readonly Entry[] {
  if (!text.includes('patches') || !text.includes(workload.name)) return [];
  return parseAllDocuments(text).flatMap((document, index) => {
    if (document.errors.length > 0 || !isMap(document.contents)) return [];
    const base = kustomizationIn(document, workload.namespace);
    if (base === undefined) return [];
    return LISTS.flatMap((list) => {
      const items: unknown = document.getIn([...base, list], true);
      return isSeq(items) ? items.items.map((item, at): Entry => ({ document: index, path: [...base, list, at], item })) : [];
    });
  });
}

/** Where its fields begin; undefined when it is none, or one of another namespace. */
function kustomizationIn(document: Document, namespace: string): readonly string[] | undefined {
  const at = (...path: readonly string[]): string | undefined => textAt(document.getIn(path, true));
  const isFlux = at('apiVersion')?.startsWith(FLUX) === true;
  if (!['Kustomization', 'Component'].includes(at('kind') ?? 'Kustomization')) return undefined;
  const place = isFlux ? at('spec', 'targetNamespace') : at('namespace');
  if (place !== undefined && place !== namespace) return undefined;
  return isFlux ? ['spec'] : [];
}

function hasTarget(item: YAMLMap): boolean {
  return isMap(pairOf(item, 'target')?.value);
}

/** Names in a target are patterns: one that is the workload's name is about nothing else. */
function isAbout(item: YAMLMap, { workload }: Target): boolean {
  const target = pairOf(item, 'target')?.value;
  if (!isMap(target)) return false;
  const at = (key: string): string | undefined => textAt(pairOf(target, key)?.value);
  const isOrAbsent = (key: string, wanted: string): boolean => (at(key) ?? wanted) === wanted;
  const [group, version] = workload.apiVersion.includes('/') ? workload.apiVersion.split('/') : ['', workload.apiVersion];
  return (
    at('kind') === workload.kind &&
    at('name') === workload.name &&
    isOrAbsent('namespace', workload.namespace) &&
    isOrAbsent('group', group ?? '') &&
    isOrAbsent('version', version ?? '') &&
    pairOf(target, 'labelSelector') === undefined &&
    pairOf(target, 'annotationSelector') === undefined
  );
}

/** The spots in the text of one patch. `isNamed`: its target says that it is about the workload. */
export function patchSpots(patch: string, target: Target, isNamed: boolean): readonly Spots[] {
  const [document] = parseAllDocuments(patch);
  if (document === undefined || !('contents' in document) || document.errors.length > 0) return [];
  if (isMap(document.contents)) return findContainer(patch, target, isNamed);
  // Operations name no workload.
  return isNamed ? operationSpots(document, target) : [];
}

/** The last operation that sets a value is the one that counts. */
function operationSpots(document: Document, target: Target): readonly Spots[] {
  const base = pointerOf(target);
  if (base === undefined) return [];
  const limit = operationFor(document, `${base}/resources/limits/memory`);
  return limit === undefined ? [] : [{ limit, request: operationFor(document, `${base}/resources/requests/memory`) }];
}

function operationFor({ contents }: Document, pointer: string): Spot | undefined {
  if (!isSeq(contents)) return undefined;
  for (const [at, item] of [...contents.items.entries()].toReversed()) {
    if (!isMap(item) || !['add', 'replace'].includes(textAt(pairOf(item, 'op')?.value) ?? '')) continue;
    const path = textAt(pairOf(item, 'path')?.value) ?? '';
    const value = pairOf(item, 'value')?.value;
    if (path === pointer && isScalar(value)) return { document: 0, path: [at, 'value'] };
    // It sets the whole container, its resources, or one half of them.
    if (/\/(?:\d+|resources|limits|requests)$/.test(path) && pointer.startsWith(`${path}/`) && isMap(value))
      return { document: 0, path: [at, 'value', ...pointer.slice(path.length + 1).split('/')] };
  }
  return undefined;
}

/** JSON pointer of the container, as the cluster has it: "/spec/template/spec/containers/0". */
function pointerOf({ workload, container, list, patch }: Target): string | undefined {
  if (list === 'pod') return `/${podSpecOf(workload.kind).join('/')}`;
  const test = patch.find(({ op, path }) => op === 'test' && path.endsWith('/name'));
  return test !== undefined && 'value' in test && test.value === container ? test.path.slice(0, -'/name'.length) : undefined;
}
