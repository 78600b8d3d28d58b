// QoS class and oom_score_adj: who dies first when the *node* runs out of memory. Bytes in, score out (kubelet pkg/kubelet/qos).

import type { Bytes } from '../base/memory.ts';
import { formatBytes, toBytes } from '../base/memory.ts';
import type { PodContainer, PodFacts, QosClass } from '../base/pod.ts';

export type OomScore = {
  /** −997 … 1000: the kernel kills high scores first. */
  readonly score: number;
  /** How it came about, with the numbers. */
  readonly arithmetic: string;
};

const NONE = toBytes(0);

/**
 * The oom_score_adj that the kubelet gives a regular container (pkg/kubelet/qos/policy.go).
 * Burstable, worked: 256Mi of 8Gi → 1000 − ⌊1000 × 0.03125⌋ = 969. Undefined without the node's capacity.
 */
export function oomScoreAdj(qos: QosClass, request: Bytes | undefined, nodeCapacity: Bytes | undefined): OomScore | undefined {
  if (qos === 'Guaranteed') return { score: -997, arithmetic: 'Guaranteed pods always get -997' };
  if (qos === 'BestEffort') return { score: 1000, arithmetic: 'BestEffort pods always get 1000' };
  if (nodeCapacity === undefined || nodeCapacity === 0) return undefined;
  const raw = 1000 - Math.floor((1000 * (request ?? 0)) / nodeCapacity);
  const score = Math.max(3, Math.min(999, raw));
  return {
    score,
    arithmetic: `1000 - 1000 × request ${formatBytes(request ?? NONE)} / node memory ${formatBytes(nodeCapacity)}, kept between 3 and 999`,
  };
}

/**
 * The same for any container of a pod: system pods are spared; what a pod-level request holds beyond its containers' is shared out evenly; a sidecar is
 * never killed before the least of the containers it serves.
 */
export function oomScoreOf(pod: PodFacts, container: PodContainer, nodeCapacity: Bytes | undefined): OomScore | undefined {
  if (pod.qosClass === undefined) return undefined;
  if (pod.priorityClass === 'system-node-critical')
    return { score: -997, arithmetic: 'system-node-critical pods always get -997' };
  const share = podShare(pod);
  const own = oomScoreAdj(pod.qosClass, toBytes(requestOf(container) + share), nodeCapacity);
  if (own === undefined || pod.qosClass !== 'Burstable') return own;
  const told =
    share === 0
      ? own
      : { ...own, arithmetic: `${own.arithmetic}; ${formatBytes(toBytes(share))} of it is its share of the pod’s request` };
  const regular = pod.containers.filter(({ role }) => role === 'regular').map(requestOf);
  if (container.role !== 'sidecar' || regular.length === 0) return told;
  const least = oomScoreAdj('Burstable', toBytes(Math.min(...regular) + share), nodeCapacity);
  if (least === undefined || least.score >= told.score) return told;
  return { score: least.score, arithmetic: `${least.arithmetic}, that of the least of the containers this sidecar serves` };
}

/** Allocated requests count, which lag a pending resize. */
function requestOf({ inForce, resources }: PodContainer): number {
  return inForce?.request?.bytes ?? resources.request?.bytes ?? 0;
}

/** What the pod asks for beyond its containers, for each of them. */
function podShare({ podResources, containers }: PodFacts): number {
  const whole = podResources.request?.bytes;
  const sharing = containers.filter(({ role }) => role !== 'ephemeral');
  if (whole === undefined || sharing.length === 0) return 0;
  const asked = sharing.reduce((total, each) => total + requestOf(each), 0);
  return Math.max(0, Math.trunc((whole - asked) / sharing.length));
}
