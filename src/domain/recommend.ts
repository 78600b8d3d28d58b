// What to do: raise to a number with its arithmetic, or advice without one. Never a number for a cause that a number does not mend, and never one
// at or below the limit that was just hit.

import type { Diagnosis } from './diagnosis.ts';
import type { Evidence } from './evidence.ts';
import type { Bytes } from './memory.ts';
import { formatQuantity, roundUpToStep, toBytes } from './memory.ts';
import type { Kill } from './oom-kill.ts';
import { valueOf } from './piece.ts';
import type { PodContainer } from './pod.ts';
import { findContainer } from './pod.ts';
import type { Policy } from './policy.ts';
import { heapAdvice, insteadOfRaising, ownerAdvice } from './recommend/advice.ts';
import type { PastKill, Size } from './recommend/size.ts';
import { sizeFor } from './recommend/size.ts';
import type { Recommendation } from './recommendation.ts';
import type { Instant } from './time.ts';

export type RecommendInput = {
  readonly kill: Kill | undefined;
  readonly evidence: Evidence;
  readonly diagnosis: Diagnosis;
  /** This container's earlier kills with the limit each of them hit. */
  readonly earlierKills: readonly PastKill[];
  readonly policy: Policy;
  readonly now: Instant;
};

/** After this many raises within a day a number is no longer help. */
const MOST_RAISES = 3;
/** A stop-gap for a leak is at most this many times the limit. */
const STOP_GAP = 1.5;

export function recommend(input: RecommendInput): Recommendation {
  const { kill, evidence, diagnosis } = input;
  const container = containerOf(input);
  const owner = valueOf(evidence.owner);
  const limit = kill?.limit;
  const name = kill?.ref.container ?? container?.name ?? 'the container';
  const instead = insteadOfRaising(diagnosis, container);
  if (kill === undefined || limit === undefined || instead !== undefined) {
    return {
      kind: 'advise',
      reason: diagnosis.summary,
      advice: [...(instead ?? ['Leave the memory limit as it is.']), ...ownerAdvice(owner, name, undefined)],
    };
  }
  const size = sized(input, kill, limit);
  if (size.recentRaises >= MOST_RAISES) return escalate(size);
  if (size.limit <= limit) return bound(size, limit);
  const temporary = diagnosis.cause === 'leak';
  return {
    kind: 'raise',
    limit: size.limit,
    request: requestFor(input, container, size.limit),
    arithmetic: temporary ? `${size.arithmetic} A stop-gap: it delays the next kill, it does not end them.` : size.arithmetic,
    cappedBy: size.cappedBy,
    temporary,
    advice: [
      ...causeAdvice(diagnosis),
      ...heapAdvice(container?.heapSettings ?? [], size.limit),
      ...ownerAdvice(owner, name, size.limit),
    ],
  };
}

function containerOf({ kill, evidence }: RecommendInput): PodContainer | undefined {
  const pod = valueOf(evidence.pod);
  return pod === undefined || kill === undefined ? undefined : findContainer(pod, kill.ref.container);
}

function sized({ evidence, diagnosis, earlierKills, policy }: RecommendInput, kill: Kill, limit: Bytes): Size {
  const stopGap = diagnosis.cause === 'leak';
  const size = sizeFor({
    limit,
    killedAt: kill.finishedAt ?? kill.seenAt,
    earlierKills,
    usage: valueOf(evidence.usage),
    policy,
    allocatable: valueOf(evidence.node)?.allocatable,
  });
  if (!stopGap) return size;
  const most = roundUpToStep(limit * STOP_GAP);
  if (size.limit <= most) return size;
  return {
    ...size,
    limit: most,
    arithmetic: `New limit ${formatQuantity(most)} = the ${formatQuantity(limit)} that was just hit × ${STOP_GAP}, rounded up.`,
  };
}

function escalate(size: Size): Recommendation {
  return {
    kind: 'advise',
    reason: `The limit was raised ${size.recentRaises} times within a day and the container was killed again each time.`,
    advice: ['Stop raising the limit: find out what the program does with the memory.'],
  };
}

function bound(size: Size, limit: Bytes): Recommendation {
  return {
    kind: 'advise',
    reason: `It needs more than ${formatQuantity(limit)}, and ${size.cappedBy ?? 'the policy'} allows no higher limit.`,
    advice: ['Raise the bound in headroom.yaml, use a larger node, or make the program use less.'],
  };
}

/** Guaranteed stays Guaranteed; otherwise the request is raised to the usual use, because pods above their request are evicted first. */
function requestFor({ evidence }: RecommendInput, container: PodContainer | undefined, limit: Bytes): Bytes | undefined {
  const request = container?.resources.request?.bytes;
  if (request === undefined) return undefined;
  if (request === container?.resources.limit?.bytes) return limit;
  const usage = valueOf(evidence.usage);
  if (usage?.kind !== 'series' || usage.p95 <= request) return undefined;
  return toBytes(Math.min(roundUpToStep(usage.p95), limit));
}

function causeAdvice(diagnosis: Diagnosis): readonly string[] {
  switch (diagnosis.cause) {
    case 'leak':
      return [
        'Find what keeps the memory: take two heap profiles some hours apart and compare them.',
        'Until then, a scheduled restart keeps it alive.',
      ];
    case 'spike':
      return ['If the burst can be made smaller (streaming instead of loading, fewer at once), that is the better fix.'];
    case 'child-process':
      return ['Fewer or smaller worker processes need less: they all share this one limit.'];
    default:
      return [];
  }
}
