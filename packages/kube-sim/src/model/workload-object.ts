// Reading stored objects as workloads, and comparing them.

import { isDeepStrictEqual } from 'node:util';
import type { KubeObject, Workload } from './objects.ts';
import { workloadSchema } from './objects.ts';

export type ReadWorkload = (object: KubeObject) => Workload;

/** Throws when it is none: only workloads are stored under their resources. Stored objects never change, so each is read once. */
export function createWorkloadReader(): ReadWorkload {
  const read = new WeakMap<KubeObject, Workload>();
  return (object) => {
    const known = read.get(object) ?? workloadSchema.parse(object);
    read.set(object, known);
    return known;
  };
}

/** Equal as JSON: absent and undefined are the same. */
export function isSame(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));
}
