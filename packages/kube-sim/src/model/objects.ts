// The objects the demo cluster keeps, as far as its controllers read them. Unknown fields stay: what a client reads is what was stored.

import { z } from 'zod';

const strings = z.record(z.string(), z.string());

const metadata = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string(),
  resourceVersion: z.string(),
  generation: z.number().optional(),
  creationTimestamp: z.string(),
  labels: strings.optional(),
  annotations: strings.optional(),
  ownerReferences: z
    .array(z.looseObject({ apiVersion: z.string(), kind: z.string(), name: z.string(), uid: z.string() }))
    .optional(),
  managedFields: z.array(z.looseObject({ manager: z.string().optional(), operation: z.string().optional() })).optional(),
});

const resources = z.looseObject({ limits: strings.optional(), requests: strings.optional() });
export const containerSchema = z.looseObject({ name: z.string(), image: z.string(), resources: resources.default({}) });
export type ContainerTemplate = z.infer<typeof containerSchema>;

const template = z.looseObject({
  metadata: z.looseObject({ labels: strings, annotations: strings.optional() }),
  spec: z.looseObject({ containers: z.array(containerSchema).min(1), restartPolicy: z.string().default('Always') }),
});
export type PodTemplate = z.infer<typeof template>;

const workloadStatus = z.looseObject({
  observedGeneration: z.number().optional(),
  currentRevision: z.string().optional(),
  updateRevision: z.string().optional(),
});

export const workloadSchema = z.looseObject({
  kind: z.string(),
  apiVersion: z.string(),
  metadata,
  spec: z.looseObject({
    replicas: z.number().int().nonnegative().default(1),
    paused: z.boolean().optional(),
    selector: z.looseObject({ matchLabels: strings }),
    template,
  }),
  status: workloadStatus,
});
/** A Deployment, ReplicaSet, StatefulSet or DaemonSet. */
export type Workload = z.infer<typeof workloadSchema>;

export const objectSchema = z.looseObject({ kind: z.string(), apiVersion: z.string(), metadata });
export type KubeObject = z.infer<typeof objectSchema>;

export type OwnerReference = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller: true;
  readonly blockOwnerDeletion: true;
};

/** The reference a controller writes into what it creates. */
export function ownerReference({ apiVersion, kind, metadata: { name, uid } }: KubeObject): OwnerReference {
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** Whole seconds, as the API server writes times. */
export function time(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
