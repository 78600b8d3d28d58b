// The schema of stored evidence, equal to the domain's Evidence.

import { z } from 'zod';
import type { Evidence } from '../../../domain/evidence/evidence.ts';
import { bytes, instant, memoryResources, ownerReference, piece, role, workload } from './basic.ts';

const terminated = z.object({
  kind: z.literal('terminated'),
  reason: z.string().optional(),
  message: z.string().optional(),
  exitCode: z.number(),
  containerId: z.string().optional(),
  startedAt: instant.optional(),
  finishedAt: instant.optional(),
});

const containerState = z.discriminatedUnion('kind', [
  terminated,
  z.object({ kind: z.literal('running'), startedAt: instant.optional() }),
  z.object({ kind: z.literal('waiting'), reason: z.string().optional(), message: z.string().optional() }),
  z.object({ kind: z.literal('unknown') }),
]);

const podContainer = z.object({
  name: z.string(),
  role,
  image: z.string().optional(),
  resources: memoryResources,
  inForce: memoryResources.optional(),
  restartCount: z.number(),
  ready: z.boolean(),
  containerId: z.string().optional(),
  state: containerState,
  lastState: terminated.optional(),
  heapSettings: z.array(z.object({ runtime: z.enum(['jvm', 'node', 'go']), setting: z.string(), bytes })),
});

const podFacts = z.object({
  cluster: z.string(),
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  phase: z.string().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  node: z.string().optional(),
  qosClass: z.enum(['Guaranteed', 'Burstable', 'BestEffort']).optional(),
  priorityClass: z.string().optional(),
  restartPolicy: z.string().optional(),
  deletedAt: instant.optional(),
  startedAt: instant.optional(),
  readyChanged: z.object({ to: z.boolean(), at: instant }).optional(),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  controller: ownerReference.optional(),
  podResources: memoryResources,
  containers: z.array(podContainer),
  memoryVolumes: z.array(z.object({ name: z.string(), sizeLimit: bytes.optional(), mountedBy: z.array(z.string()) })),
});

const eventLine = z.object({
  type: z.string(),
  reason: z.string(),
  message: z.string(),
  count: z.number(),
  lastSeen: instant.optional(),
  from: z.string(),
});

const usagePoint = z.object({ at: instant, bytes });

const usage = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('series'),
    points: z.array(usagePoint),
    stepSeconds: z.number(),
    peak: usagePoint,
    p95: bytes,
    daysKnown: z.number(),
    dailyPeaks: z.array(usagePoint),
    instances: z.array(z.object({ from: instant, to: instant, peak: bytes })).optional(),
    neighbours: z.array(z.object({ container: z.string(), peak: usagePoint })).optional(),
    runs: z.number().optional(),
  }),
  z.object({ kind: z.literal('instant'), now: usagePoint, historyLate: z.literal(true).optional() }),
]);

const nodeFacts = z.object({
  name: z.string(),
  capacity: bytes.optional(),
  allocatable: bytes.optional(),
  memoryPressure: z.boolean(),
  ready: z.boolean(),
  oomEvents: z.array(eventLine),
  events: z.array(eventLine).optional(),
});

const nodePods = z.object({
  running: z.number(),
  requested: bytes,
  limited: bytes,
  withoutLimit: z.number(),
  kills: z.array(z.object({ namespace: z.string(), pod: z.string(), container: z.string(), at: instant })),
  recorded: z.literal(true).optional(),
});

const revision = z.object({
  number: z.string(),
  since: instant.optional(),
  image: z.string().optional(),
  limit: bytes.optional(),
});

const rollout = z.object({
  running: revision,
  wentBack: z.object({ after: instant.optional(), by: instant.optional() }).optional(),
  before: revision.optional(),
  newest: revision.optional(),
});

/** Evidence that was stored before this piece was read at all. */
const NOT_READ = { kind: 'unavailable' as const, reason: 'it was not read then' };

const ownerFacts = z.object({
  chain: z.array(workload),
  top: workload,
  labels: z.record(z.string(), z.string()).optional(),
  replicas: z.number().optional(),
  readyReplicas: z.number().optional(),
  surge: z.number().optional(),
  fieldOwners: z.array(
    z.object({
      tool: z.enum(['argo-cd', 'flux', 'helm', 'vpa', 'hpa', 'operator']),
      signal: z.string(),
      name: z.string().optional(),
    }),
  ),
});

const fieldOwner = z.object({
  tool: z.enum(['argo-cd', 'flux', 'helm', 'vpa', 'hpa', 'operator']),
  signal: z.string(),
  name: z.string().optional(),
});

const namespaceBounds = z.object({
  controllers: z.array(fieldOwner),
  largestNode: bytes.optional(),
  limitRanges: z.array(z.object({ name: z.string(), maxLimit: bytes.optional(), maxRatio: z.number().optional() })),
  quotas: z.array(z.object({ name: z.string(), limitsLeft: bytes.optional(), requestsLeft: bytes.optional() })),
});

export const evidenceSchema = z.object({
  gatheredAt: instant,
  pod: piece(podFacts),
  describe: piece(z.string()),
  events: piece(z.array(eventLine)),
  log: piece(z.object({ lines: z.array(z.string()), cutMidLine: z.boolean(), instance: z.enum(['killed', 'ended', 'running']) })),
  usage: piece(usage),
  node: piece(nodeFacts),
  owner: piece(ownerFacts),
  ownerEvents: piece(z.array(eventLine)).default(NOT_READ),
  rollout: piece(rollout).default(NOT_READ),
  nodePods: piece(nodePods).default(NOT_READ),
  bounds: piece(namespaceBounds).optional(),
}) satisfies z.ZodType<Evidence>;
