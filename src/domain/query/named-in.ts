// What of a cluster a text names: somebody else's alert, a pasted line of kubectl. Whole names only; pods before workloads, and those whose namespace
// is named too before the others.

import type { PodEntry, WorkloadName } from './directory.ts';
import type { Thing } from './find.ts';

/** Letters, digits, dots and dashes, as names of Kubernetes are made. */
const NAME = /[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/g;

export function namedIn(text: string, pods: readonly PodEntry[]): readonly Thing[] {
  const words = new Set(text.toLowerCase().match(NAME) ?? []);
  const named = preferNamedPlace(
    pods.filter(({ name }) => words.has(name)),
    words,
  );
  if (named.length > 0) return named.map(({ namespace, name }) => ({ kind: 'pod', namespace, name }));
  const workloads = new Map(
    pods
      .map(({ workload }) => workload)
      .filter(({ name }) => words.has(name))
      .map((workload) => [`${workload.kind} ${workload.namespace}/${workload.name}`, workload]),
  );
  return preferNamedPlace([...workloads.values()], words).map((workload: WorkloadName) => ({ kind: 'workload', workload }));
}

function preferNamedPlace<Placed extends { readonly namespace: string }>(
  things: readonly Placed[],
  words: ReadonlySet<string>,
): readonly Placed[] {
  const there = things.filter(({ namespace }) => words.has(namespace));
  return there.length > 0 ? there : things;
}
