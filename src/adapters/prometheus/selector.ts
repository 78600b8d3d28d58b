// The two selectors of the memory series: one pod's, and all its replicas'. Names become PromQL strings and regular expressions by escaping alone, so
// that nothing in a name can widen a query. Only matchers = and =~ are used.

import type { EvidenceSubject } from '../../ports/evidence-reader.ts';

/** cAdvisor's working set: what the kernel cannot simply take back, and what counts towards the kill. */
const METRIC = 'container_memory_working_set_bytes';

export function podSelector({ ref }: EvidenceSubject): string {
  return selector({ ref }, `pod="${escaped(ref.pod)}"`);
}

/** Without a kill nothing says who owns the pod: then it stands alone. */
export function replicaSelector({ ref, kill }: EvidenceSubject): string {
  const owner = kill?.controller;
  if (owner === undefined || owner.kind === 'Node') return podSelector({ ref });
  return selector({ ref }, `pod=~"${escaped(replicaPattern(owner))}"`);
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

function selector({ ref }: EvidenceSubject, podMatcher: string): string {
  return `${METRIC}{namespace="${escaped(ref.namespace)}",${podMatcher},container="${escaped(ref.container)}"}`;
}

/** A name as a regular expression: names hold dots. */
function quoted(name: string): string {
  return name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Inside a PromQL string. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
