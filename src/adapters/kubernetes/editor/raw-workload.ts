// The parts of a workload, as it is on the wire, that a change needs.

import { z } from 'zod';
import { rawStrategy } from '../evidence/surge.ts';
import { rawMetadata, rawResources } from '../pods/raw-pod.ts';

const rawContainer = z.object({
  name: z.string(),
  resources: rawResources,
  command: z.array(z.string()).nullish(),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string().nullish() })).nullish(),
});
export const podSpec = z.object({
  containers: z.array(rawContainer),
  initContainers: z.array(rawContainer).nullish(),
  resources: rawResources,
});
const template = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()).nullish() }).nullish(),
  spec: podSpec,
});
export const rawWorkload = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: rawMetadata,
  spec: z.object({
    replicas: z.number().nullish(),
    paused: z.boolean().nullish(),
    suspend: z.boolean().nullish(),
    strategy: rawStrategy,
    updateStrategy: rawStrategy.catch(undefined),
    podManagementPolicy: z.string().nullish(),
    workloadRef: z.object({ kind: z.string(), name: z.string() }).nullish(),
    template: template.nullish(),
    jobTemplate: z.object({ spec: z.object({ template }) }).nullish(),
    containers: z.array(rawContainer).nullish(),
    initContainers: z.array(rawContainer).nullish(),
    resources: rawResources,
  }),
  status: z
    .looseObject({
      active: z.number().nullish(),
      startTime: z.string().nullish(),
      conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).nullish(),
    })
    .nullish(),
});

export type RawWorkload = z.infer<typeof rawWorkload>;
