// The kernel's own line about a kill as node-problem-detector tells it: an Event on the node that names a process, and no pod. It is taken for
// this kill's only when nothing else on the node can be meant.

import { valueOf } from '../base/piece.ts';
import { SECOND } from '../base/time.ts';
import type { KernelKill } from '../kill/kernel-oom.ts';
import { createKernelReader } from '../kill/kernel-oom.ts';
import type { Kill } from '../kill/oom-kill.ts';
import type { Evidence } from './evidence.ts';

/** The kubelet cuts times to seconds, and the detector reads the log with a delay. */
const WITHIN_MS = 5 * SECOND;
const OTHERS_WITHIN_MS = 10 * SECOND;

export function kernelNearby(kill: Kill, evidence: Evidence): KernelKill | undefined {
  const { finishedAt: at } = kill;
  const pods = valueOf(evidence.nodePods);
  if (at === undefined || kill.kernel !== undefined) return undefined;
  const near = (valueOf(evidence.node)?.oomEvents ?? []).filter(
    ({ reason, lastSeen }) => reason === 'OOMKilling' && lastSeen !== undefined && Math.abs(lastSeen - at) <= WITHIN_MS,
  );
  const kills = near.flatMap(({ message }) => createKernelReader().read(message) ?? []);
  const others = pods?.kills.some((each) => Math.abs(each.at - at) <= OTHERS_WITHIN_MS) ?? false;
  const processes = new Set(kills.map(({ victim }) => victim.pid));
  // Of a group kill every process has a line; without the node's pods a second process may be anybody's.
  if (others || (pods === undefined && processes.size > 1)) return undefined;
  const [largest] = kills.toSorted((a, b) => b.victim.resident - a.victim.resident);
  return largest === undefined ? undefined : { ...largest, matchedBy: 'time' };
}
