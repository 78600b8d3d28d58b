// Finds the memory kills a pod's own status shows. Level, not edge: the same pod read again, replayed, reordered or relisted gives the same kills with the
// same identities. Never infers an OOM from exit code 137 alone and never discards reason OOMKilled because the code is another one.

import { wishIn } from '../base/annotations.ts';
import type { Bytes } from '../base/memory.ts';
import type { PodContainer, PodFacts, TerminatedState } from '../base/pod.ts';
import { effectiveLimit } from '../base/pod.ts';
import type { Instant, Millis } from '../base/time.ts';
import { MINUTE, SECOND } from '../base/time.ts';
import type { ContainerRef, OwnerReference } from '../base/workload.ts';
import type { KernelKill } from './kernel-oom.ts';

/** "<cluster>/<pod uid>/<container>/<instance>": never changes, holds no colon, safe as a key. */
export type KillId = string;

/**
 * oom-killed: the runtime said so. start-oom: killed while starting, container init. suspected: SIGKILL without the runtime's mark, a kill only if the
 * evidence says so; or a sandbox that was gone before it could start. silent: a child was killed and the container lives on. sandbox: the pod's sandbox was
 * killed, so no container ever started.
 * node: the node ran out of memory, seen on the node itself.
 */
type KillKind = 'oom-killed' | 'start-oom' | 'suspected' | 'silent' | 'sandbox' | 'node';

export type Kill = {
  readonly id: KillId;
  readonly ref: ContainerRef;
  readonly how: KillKind;
  readonly reason: string;
  /** Absent when nothing of the container ended. */
  readonly exitCode?: number | undefined;
  readonly message?: string | undefined;
  readonly startedAt?: Instant | undefined;
  /** When the container ended. Whole seconds; absent when the kubelet did not say. Shown by a metric: when the counter was first seen to have gone up. */
  readonly finishedAt?: Instant | undefined;
  /** When the watcher saw it. */
  readonly seenAt: Instant;
  /** Where it showed. Of a status, the field decides which log is the dead container's. */
  readonly shownIn: 'state' | 'lastState' | 'event' | 'kernel' | 'metric';
  /** The node's clock is at least this much behind the cluster's: `startedAt` and `finishedAt` are too early by that. */
  readonly clockBehind?: Millis | undefined;
  /** It happened while nobody watched, and was found later. */
  readonly whileAway?: boolean | undefined;
  /** What the kernel said about it. */
  readonly kernel?: KernelKill | undefined;
  /** The channel the pod's annotation asks for. */
  readonly channel?: string | undefined;
  /** The owner the pod's annotation names. */
  readonly owner?: string | undefined;
  /** The pod's own, at most forty. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly restartCount: number;
  /** Which run of the container ended, from 0; undefined where none did. */
  readonly run?: number | undefined;
  readonly limit?: Bytes | undefined;
  readonly request?: Bytes | undefined;
  readonly node?: string | undefined;
  readonly image?: string | undefined;
  readonly controller?: OwnerReference | undefined;
};

/** Says that nobody wants to hear of this pod: "true". */
const IGNORE_ANNOTATION = 'headroom.dev/ignore';

export const START_OOM = /OOM-killed \(memory limit too low\?\)/i;

/** No container of the pod ever started: its sandbox was killed, surely or by all that is known. */
export function isOfSandbox({ how, shownIn }: Pick<Kill, 'how' | 'shownIn'>): boolean {
  return how === 'sandbox' || (how === 'suspected' && shownIn === 'event');
}

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
  const how = killedHow(pod, end);
  if (how === undefined) return [];
  const { seenAt, shownIn } = sighting;
  const base = killOf(pod, container);
  return [
    {
      ...base,
      id: killId(base.ref, container, { end, shownIn: sighting.shownIn }),
      how,
      reason: end.reason ?? 'unknown',
      exitCode: end.exitCode,
      message: end.message,
      startedAt: possible(end.startedAt, seenAt),
      finishedAt: possible(end.finishedAt, seenAt),
      seenAt,
      shownIn,
      run: runOf(container, shownIn),
    },
  ];
}

/** What every kill of a container says about it, however it was found. */
export function killOf(pod: PodFacts, container: PodContainer) {
  const { cluster, namespace, name, uid, annotations, node, controller, labels, clockBehind } = pod;
  const ref: ContainerRef = { cluster, namespace, pod: name, podUid: uid, container: container.name, role: container.role };
  return {
    ref,
    restartCount: container.restartCount,
    limit: effectiveLimit(pod, container)?.bytes,
    request: container.resources.request?.bytes,
    node,
    ...(clockBehind === undefined ? {} : { clockBehind }),
    image: container.image,
    controller,
    ...wishIn(annotations),
    labels: Object.fromEntries(Object.entries(labels).slice(0, MOST_LABELS)),
  };
}

/** Of a pod's labels, remembered with its kill. */
export const MOST_LABELS = 40;

export function isIgnored({ annotations }: PodFacts): boolean {
  return annotations[IGNORE_ANNOTATION] === 'true';
}

/** Clocks of nodes may run ahead; a time well after now is none, and neither is 1970, which the runtime writes for what never started. */
const AHEAD_AT_MOST = 10 * MINUTE;

function possible(at: Instant | undefined, seenAt: Instant): Instant | undefined {
  return at === undefined || at <= 0 || at > seenAt + AHEAD_AT_MOST ? undefined : at;
}

function killedHow(pod: PodFacts, end: TerminatedState): KillKind | undefined {
  if (end.reason === 'OOMKilled') return 'oom-killed';
  if (START_OOM.test(end.message ?? '')) return 'start-oom';
  return isSuspect(pod, end) ? 'suspected' : undefined;
}

/**
 * SIGKILL without the mark, of an instance the runtime knew, in a pod that nobody evicted or deleted: the runtime may have lost the mark.
 * ContainerStatusUnknown and other made-up states have 137 as a placeholder and no id.
 */
function isSuspect(pod: PodFacts, end: TerminatedState): boolean {
  const real = end.reason === 'Error' && end.exitCode === 137 && end.containerId !== undefined;
  return real && pod.reason === undefined && pod.deletedAt === undefined;
}

/**
 * The identity: the terminated container's own ID; where the runtime gave none, the instance's ordinal
 * and the second it finished.
 */
function killId(ref: ContainerRef, container: PodContainer, seen: { end: TerminatedState; shownIn: Kill['shownIn'] }): KillId {
  const { end, shownIn } = seen;
  const instance = end.containerId ?? `run-${runOf(container, shownIn)}-${end.finishedAt ?? 'unknown'}`;
  return [ref.cluster, ref.podUid, ref.container, instance].join('/');
}

/** While the next run waits for its turn, the count is still that of the run that ended. */
function runOf({ restartCount, state }: PodContainer, shownIn: Kill['shownIn']): number {
  return shownIn === 'lastState' && state.kind !== 'waiting' ? restartCount - 1 : restartCount;
}

export function clusterOf(id: KillId): string {
  return id.slice(0, id.indexOf('/'));
}

/** The container instance a kill belongs to: the first four parts of its id; the kill of a child has a fifth. */
export function instanceOf({ id }: Pick<Kill, 'id'>): string {
  return id.split('/').slice(0, 4).join('/');
}

/** The runtime's own id of the container that was killed; undefined where nothing gave one. */
export function containerIdOf({ id }: Pick<Kill, 'id'>): string | undefined {
  const instance = id.split('/')[3];
  return instance !== undefined && /^[0-9a-f]{64}$/.test(instance) ? instance : undefined;
}

/**
 * A runtime keeps the mark of a child's kill until the container ends, whenever that is and with whatever exit code: then the kill was
 * long ago, and may have been reported when it happened.
 */
export function isLateMark({ how, exitCode }: Pick<Kill, 'how' | 'exitCode'>): boolean {
  return how === 'oom-killed' && exitCode !== 137;
}

/** As far as anybody can say. */
export function happenedAt({ finishedAt, seenAt }: Pick<Kill, 'finishedAt' | 'seenAt'>): Instant {
  return finishedAt ?? seenAt;
}

/**
 * A child's kill is told only when its container was still shown running a while later. A death of that container at the same second (the kubelet cuts
 * off parts of one, and both clocks are the node's) is that very kill, shown late by a kubelet that was busy.
 */
export const SAME_KILL_WITHIN = 3 * SECOND;

/** A counter shows a child's kill this much after the kernel told of it: a scrape every minute, and what the kubelet itself takes. */
export const COUNTED_WITHIN = 2 * MINUTE;

/** Its time is one at which a counter was read: the kill came before that, by up to one scrape. */
export function isSampled({ shownIn }: Pick<Kill, 'shownIn'>): boolean {
  return shownIn === 'metric';
}

/** Seconds between start and end of the killed container; undefined when either is not known or makes no sense. */
export function livedFor(kill: Kill): number | undefined {
  if (kill.startedAt === undefined || kill.finishedAt === undefined) return undefined;
  const lived = kill.finishedAt - kill.startedAt;
  return lived < 0 ? undefined : lived;
}
