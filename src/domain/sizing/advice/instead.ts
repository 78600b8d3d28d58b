// What to do when another limit is not the answer. Plain sentences; names from the cluster are put in as they are, not yet escaped.

import type { Bytes } from '../../base/memory.ts';
import { formatQuantity, roundUpToStep, toBytes } from '../../base/memory.ts';
import { valueOf } from '../../base/piece.ts';
import type { PodContainer } from '../../base/pod.ts';
import { staleLimit } from '../../diagnosis/diagnose.ts';
import type { FieldOwner } from '../../evidence/evidence.ts';
import { heapAdvice, isShare } from '../../evidence/heap.ts';
import type { RecommendInput } from '../recommendation.ts';

/** Undefined for causes where a limit is the answer. */
export function insteadOfRaising(input: RecommendInput, container: PodContainer | undefined): readonly string[] | undefined {
  const { kill, diagnosis } = input;
  if (kill !== undefined && staleLimit({ kill }) !== undefined)
    return [
      'Delete the pod: a new one gets the limit that the template already has. The old pod keeps the smaller one until it ends.',
    ];
  if (container?.role === 'ephemeral')
    return [
      'A debug container has no limit of its own: it shares what the pod may use. Debug with less, or on a copy of the pod.',
    ];
  switch (diagnosis.cause) {
    case 'node-pressure':
      return [
        'Raise the memory request to what it really uses, so that the scheduler leaves room for it; a higher limit does not help.',
        'Look for pods on the node that use far more than they request.',
      ];
    case 'pod-limit':
      return podLimitAdvice(input);
    case 'memory-volume':
      return volumeAdvice(input);
    case 'heap-setting':
      return onlyShares(container) ? heapAdvice(container?.heapSettings ?? [], kill?.limit ?? toBytes(0)) : undefined;
    case 'not-an-oom':
      return ['Leave the memory limit as it is.'];
    default:
      return undefined;
  }
}

function onlyShares(container: PodContainer | undefined): boolean {
  const settings = container?.heapSettings ?? [];
  return settings.length > 0 && settings.every(isShare);
}

function podLimitAdvice({ kill, evidence }: RecommendInput): readonly string[] {
  const bound = valueOf(evidence.pod)?.podResources.limit?.bytes;
  const size = bound ?? kill?.kernel?.limit;
  const raised = size === undefined ? '' : ` to about ${formatQuantity(roundUpToStep(size * 1.4))}`;
  return [
    'Give each container of the pod a limit of its own, so that one cannot take what another needs.',
    bound === undefined
      ? `Or raise the limit of the container that takes the most: the pod’s limit is their sum.`
      : `Or raise the pod’s own limit, spec.resources.limits.memory${raised}.`,
  ];
}

/** What is left for files when the program keeps what it held beside them, with the usual margin. */
function volumeAdvice({ kill, evidence }: RecommendInput): readonly string[] {
  const { usage, shmem } = kill?.kernel ?? {};
  const program = usage === undefined || shmem === undefined ? undefined : (usage - shmem) * 1.15;
  const limit = kill?.limit;
  const room =
    program === undefined || limit === undefined || program >= limit ? undefined : Math.floor((limit - program) / 2 ** 20);
  const volumes = valueOf(evidence.pod)?.memoryVolumes ?? [];
  const where = volumes.length === 1 && volumes[0] !== undefined ? `volume ${volumes[0].name}` : 'the memory-backed emptyDir';
  return [
    `Set sizeLimit on ${where}${room === undefined || room < 1 ? ', below the limit minus what the program needs' : ` to ${room}Mi at most: that leaves the program what it held`}.`,
    'Delete the pod: only a new pod starts with an empty volume.',
  ];
}

/** Fields that a VPA or a memory HPA steers: what to change there instead. */
export function controllerAdvice(owners: readonly FieldOwner[], limit: Bytes): readonly string[] {
  return owners.flatMap(({ tool, name }) => {
    const which = name === undefined ? '' : ` ${name}`;
    if (tool === 'vpa')
      return [
        `VerticalPodAutoscaler${which} sets requests and limits: allow it at least ${formatQuantity(limit)} in maxAllowed.`,
      ];
    if (tool === 'hpa')
      return [
        `HorizontalPodAutoscaler${which} scales by memory as a share of the request: with a higher request it scales in. Adapt its target together with the limit of ${formatQuantity(limit)}.`,
      ];
    return [];
  });
}
