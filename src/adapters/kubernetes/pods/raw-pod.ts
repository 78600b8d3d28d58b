// The parts of a pod, as it is on the wire, that the bot reads. Tolerant: whatever is absent is absent, unknown fields stay behind.

import { z } from 'zod';

const quantities = z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).nullish();
export const rawResources = z.object({ limits: quantities, requests: quantities }).nullish();

const rawTerminated = z.object({
  reason: z.string().nullish(),
  message: z.string().nullish(),
  /** As Kubernetes itself decodes an absent number. */
  exitCode: z.number().default(0),
  signal: z.number().nullish(),
  containerID: z.string().nullish(),
  startedAt: z.string().nullish(),
  finishedAt: z.string().nullish(),
});

const rawState = z
  .object({
    running: z.object({ startedAt: z.string().nullish() }).nullish(),
    waiting: z.object({ reason: z.string().nullish(), message: z.string().nullish() }).nullish(),
    terminated: rawTerminated.nullish(),
  })
  .nullish();

const rawStatus = z.object({
  name: z.string(),
  restartCount: z.number().default(0),
  ready: z.boolean().default(false),
  containerID: z.string().nullish(),
  imageID: z.string().nullish(),
  state: rawState,
  lastState: rawState,
  resources: rawResources,
});

const rawContainer = z.object({
  name: z.string(),
  image: z.string().nullish(),
  restartPolicy: z.string().nullish(),
  command: z.array(z.string()).nullish(),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string().nullish() })).nullish(),
  resources: rawResources,
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })).nullish(),
});

const rawOwner = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().nullish(),
});

export const rawMetadata = z.object({
  name: z.string(),
  namespace: z.string().default('default'),
  uid: z.string(),
  resourceVersion: z.string().nullish(),
  generation: z.number().nullish(),
  labels: z.record(z.string(), z.string()).nullish(),
  annotations: z.record(z.string(), z.string()).nullish(),
  creationTimestamp: z.string().nullish(),
  deletionTimestamp: z.string().nullish(),
  ownerReferences: z.array(rawOwner).nullish(),
  managedFields: z
    .array(z.object({ manager: z.string().nullish(), operation: z.string().nullish(), fieldsV1: z.unknown() }))
    .nullish(),
});

const rawSpec = z.object({
  nodeName: z.string().nullish(),
  restartPolicy: z.string().nullish(),
  priorityClassName: z.string().nullish(),
  resources: rawResources,
  containers: z.array(rawContainer).default([]),
  initContainers: z.array(rawContainer).nullish(),
  ephemeralContainers: z.array(rawContainer).nullish(),
  volumes: z
    .array(
      z.object({
        name: z.string(),
        emptyDir: z.object({ medium: z.string().nullish(), sizeLimit: z.string().nullish() }).nullish(),
      }),
    )
    .nullish(),
});

export const rawPod = z.object({
  metadata: rawMetadata,
  spec: rawSpec.default({ containers: [] }),
  status: z
    .object({
      phase: z.string().nullish(),
      reason: z.string().nullish(),
      message: z.string().nullish(),
      qosClass: z.string().nullish(),
      startTime: z.string().nullish(),
      conditions: z.array(z.object({ type: z.string(), status: z.string(), lastTransitionTime: z.string().nullish() })).nullish(),
      containerStatuses: z.array(rawStatus).nullish(),
      initContainerStatuses: z.array(rawStatus).nullish(),
      ephemeralContainerStatuses: z.array(rawStatus).nullish(),
    })
    .nullish(),
});

export type RawPod = z.infer<typeof rawPod>;
export type RawContainer = z.infer<typeof rawContainer>;
export type RawStatus = z.infer<typeof rawStatus>;
export type RawState = z.infer<typeof rawState>;
export type RawResources = z.infer<typeof rawResources>;
