// Memory kills that only an Event tells of: a pod whose sandbox could not start, and a node that ran out of memory. Of a sandbox that
// was gone before it could start the runtime does not say what ended it: that is only suspected (suspicion.ts).

import type { PodContainer, PodFacts } from '../base/pod.ts';
import type { Instant } from '../base/time.ts';
import { DAY, MINUTE } from '../base/time.ts';
import type { Kill, KillId } from './oom-kill.ts';
import { happenedAt, killOf, START_OOM } from './oom-kill.ts';

/** An Event about one object, as far as a kill can be read from it. */
export type ClusterEvent = {
  readonly uid: string;
  readonly reason: string;
  readonly message: string;
  readonly object: { readonly kind: string; readonly namespace: string; readonly name: string; readonly uid: string };
  readonly lastSeen?: Instant | undefined;
};

/**
 * runc's words, old and new, and those of containerd's shim, for a process that ended between its creation and its start: killed by the kernel where the
 * limit is that small (containers/podman#1579, moby/moby#41167), and nothing else says so.
 */
const STOPPED = /cannot start a (?:stopped process|container that has stopped)|container process is already dead/i;

export function isSandboxKill({ reason, message, object }: ClusterEvent): boolean {
  return object.kind === 'Pod' && reason === 'FailedCreatePodSandBox' && (START_OOM.test(message) || STOPPED.test(message));
}

/** One per pod: the kubelet tries again and again, and each time it fails the same way. */
export function sandboxKill(event: ClusterEvent, pod: PodFacts, seenAt: Instant): Kill | undefined {
  const container = smallest(pod);
  if (container === undefined) return undefined;
  return {
    ...killOf(pod, container),
    id: [pod.cluster, pod.uid, container.name, 'sandbox'].join('/'),
    how: START_OOM.test(event.message) ? 'sandbox' : 'suspected',
    reason: event.reason,
    message: event.message,
    finishedAt: event.lastSeen,
    seenAt,
    shownIn: 'event',
  };
}

/** The sandbox lives under the sum of all limits; the container with the smallest is the one to look at. */
function smallest({ containers }: PodFacts): PodContainer | undefined {
  const limitOf = ({ resources }: PodContainer): number => resources.limit?.bytes ?? Number.POSITIVE_INFINITY;
  return containers.filter(({ role }) => role !== 'ephemeral').toSorted((a, b) => limitOf(a) - limitOf(b))[0];
}

const PID = /(?:pid: |Killed process )(\d+)/;
/**
 * The node-problem-detector also tells of kills inside a container's own limit ("Memory cgroup out of memory: …"), which show on their pods; and kernels
 * before 5.0 say it a line earlier, so that words alone about a killed process say nothing. Events that repeat get words in front.
 */
const WHOLE_NODE = /(?:^|[^a-z] )Out of memory: /;

/** The kubelet and the node-problem-detector may both tell of the same kill: the process id and the day make it one. */
export function nodeKill(event: ClusterEvent, cluster: string, seenAt: Instant): Kill | undefined {
  const { object, reason, message, lastSeen } = event;
  const told = reason === 'SystemOOM' || (reason === 'OOMKilling' && WHOLE_NODE.test(message));
  if (object.kind !== 'Node' || !told) return undefined;
  const pid = PID.exec(message)?.[1];
  const day = Math.floor((lastSeen ?? seenAt) / DAY);
  const ref = { cluster, namespace: '', pod: object.name, podUid: object.name, container: 'node', role: 'regular' } as const;
  return {
    id: [cluster, object.name, 'node', pid === undefined ? event.uid : `pid-${pid}-day-${day}`].join('/'),
    ref,
    how: 'node',
    reason,
    message,
    finishedAt: lastSeen,
    seenAt,
    shownIn: 'event',
    restartCount: 0,
    node: object.name,
  };
}

/** The node-problem-detector reads the log with a delay, and both cut times to seconds. */
const TOLD_WITHIN = 10 * MINUTE;

/** Around midnight the kubelet and the node-problem-detector may tell of one kill on two days: the id that it has on the other one. */
export function otherDayOf(kill: Pick<Kill, 'id' | 'how' | 'finishedAt' | 'seenAt'>): KillId | undefined {
  const day = Number(/-day-(\d+)$/.exec(kill.id)?.[1] ?? Number.NaN);
  if (kill.how !== 'node' || Number.isNaN(day)) return undefined;
  const intoDay = happenedAt(kill) - day * DAY;
  const other = intoDay < TOLD_WITHIN ? day - 1 : intoDay > DAY - TOLD_WITHIN ? day + 1 : undefined;
  return other === undefined ? undefined : kill.id.replace(/\d+$/, `${other}`);
}
