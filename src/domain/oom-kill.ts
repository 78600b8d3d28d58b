// Finds the memory kills a pod's own status shows. Level, not edge: the same pod read again, replayed, reordered or relisted
// gives the same kills with the same identities (domain.md sections 1 to 3). Never infers an OOM from exit code 137 alone and
// never discards reason OOMKilled because the code is another one.

import type { Bytes } from './memory.ts';
import type { PodContainer, PodFacts, TerminatedState } from './pod.ts';
import { effectiveLimit } from './pod.ts';
import type { Instant } from './time.ts';
import type { ContainerRef, OwnerReference } from './workload.ts';

/** "<cluster>/<pod uid>/<container>/<instance>": never changes, holds no colon, safe as a key. */
export type KillId = string;

export type Kill = {
  readonly id: KillId;
  readonly ref: ContainerRef;
  /** oom-killed: the runtime said so; start-oom: killed while starting, container init. */
  readonly how: 'oom-killed' | 'start-oom';
  readonly reason: string;
  readonly exitCode: number;
  readonly message?: string | undefined;
  readonly startedAt?: Instant | undefined;
  /** When the container ended. Whole seconds; absent when the kubelet did not say. */
  readonly finishedAt?: Instant | undefined;
  /** When the watcher saw it. */
  readonly seenAt: Instant;
  /** Which status field showed it: decides which log is the dead container's (domain.md 6.6). */
  readonly shownIn: 'state' | 'lastState';
  readonly restartCount: number;
  readonly limit?: Bytes | undefined;
  readonly request?: Bytes | undefined;
  readonly node?: string | undefined;
  readonly image?: string | undefined;
  readonly controller?: OwnerReference | undefined;
};

const START_OOM = /OOM-killed \(memory limit too low\?\)/i;

/** Every memory kill the pod shows now, `state` before `lastState`, in container order. */
export function findKills(pod: PodFacts, seenAt: Instant): readonly Kill[] {
  return pod.containers.flatMap((container) => [
    ...killIn(pod, container, { end: container.state, shownIn: 'state', seenAt }),
    ...killIn(pod, container, { end: container.lastState, shownIn: 'lastState', seenAt }),
  ]);
}

type Sighting = {
  readonly end: PodContainer['state'] | undefined;
  readonly shownIn: Kill['shownIn'];
  readonly seenAt: Instant;
};

function killIn(pod: PodFacts, container: PodContainer, sighting: Sighting): readonly Kill[] {
  const { end } = sighting;
  if (end === undefined || end.kind !== 'terminated') return [];
  const how = killedHow(end);
  if (how === undefined) return [];
  const ref = {
    cluster: pod.cluster,
    namespace: pod.namespace,
    pod: pod.name,
    podUid: pod.uid,
    container: container.name,
    role: container.role,
  };
  return [
    {
      id: killId(ref, container, { end, shownIn: sighting.shownIn }),
      ref,
      how,
      reason: end.reason ?? 'unknown',
      exitCode: end.exitCode,
      message: end.message,
      startedAt: end.startedAt,
      finishedAt: end.finishedAt,
      seenAt: sighting.seenAt,
      shownIn: sighting.shownIn,
      restartCount: container.restartCount,
      limit: effectiveLimit(pod, container)?.bytes,
      request: container.resources.request?.bytes,
      node: pod.node,
      image: container.image,
      controller: pod.controller,
    },
  ];
}

function killedHow(end: TerminatedState): Kill['how'] | undefined {
  if (end.reason === 'OOMKilled') return 'oom-killed';
  if (START_OOM.test(end.message ?? '')) return 'start-oom';
  return undefined;
}

/**
 * The identity of domain.md section 3: the terminated container's own ID; where the runtime gave none, the instance's ordinal
 * and the second it finished.
 */
function killId(ref: ContainerRef, container: PodContainer, seen: { end: TerminatedState; shownIn: Kill['shownIn'] }): KillId {
  const { end, shownIn } = seen;
  const ordinal = shownIn === 'state' ? container.restartCount : container.restartCount - 1;
  const instance = end.containerId ?? `run-${ordinal}-${end.finishedAt ?? 'unknown'}`;
  return [ref.cluster, ref.podUid, ref.container, instance].join('/');
}

/** Seconds between start and end of the killed container; undefined when either is not known or makes no sense. */
export function livedFor(kill: Kill): number | undefined {
  if (kill.startedAt === undefined || kill.finishedAt === undefined) return undefined;
  const lived = kill.finishedAt - kill.startedAt;
  return lived < 0 ? undefined : lived;
}
