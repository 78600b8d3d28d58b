// Whether a container killed by SIGKILL without the runtime's mark was killed for memory. Something has to speak for it, and nothing may
// explain it otherwise: exit code 137 alone never makes a memory kill.

import { formatBytes, MIB, toBytes } from '../base/memory.ts';
import { valueOf } from '../base/piece.ts';
import type { PodFacts } from '../base/pod.ts';
import { podCgroupLimit } from '../base/pod.ts';
import type { Instant } from '../base/time.ts';
import { MINUTE } from '../base/time.ts';
import type { EventLine, Evidence } from '../evidence/evidence.ts';
import type { Kill } from '../kill/oom-kill.ts';
import { happenedAt, isOfSandbox } from '../kill/oom-kill.ts';

export type Suspicion =
  | { readonly kind: 'holds'; readonly because: string }
  | { readonly kind: 'dropped'; readonly because: string }
  /** What there is does not settle it, and more may come: samples, node events and kernel reports are late, what could not be read may be readable again. */
  | { readonly kind: 'open'; readonly leaning: 'holds' | 'dropped'; readonly because: string };

/** The kubelet's own kills: probes, deletions, evictions, preemption, shutdown. */
const OTHERWISE =
  /(liveness|startup) probe|will be restarted|stopping container|evict|preempt|shutdown|exceeded grace period|deadline/i;
const NEAR_LIMIT = 0.9;
const NODE_EVENT_WITHIN = MINUTE;
const SAMPLE_WITHIN = 5 * MINUTE;

export function weighSuspicion(kill: Kill, evidence: Evidence): Suspicion {
  if (kill.kernel !== undefined) return { kind: 'holds', because: 'the kernel reports the kill' };
  if (isOfSandbox(kill)) return weighSandbox(evidence);
  const other = otherwise(kill, evidence);
  if (other !== undefined) return { kind: 'dropped', because: other };
  const at = happenedAt(kill);
  if (nodeRanOut(evidence, at)) return { kind: 'holds', because: 'the node reports a memory kill at that time' };
  if (!wasNearLimit(kill, evidence, at)) return { kind: 'open', leaning: 'dropped', because: 'nothing points to memory' };
  const because = 'its memory was close to the limit';
  // A probe's kill would show in the events alone.
  return evidence.events.kind === 'known' ? { kind: 'holds', because } : { kind: 'open', leaning: 'holds', because };
}

/** CRI-O refuses a lower limit, because runc could not start under it (server/container_create.go); containerd lets it try. */
const RUNTIME_NEEDS = toBytes(12 * MIB);

/** The runtime found the process of the sandbox gone: a deletion does that, and so does the kernel where the pod may have hardly any memory. */
function weighSandbox(evidence: Evidence): Suspicion {
  const pod = valueOf(evidence.pod);
  const other = podSays(pod);
  if (other !== undefined) return { kind: 'dropped', because: other };
  const limit = pod === undefined ? undefined : podCgroupLimit(pod);
  if (limit === undefined || limit > RUNTIME_NEEDS)
    return { kind: 'open', leaning: 'dropped', because: 'the sandbox ended before it could start, and nothing points to memory' };
  return { kind: 'holds', because: `the pod may have ${formatBytes(limit)}, too little for a container runtime` };
}

function podSays(pod: PodFacts | undefined): string | undefined {
  if (pod?.reason !== undefined) return `the pod says ${pod.reason}`;
  return pod?.deletedAt === undefined ? undefined : 'the pod was being deleted';
}

function otherwise({ startedAt }: Kill, evidence: Evidence): string | undefined {
  const said = podSays(valueOf(evidence.pod));
  if (said !== undefined) return said;
  const event = valueOf(evidence.events)?.find(
    (line) => isRecent(line, startedAt) && OTHERWISE.test(`${line.reason} ${line.message}`),
  );
  return event === undefined ? undefined : `event ${event.reason}`;
}

function isRecent({ lastSeen }: EventLine, since: Instant | undefined): boolean {
  return lastSeen === undefined || since === undefined || lastSeen >= since;
}

function nodeRanOut(evidence: Evidence, at: Instant): boolean {
  const events = valueOf(evidence.node)?.oomEvents ?? [];
  return events.some(({ lastSeen }) => lastSeen !== undefined && Math.abs(lastSeen - at) <= NODE_EVENT_WITHIN);
}

function wasNearLimit({ limit }: Kill, evidence: Evidence, at: Instant): boolean {
  const usage = valueOf(evidence.usage);
  if (limit === undefined || usage?.kind !== 'series') return false;
  return usage.points.some((point) => point.at <= at && point.at >= at - SAMPLE_WITHIN && point.bytes >= NEAR_LIMIT * limit);
}
