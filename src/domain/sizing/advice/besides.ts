// What to do beside a new limit: by cause, by runtime, and what the change brings along. Plain sentences, not yet escaped.

import type { Bytes } from '../../base/memory.ts';
import { valueOf } from '../../base/piece.ts';
import type { PodContainer } from '../../base/pod.ts';
import type { Diagnosis } from '../../diagnosis/diagnosis.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import { heapAdvice } from '../../evidence/heap.ts';
import type { Kill } from '../../kill/oom-kill.ts';

export type Change = {
  readonly kill: Kill | undefined;
  readonly container: PodContainer | undefined;
  readonly evidence: Evidence;
  readonly limit: Bytes;
};

export function besides(diagnosis: Diagnosis, change?: Change): readonly string[] {
  return [
    ...causeAdvice(diagnosis),
    ...(change === undefined ? [] : [...heapAdvice(change.container?.heapSettings ?? [], change.limit), ...sideEffects(change)]),
  ];
}

function causeAdvice({ cause }: Diagnosis): readonly string[] {
  switch (cause) {
    case 'leak':
      return [
        'Find what keeps the memory: take two heap profiles some hours apart and compare them.',
        'Until then, a scheduled restart keeps it alive.',
      ];
    case 'spike':
      return ['If the burst can be made smaller (streaming instead of loading, fewer at once), that is the better fix.'];
    case 'child-process':
      return ['Fewer or smaller worker processes need less: they all share this one limit.'];
    case 'heap-setting':
      return ['The better fix is often the other way round: a smaller heap under the limit there is.'];
    default:
      return [];
  }
}

function sideEffects({ container, kill, evidence }: Change): readonly string[] {
  const { request, limit } = container?.resources ?? {};
  const running = valueOf(evidence.rollout)?.running;
  const usage = valueOf(evidence.usage);
  const peak = usage?.kind === 'series' ? usage.peak : undefined;
  return [
    ...(request !== undefined && request.bytes === limit?.bytes
      ? [
          'Its request equals its limit (or was set to it, where the template has none): the request rises too, and the scheduler needs a node with that much free.',
        ]
      : []),
    ...(running?.since !== undefined && peak !== undefined && peak.at < running.since
      ? [`The highest sample is from before revision ${running.number}: this version may need less.`]
      : []),
    ...(kill !== undefined && usage === undefined
      ? ['No usage data: with samples from a Prometheus that scrapes the kubelet, the next number is a measured one.']
      : []),
  ];
}
