// Advice in words: what to do besides, or instead of, another limit. Plain sentences; names from the cluster are put in as they are.

import { isPatchableKind } from '../change.ts';
import type { Diagnosis } from '../diagnosis.ts';
import type { OwnerFacts } from '../evidence.ts';
import type { Bytes } from '../memory.ts';
import { formatBytes, formatQuantity, toBytes } from '../memory.ts';
import type { HeapSetting, PodContainer } from '../pod.ts';

/** What to set beside a limit, by runtime (sizing.md 1.5). */
export function heapAdvice(settings: readonly HeapSetting[], limit: Bytes): readonly string[] {
  return settings.map(({ runtime, setting }) => {
    switch (runtime) {
      case 'jvm':
        return `${setting} stays as it is when the limit changes: keep the Java heap at about 75 % of the limit, ${share(limit, 0.75)}.`;
      case 'node':
        return `${setting} stays as it is when the limit changes: set --max-old-space-size to about 75 % of the limit, ${Math.floor((limit * 0.75) / 2 ** 20)}.`;
      case 'go':
        return `${setting} stays as it is when the limit changes: set GOMEMLIMIT to about 90 % of the limit, ${Math.floor((limit * 0.9) / 2 ** 20)}MiB.`;
    }
  });
}

function share(limit: Bytes, part: number): string {
  return formatBytes(toBytes(Math.floor(limit * part)));
}

/** How to bring a new limit in where there is no template to patch. */
export function ownerAdvice(owner: OwnerFacts | undefined, container: string, limit: Bytes | undefined): readonly string[] {
  if (owner === undefined) return [];
  const lines = limit === undefined ? '' : `: under container ${container}, resources.limits.memory: ${formatQuantity(limit)}`;
  const { kind, namespace, name } = owner.top;
  const managed = owner.fieldOwners.map(
    ({ tool, name: by }) =>
      `${tool}${by === undefined ? '' : ` (${by})`} manages it and will undo a live patch: change the limit where ${tool} reads it from.`,
  );
  if (kind === 'Pod') {
    return [
      `This pod has no owner that would recreate it. Change its manifest${lines}, then kubectl delete pod ${name} -n ${namespace} and apply it again.`,
      ...managed,
    ];
  }
  if (kind === 'Job')
    return [
      `A Job’s template cannot be changed. Change its manifest${lines}, then delete the Job and create it again.`,
      ...managed,
    ];
  if (!isPatchableKind(kind)) return [`${kind} ${name} creates these pods: change the limit there${lines}.`, ...managed];
  return managed;
}

/** What to do when another limit is not the answer; undefined for causes where it is. */
export function insteadOfRaising(diagnosis: Diagnosis, container: PodContainer | undefined): readonly string[] | undefined {
  switch (diagnosis.cause) {
    case 'node-pressure':
      return [
        'Raise the memory request to what it really uses, so that the scheduler leaves room for it.',
        'Look for pods on the node that use far more than they request.',
      ];
    case 'no-limit':
      return ['Set a memory request, and a limit once two weeks of samples show what it needs.'];
    case 'memory-volume':
      return [
        'Set sizeLimit on the memory-backed emptyDir, below the limit minus what the program needs.',
        'Delete the pod: only a new pod starts with an empty volume.',
      ];
    case 'not-an-oom':
      return ['Leave the memory limit as it is.'];
    default:
      return container?.role === 'ephemeral'
        ? ['A debug container has no limit of its own: it shares what the pod may use.']
        : undefined;
  }
}
