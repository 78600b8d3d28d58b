// QoS class and oom_score_adj: who dies first when the *node* runs out of memory. Bytes in, score out (domain.md section 4).

import type { Bytes } from './memory.ts';
import { formatBytes, toBytes } from './memory.ts';
import type { QosClass } from './pod.ts';

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
