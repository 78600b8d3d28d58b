// Whether the clock of a pod's node is far behind the cluster's. The kubelet writes when it began with a pod, by its own clock; the API server when the pod was
// made, and the scheduler when it was placed, which both come before. A clock that is ahead shows in the kills themselves: they end in the future.

import type { Millis } from '../../../domain/base/time.ts';
import { between, MINUTE, parseInstant } from '../../../domain/base/time.ts';
import type { RawPod } from './raw-pod.ts';

/** Less is what clocks may differ by. */
const FAR = 10 * MINUTE;
/** A static pod runs before the API server hears of it. */
const MIRROR = 'kubernetes.io/config.mirror';

/** By how much at least; undefined when it is not. */
export function clockBehind({ metadata, status }: RawPod): Millis | undefined {
  const began = parseInstant(status?.startTime);
  const scheduled = status?.conditions?.find((condition) => condition.type === 'PodScheduled' && condition.status === 'True');
  const before = [metadata.creationTimestamp, scheduled?.lastTransitionTime].map(parseInstant).filter((at) => at !== undefined);
  if (began === undefined || metadata.annotations?.[MIRROR] !== undefined) return undefined;
  const [behind] = before.map((at) => between(began, at)).toSorted((a, b) => b - a);
  return behind === undefined || behind < FAR ? undefined : behind;
}
