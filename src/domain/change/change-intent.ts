// What a change means, as one text: two changes with the same intent write the same. Its hash is what an approval is bound to.

import type { Change } from './change.ts';
import { writtenBy } from './repository/repository.ts';

/** What an approval is bound to: every value that matters, in a fixed order, and the object by its uid. The paths are not among them (rebased). */
export function intentOf({
  way,
  workload,
  container,
  list,
  before,
  after,
  texts,
  pods,
  releaseStuck,
  replacement,
  edit,
}: Change): string {
  const { cluster, namespace, apiVersion, kind, name, uid } = workload;
  const sizes = [before.limit?.text, before.request?.text, after.limit, after.request, texts?.limit, texts?.request];
  return JSON.stringify([
    [cluster, namespace, apiVersion, kind, name, uid, container, list, way],
    sizes.map((size) => size ?? null),
    (pods ?? []).map((pod) => pod.uid),
    [releaseStuck === true, replacement ?? null],
    ...(edit === undefined ? [] : [writtenBy(edit)]),
  ]);
}
