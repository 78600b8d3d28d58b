// Which limit the kernel enforced on a container, and who set it: the container's spec, a resize that is or is not through, a LimitRange's default, or the
// pod as a whole. Bytes.

import type { Bytes } from '../base/memory.ts';
import type { PodContainer, PodFacts } from '../base/pod.ts';

export type LimitInForce = {
  readonly bytes: Bytes;
  /** status: in force by the kubelet, and not what the spec says. limit-range: put in by the namespace's LimitRange. pod: of the whole pod. */
  readonly from: 'spec' | 'status' | 'limit-range' | 'pod';
  /** What the spec says, where that is something else: a resize that is not through. */
  readonly spec?: Bytes | undefined;
};

/** The admission plugin notes on the pod what it put in: "LimitRanger plugin set: memory limit for container app; …". */
const NOTE = 'kubernetes.io/limit-ranger';

export function limitInForce(pod: PodFacts, container: PodContainer): LimitInForce | undefined {
  const spec = container.resources.limit?.bytes;
  const now = container.inForce?.limit?.bytes;
  if (now !== undefined && spec !== undefined && now !== spec) return { bytes: now, from: 'status', spec };
  const own = now ?? spec;
  if (own === undefined) {
    const whole = pod.podResources.limit?.bytes;
    return whole === undefined ? undefined : { bytes: whole, from: 'pod' };
  }
  return { bytes: own, from: isDefaulted(pod, container.name) ? 'limit-range' : 'spec' };
}

function isDefaulted({ annotations }: PodFacts, container: string): boolean {
  return (annotations[NOTE] ?? '')
    .replace(/^LimitRanger plugin set: /, '')
    .split('; ')
    .some((part) => /\bmemory\b.* limit for /.test(part) && part.endsWith(` container ${container}`));
}
