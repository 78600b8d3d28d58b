// Valid domain values with sensible defaults: payments/checkout-api, container app, 256Mi. Tests override what they are about.

import { createHash } from 'node:crypto';
import type { Bytes } from '../../src/domain/base/memory.ts';
import { formatQuantity, MIB, toBytes } from '../../src/domain/base/memory.ts';
import { known, unavailable } from '../../src/domain/base/piece.ts';
import type { PodContainer, PodFacts, QuantityText } from '../../src/domain/base/pod.ts';
import type { Instant } from '../../src/domain/base/time.ts';
import { DAY, HOUR, MINUTE, toInstant, toMillis } from '../../src/domain/base/time.ts';
import type { WorkloadRef } from '../../src/domain/base/workload.ts';
import type { TemplateContainer, TemplateState } from '../../src/domain/change/change.ts';
import { buildChange } from '../../src/domain/change/patch.ts';
import type { PodTarget } from '../../src/domain/change/pod-target.ts';
import type { Policy } from '../../src/domain/change/policy/policy.ts';
import { CHANGE_ROUTES, CHANGEABLE_KINDS } from '../../src/domain/change/policy/policy.ts';
import type { Proposal } from '../../src/domain/change/proposal.ts';
import { reviewedText } from '../../src/domain/change/reviewed-text.ts';
import type { Evidence, Usage, UsagePoint } from '../../src/domain/evidence/evidence.ts';
import type { Surroundings } from '../../src/domain/evidence/surroundings.ts';
import type { Dossier, Incident } from '../../src/domain/incident/incident.ts';
import { openIncident } from '../../src/domain/incident/incident.ts';
import type { Kill } from '../../src/domain/kill/oom-kill.ts';

export const NOW = toInstant(Date.UTC(2026, 10, 24, 2, 47, 0));

export function mi(count: number): Bytes {
  return toBytes(count * MIB);
}

export function size(count: number): QuantityText {
  return { text: formatQuantity(mi(count)), bytes: mi(count) };
}

export function ago(lengthMs: number): Instant {
  return toInstant(NOW - lengthMs);
}

export const CONTAINER_ID = 'a'.repeat(64);

export function workload(overrides: Partial<WorkloadRef> = {}): WorkloadRef {
  return {
    cluster: 'prod',
    namespace: 'payments',
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    name: 'checkout-api',
    uid: 'w-1',
    ...overrides,
  };
}

export function kill(overrides: Partial<Kill> = {}): Kill {
  return {
    id: `prod/pod-1/app/${CONTAINER_ID}`,
    ref: {
      cluster: 'prod',
      namespace: 'payments',
      pod: 'checkout-api-7d9f-abcde',
      podUid: 'pod-1',
      container: 'app',
      role: 'regular',
    },
    how: 'oom-killed',
    reason: 'OOMKilled',
    exitCode: 137,
    startedAt: ago(2 * HOUR),
    finishedAt: ago(MINUTE),
    seenAt: ago(MINUTE - 500),
    shownIn: 'lastState',
    restartCount: 3,
    limit: mi(256),
    request: mi(128),
    node: 'node-1',
    controller: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'checkout-api-7d9f', uid: 'rs-1' },
    ...overrides,
  };
}

export function podContainer(overrides: Partial<PodContainer> = {}): PodContainer {
  return {
    name: 'app',
    role: 'regular',
    image: 'checkout:1',
    resources: { request: size(128), limit: size(256) },
    restartCount: 3,
    ready: true,
    state: { kind: 'running', startedAt: ago(MINUTE) },
    heapSettings: [],
    ...overrides,
  };
}

export function podFacts(overrides: Partial<PodFacts> = {}): PodFacts {
  return {
    cluster: 'prod',
    namespace: 'payments',
    name: 'checkout-api-7d9f-abcde',
    uid: 'pod-1',
    phase: 'Running',
    node: 'node-1',
    qosClass: 'Burstable',
    labels: {},
    annotations: {},
    podResources: {},
    containers: [podContainer()],
    memoryVolumes: [],
    ...overrides,
  };
}

/** Samples every five minutes up to a minute before the kill; `mib` by hours before it. */
export function series(hours: number, mib: (hoursBefore: number) => number): Extract<Usage, { readonly kind: 'series' }> {
  const count = Math.max(3, Math.floor(hours * 12));
  const points: readonly UsagePoint[] = Array.from({ length: count }, (_, index) => {
    const before = (count - 1 - index) / 12;
    return { at: ago(before * HOUR + MINUTE), bytes: toBytes(Math.round(mib(before) * MIB)) };
  });
  const sorted = points.toSorted((a, b) => a.bytes - b.bytes);
  const peak = sorted.at(-1) ?? { at: NOW, bytes: toBytes(0) };
  const p95 = sorted[Math.floor(0.95 * (sorted.length - 1))]?.bytes ?? peak.bytes;
  return { kind: 'series', points, stepSeconds: 300, peak, p95, daysKnown: hours / 24, dailyPeaks: [peak] };
}

export function evidence(overrides: Partial<Evidence> = {}): Evidence {
  return {
    gatheredAt: NOW,
    pod: known(podFacts(), 'pod status', NOW),
    describe: known('Name:  checkout-api-7d9f-abcde\nContainers:\n  app:\n    Last State:  Terminated', 'pod status', NOW),
    events: known([], 'events', NOW),
    log: known({ lines: ['GET /carts 200', 'building the wh'], cutMidLine: true, instance: 'killed' as const }, 'pod log', NOW),
    usage: unavailable('no source of memory usage is connected'),
    node: known(
      { name: 'node-1', capacity: mi(8192), allocatable: mi(7680), memoryPressure: false, ready: true, oomEvents: [] },
      'node status',
      NOW,
    ),
    owner: known(
      { chain: [workload()], top: workload(), replicas: 3, readyReplicas: 2, fieldOwners: [] },
      'owner references',
      NOW,
    ),
    ownerEvents: known([], 'events', NOW),
    rollout: known({ running: { number: '4', image: 'checkout:1', limit: mi(256) } }, 'ReplicaSets', NOW),
    nodePods: known({ running: 30, requested: mi(4096), limited: mi(7000), withoutLimit: 3, kills: [] }, 'pods of the node', NOW),
    ...overrides,
  };
}

export function withUsage(usage: Usage): Evidence {
  return evidence({ usage: known(usage, 'Prometheus', NOW) });
}

export function policy(overrides: Partial<Policy> = {}): Policy {
  return {
    approvers: [{ namespaces: ['*'], users: ['UBOB'], groups: [] }],
    proposers: [],
    namespaces: ['*'],
    kinds: CHANGEABLE_KINDS,
    routes: CHANGE_ROUTES,
    approvals: 1,
    selfApproval: false,
    minLimit: mi(16),
    maxLimit: mi(16 * 1024),
    maxFactor: 4,
    maxNodeShare: 0.9,
    minRequestShare: 0,
    maxRequestShare: 1,
    coolDown: toMillis(0),
    quietHours: [],
    approvalHours: [],
    dryRunOnly: false,
    undoAutomatically: false,
    tightenAfter: toMillis(7 * DAY),
    overrides: [],
    proposalExpiry: toMillis(DAY),
    watchFloor: toMillis(10 * MINUTE),
    watchCeiling: toMillis(DAY),
    quietAfter: toMillis(DAY),
    ...overrides,
  };
}

export function templateContainer(overrides: Partial<TemplateContainer> = {}): TemplateContainer {
  return {
    name: 'app',
    list: 'containers',
    index: 0,
    hasResources: true,
    hasRequests: true,
    hasLimits: true,
    resources: { request: size(128), limit: size(256) },
    ...overrides,
  };
}

export function templateState(overrides: Partial<TemplateState> = {}): TemplateState {
  return {
    workload: workload(),
    podSpecPath: '/spec/template/spec',
    resourceVersion: '7',
    generation: 4,
    labels: {},
    fieldOwners: [],
    hasAnnotations: true,
    ways: ['template', 'resize'],
    containers: [templateContainer()],
    replicas: 3,
    restart: 'a rolling update replaces its 3 pods, new before old',
    ...overrides,
  };
}

/** A pod that runs the container of templateContainer. */
export function podTarget(overrides: Partial<PodTarget> = {}): PodTarget {
  return {
    name: 'checkout-api-7d9f-abcde',
    uid: 'pod-1',
    containers: [templateContainer()],
    running: ['app'],
    inForce: new Map(),
    generation: 1,
    ready: true,
    failing: false,
    ...overrides,
  };
}

export function incident(overrides: Partial<Incident> = {}): Incident {
  return { ...openIncident({ id: 'OOM-1001', kill: kill(), workload: workload(), channel: 'C1', now: NOW }), ...overrides };
}

export function proposal(overrides: Partial<Proposal> = {}): Proposal {
  const change = overrides.change ?? buildChange(templateState(), templateContainer(), { limit: mi(384) });
  const whole = {
    id: 'P-1',
    version: 1,
    revision: 1,
    incidentId: 'OOM-1001',
    requester: 'UALICE',
    reason: 'It needs more than that.',
    change,
    labels: {},
    findings: [],
    approvals: [],
    createdAt: NOW,
    expiresAt: toInstant(NOW + DAY),
    dryRun: { kind: 'passed' },
    temporary: false,
    basis: { suggested: { limit: mi(384) }, why: 'New limit 384Mi.', from: { source: 'Prometheus', days: 6, at: NOW } },
    livedMs: 2 * HOUR,
    state: { kind: 'pending' },
    ...overrides,
  } as const;
  return { hash: digest(reviewedText(whole)), ...whole };
}

/** SHA-256 in hexadecimal. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Nothing stands around the workload, and the nodes have room. */
export function surroundings(overrides: Partial<Surroundings> = {}): Surroundings {
  const nothing = known([], 'test', NOW);
  const room = known({ nodes: 2, largestAllocatable: mi(7680), largestFree: mi(6000), free: [mi(6000), mi(4000)] }, 'test', NOW);
  return { limitRanges: nothing, quotas: nothing, scalers: nothing, verticals: nothing, budgets: nothing, room, ...overrides };
}

export function dossier(overrides: Partial<Dossier> = {}): Dossier {
  return {
    killId: kill().id,
    evidence: evidence(),
    diagnosis: {
      cause: 'limit-too-low',
      confidence: 'high',
      summary: 'Its normal load needs about as much as the limit.',
      facts: ['It uses 220 MiB.'],
      against: [],
    },
    recommendation: { kind: 'raise', limit: mi(384), arithmetic: 'New limit 384Mi = …', temporary: false, advice: [] },
    ...overrides,
  };
}
