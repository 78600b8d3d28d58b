// The two selectors of the memory series: one pod's containers, and one container of all replicas. Names become PromQL strings and regular expressions by
// escaping alone, so that nothing in a name can widen a query.

import type { EvidenceSubject } from '../../ports/evidence-reader.ts';
import type { LabelScheme } from './label-scheme.ts';

export type Naming = {
  readonly scheme: LabelScheme;
  /** More matchers, as they are written in the settings. */
  readonly matchers: string | undefined;
};

/** Every container there is, each once. The pod's own cgroup and the sandbox have no name, or "POD". */
export function everyContainer(naming: Naming): string {
  const { namespace, pod, container } = naming.scheme;
  return `max by (${namespace}, ${pod}, ${container}) (${selector(naming, real(naming))})`;
}

/** Every container of the pod: its neighbours count towards the same limit. */
export function podSelector(naming: Naming, { ref }: EvidenceSubject): string {
  return selector(naming, [namespaced(naming, ref), `${naming.scheme.pod}="${escaped(ref.pod)}"`, ...real(naming)]);
}

function real({ scheme: { container } }: Naming): readonly string[] {
  return [`${container}!=""`, `${container}!="POD"`];
}

/** Without a kill nothing says who owns the pod: then it stands alone. */
export function replicaSelector(naming: Naming, { ref, kill }: EvidenceSubject): string {
  const { pod, container } = naming.scheme;
  const owner = kill?.controller;
  const which =
    owner === undefined || owner.kind === 'Node' ? `${pod}="${escaped(ref.pod)}"` : `${pod}=~"${escaped(replicaPattern(owner))}"`;
  return selector(naming, [namespaced(naming, ref), which, `${container}="${escaped(ref.container)}"`]);
}

function namespaced({ scheme }: Naming, { namespace }: EvidenceSubject['ref']): string {
  return `${scheme.namespace}="${escaped(namespace)}"`;
}

function selector({ scheme, matchers }: Naming, own: readonly string[]): string {
  const all = [...own, ...[scheme.matchers, matchers].filter((each) => each !== undefined)];
  return `${scheme.metric}{${all.join(',')}}`;
}

/** How the controllers name pods: a StatefulSet by number; a ReplicaSet, DaemonSet or Job with five letters behind its own name. */
function replicaPattern({ kind, name }: { readonly kind: string; readonly name: string }): string {
  const letters = '[a-z0-9]{5}';
  switch (kind) {
    case 'StatefulSet':
      return `${quoted(name)}-[0-9]+`;
    case 'ReplicaSet':
      // With the template's hash cut off, the pods of earlier revisions count too.
      return /-[a-z0-9]+$/.test(name)
        ? `${quoted(name.replace(/-[a-z0-9]+$/, ''))}-[a-z0-9]+-${letters}|${quoted(name)}-${letters}`
        : `${quoted(name)}-${letters}`;
    case 'Job':
      // A CronJob's runs differ in the minute they were planned for; indexed Jobs put the index before the letters.
      return `${quoted(name.replace(/-[0-9]{6,}$/, ''))}(-[0-9]+)*-${letters}`;
    default:
      return `${quoted(name)}-[a-z0-9-]+`;
  }
}

/** A name as a regular expression: names hold dots. */
function quoted(name: string): string {
  return name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Inside a PromQL string. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
