// A kill with what would be known of it, and the cause that made it: built for the very function the bot asks.

import { formatQuantity, toBytes } from '../../src/domain/base/memory.ts';
import { known, unavailable } from '../../src/domain/base/piece.ts';
import type { Instant } from '../../src/domain/base/time.ts';
import { DAY, toInstant } from '../../src/domain/base/time.ts';
import { diagnose } from '../../src/domain/diagnosis/diagnose.ts';
import type { Cause } from '../../src/domain/diagnosis/diagnosis.ts';
import type { Evidence, UsagePoint } from '../../src/domain/evidence/evidence.ts';
import type { KernelKill } from '../../src/domain/kill/kernel-oom.ts';
import type { Kill } from '../../src/domain/kill/oom-kill.ts';

export const CAUSES = [
  'leak',
  'spike',
  'limit-too-low',
  'startup',
  'child-process',
  'memory-volume',
] as const satisfies readonly Cause[];
export type Labelled = { readonly label: (typeof CAUSES)[number]; readonly found: Cause };

export type KnownKill = {
  readonly startedAt: Instant;
  readonly killedAt: Instant;
  readonly limit: number;
  readonly exitCode: number;
  readonly points: readonly UsagePoint[];
  readonly earlierKills: readonly Instant[];
  readonly wasReady: boolean;
  readonly kernel?: KernelKill | undefined;
};

export function causeOf(given: KnownKill): Cause {
  const { startedAt, killedAt, exitCode, kernel, earlierKills } = given;
  const limit = toBytes(Math.round(given.limit));
  const ref = { cluster: 'eval', namespace: 'eval', pod: 'pod', podUid: 'uid', container: 'app', role: 'regular' } as const;
  const kill: Kill = {
    id: `eval/uid/app/${'a'.repeat(64)}`,
    ref,
    how: 'oom-killed',
    reason: 'OOMKilled',
    exitCode,
    startedAt,
    finishedAt: killedAt,
    seenAt: killedAt,
    shownIn: 'state',
    restartCount: earlierKills.length,
    limit,
    kernel,
  };
  return diagnose({ kill, evidence: evidenceOf(given), now: killedAt, earlierKills }).cause;
}

function evidenceOf({ points, limit, wasReady, startedAt, killedAt }: KnownKill): Evidence {
  const bytes = toBytes(Math.round(limit));
  const nothing = unavailable('not part of the evaluation');
  const pod = {
    ...{
      cluster: 'eval',
      namespace: 'eval',
      name: 'pod',
      uid: 'uid',
      labels: {},
      annotations: {},
      podResources: {},
      memoryVolumes: [],
    },
    readyChanged: { to: false, at: wasReady ? killedAt : toInstant(startedAt - 1) },
    containers: [
      {
        ...{ name: 'app', role: 'regular' as const, restartCount: 0, ready: false, heapSettings: [] },
        resources: { limit: { text: formatQuantity(bytes), bytes } },
        state: { kind: 'waiting' as const },
      },
    ],
  };
  return {
    gatheredAt: killedAt,
    ...{ describe: nothing, events: nothing, log: nothing, node: nothing, owner: nothing },
    ...{ ownerEvents: nothing, rollout: nothing, nodePods: nothing },
    pod: known(pod, 'evaluation', killedAt),
    usage: usageOf(points, killedAt),
  };
}

function usageOf(points: readonly UsagePoint[], at: Instant): Evidence['usage'] {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return unavailable('no samples');
  const sorted = points.toSorted((a, b) => a.bytes - b.bytes);
  const peak = sorted.at(-1) ?? first;
  const p95 = sorted[Math.floor(0.95 * (sorted.length - 1))]?.bytes ?? peak.bytes;
  return known(
    { kind: 'series', points, stepSeconds: 60, peak, p95, daysKnown: (last.at - first.at) / DAY, dailyPeaks: [peak] },
    'evaluation',
    at,
  );
}
