// What the rules look at: the evidence of one case, with the values several rules need already taken out. Bytes, milliseconds, ratios.

import type { Diagnosis } from '../diagnosis.ts';
import type { EventLine, Evidence, UsagePoint } from '../evidence.ts';
import type { Bytes } from '../memory.ts';
import type { Kill } from '../oom-kill.ts';
import { livedFor } from '../oom-kill.ts';
import { valueOf } from '../piece.ts';
import type { PodContainer, PodFacts } from '../pod.ts';
import { effectiveLimit, findContainer } from '../pod.ts';
import type { Instant } from '../time.ts';

export type DiagnoseInput = {
  /** Undefined when someone asks about a pod that shows no memory kill. */
  readonly kill: Kill | undefined;
  readonly evidence: Evidence;
  readonly now: Instant;
  /** When this container's earlier kills ended, without this one. */
  readonly earlierKills: readonly Instant[];
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

/** Samples of the killed run only, and without the last two before the kill when there are more. */
export function runPoints({ points, kill }: Case): readonly UsagePoint[] {
  const from = kill?.startedAt;
  return from === undefined ? points : points.filter(({ at }) => at >= from);
}

export function pointsWithin({ points, kill, now }: Case, lengthMs: number): readonly UsagePoint[] {
  const end = kill?.finishedAt ?? now;
  return points.filter(({ at }) => at >= end - lengthMs && at <= end);
}
