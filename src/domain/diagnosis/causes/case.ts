// What the rules look at: the evidence of one case, with the values several rules need already taken out. Bytes, milliseconds, ratios.

import type { Bytes } from '../../base/memory.ts';
import { valueOf } from '../../base/piece.ts';
import type { PodContainer, PodFacts } from '../../base/pod.ts';
import { effectiveLimit, findContainer } from '../../base/pod.ts';
import type { Instant } from '../../base/time.ts';
import type { EventLine, Evidence, UsagePoint } from '../../evidence/evidence.ts';
import type { Kill } from '../../kill/oom-kill.ts';
import { livedFor } from '../../kill/oom-kill.ts';
import type { Diagnosis, Finding } from '../diagnosis.ts';
import type { RelatedIncident } from '../related-incident.ts';

export type DiagnoseInput = {
  /** Undefined when someone asks about a pod that shows no memory kill. */
  readonly kill: Kill | undefined;
  readonly evidence: Evidence;
  readonly now: Instant;
  /** When this container's earlier kills ended, without this one. */
  readonly earlierKills: readonly Instant[];
  /** The kill of this incident that was explained last, and what a long enough run showed by then. */
  readonly before?: { readonly kill: Kill; readonly shown: Finding } | undefined;
  /** Of a pod that shows no kill: its workload's incident that is open or was resolved lately. */
  readonly incident?: RelatedIncident | undefined;
};

export type Case = DiagnoseInput & {
  readonly pod: PodFacts | undefined;
  readonly container: PodContainer | undefined;
  readonly limit: Bytes | undefined;
  /** The series up to the kill, oldest first; empty when there is none. */
  readonly points: readonly UsagePoint[];
  readonly peak: UsagePoint | undefined;
  readonly daysKnown: number;
  readonly livedMs: number | undefined;
  /** Whether the killed run was ever ready; undefined where that cannot be told. */
  readonly wasReady: boolean | undefined;
  readonly events: readonly EventLine[];
  readonly logText: string;
};

/** A rule says what happened, or undefined when it does not apply. */
export type Rule = (facts: Case) => Diagnosis | undefined;

export function caseOf(input: DiagnoseInput): Case {
  const { kill, evidence } = input;
  const pod = valueOf(evidence.pod);
  const container = containerOf(pod, kill);
  const usage = valueOf(evidence.usage);
  const series = usage?.kind === 'series' ? usage : undefined;
  return {
    ...input,
    pod,
    container,
    limit: kill?.limit ?? limitNow(pod, container),
    points: series?.points ?? [],
    peak: series?.peak,
    daysKnown: series?.daysKnown ?? 0,
    livedMs: kill === undefined ? undefined : livedFor(kill),
    wasReady: kill === undefined ? undefined : wasReady(kill, pod, container),
    events: valueOf(evidence.events) ?? [],
    logText: (valueOf(evidence.log)?.lines ?? []).join('\n'),
  };
}

/** The one that was killed, as the pod shows it now. */
function containerOf(pod: PodFacts | undefined, kill: Kill | undefined): PodContainer | undefined {
  if (pod === undefined) return undefined;
  return kill === undefined ? restless(pod) : findContainer(pod, kill.ref.container);
}

function limitNow(pod: PodFacts | undefined, container: PodContainer | undefined): Bytes | undefined {
  return pod === undefined || container === undefined ? undefined : effectiveLimit(pod, container)?.bytes;
}

/** Of a pod nobody was killed in: the container that ended, else that restarted most. */
function restless(pod: PodFacts): PodContainer | undefined {
  const weight = ({ state, lastState, restartCount }: PodContainer): number =>
    (state.kind === 'terminated' ? 2 : 0) + (lastState === undefined ? 0 : 1) + restartCount;
  return pod.containers.toSorted((a, b) => weight(b) - weight(a))[0];
}

/**
 * The pod's Ready condition turns False when the container dies, if it was ready; else it has been False since before the run. It concerns all
 * containers: with others that are not ready now it tells nothing of this one.
 */
function wasReady(kill: Kill, pod: PodFacts | undefined, container: PodContainer | undefined): boolean | undefined {
  const { startedAt } = kill;
  if (pod?.readyChanged === undefined || container === undefined || startedAt === undefined) return undefined;
  const others = pod.containers.filter(({ name, role }) => name !== container.name && (role === 'regular' || role === 'sidecar'));
  if (container.role !== 'regular' || pod.readyChanged.to || others.some(({ ready }) => !ready)) return undefined;
  return pod.readyChanged.at > startedAt;
}

/** How much memory was added over the killed run, up to the limit that ended it; undefined without samples of its beginning. */
export function grownSinceStart(facts: Case): number | undefined {
  const { limit } = facts;
  const run = runPoints(facts);
  if (limit === undefined || run.length < 4) return undefined;
  const settled = run.slice(Math.floor(run.length / 10)).slice(0, Math.max(3, Math.floor(run.length / 4)));
  const base = Math.min(...settled.map(({ bytes }) => bytes));
  return Math.max(0, limit - base);
}

/** Samples of the killed run only; all of them when its start is not known. */
export function runPoints({ points, kill }: Case): readonly UsagePoint[] {
  const from = kill?.startedAt;
  return from === undefined ? points : points.filter(({ at }) => at >= from);
}

export function pointsWithin({ points, kill, now }: Case, lengthMs: number): readonly UsagePoint[] {
  const end = kill?.finishedAt ?? now;
  return points.filter(({ at }) => at >= end - lengthMs && at <= end);
}
