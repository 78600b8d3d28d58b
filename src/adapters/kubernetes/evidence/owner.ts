// Up the owner chain to the workload on top, by owner references. Kinds of operators are kept as they are named; what stands above them is not asked.

import { z } from 'zod';
import type { PodFacts } from '../../../domain/base/pod.ts';
import type { OwnerReference, WorkloadRef } from '../../../domain/base/workload.ts';
import type { OwnerFacts } from '../../../domain/evidence/evidence.ts';
import type { ClusterConnection } from '../client/connection.ts';
import { expectShape } from '../client/faults.ts';
import { rawSelector, selectorText } from '../client/selector.ts';
import { workloadPath } from '../client/workload-path.ts';
import { rawMetadata } from '../pods/raw-pod.ts';
import { fieldOwners } from './field-owners.ts';
import { rawStrategy, surgeOf } from './surge.ts';

const rawOwned = z.object({
  metadata: rawMetadata,
  spec: z.object({ replicas: z.number().nullish(), selector: rawSelector, strategy: rawStrategy.catch(undefined) }).nullish(),
  status: z
    .object({
      readyReplicas: z.number().nullish(),
      numberReady: z.number().nullish(),
      desiredNumberScheduled: z.number().nullish(),
    })
    .nullish(),
});
type RawOwned = z.infer<typeof rawOwned>;

/** ReplicaSet, Deployment, and two more for operators. */
const MOST_STEPS = 4;

export type OwnersRead = {
  readonly facts: OwnerFacts;
  /** How the top names its pods, as a query writes it; undefined where it does not say. */
  readonly selector: string | undefined;
};

export async function readOwners(connection: ClusterConnection, pod: PodFacts, signal: AbortSignal): Promise<OwnersRead> {
  const chain: WorkloadRef[] = [];
  let next = ownerOf(pod);
  let highest: { readonly raw: RawOwned; readonly ref: WorkloadRef } | undefined;
  while (next !== undefined && chain.length < MOST_STEPS) {
    const ref = refOf(pod, next);
    chain.push(ref);
    const path = workloadPath(pod.namespace, next.kind, next.name);
    if (path === undefined) break;
    const raw = await readOwned(connection, { path, kind: next.kind }, signal);
    if (raw === undefined) break;
    highest = { raw, ref };
    next = raw.metadata.ownerReferences?.find(({ controller }) => controller === true);
  }
  const top = chain.at(-1) ?? podRef(pod);
  const owners = fieldOwners({ template: highest?.raw.metadata ?? pod, of: highest?.ref ?? podRef(pod), top, pod });
  return {
    facts: { chain, top, labels: labelsOf({ top, highest, pod }), ...counts(highest), fieldOwners: owners },
    selector: selectorText(highest?.raw.spec?.selector),
  };
}

type Top = { readonly top: WorkloadRef; readonly highest: { readonly raw: RawOwned; readonly ref: WorkloadRef } | undefined };

function labelsOf({ top, highest, pod }: Top & { readonly pod: PodFacts }): OwnerFacts['labels'] {
  if (top.kind === 'Pod') return pod.labels;
  return highest?.ref === top ? (highest.raw.metadata.labels ?? {}) : undefined;
}

/** Undefined for a kind of others that may not be read, or is not served any more: then its name is all there is. */
async function readOwned(
  connection: ClusterConnection,
  { path, kind }: { readonly path: string; readonly kind: string },
  signal: AbortSignal,
): Promise<RawOwned | undefined> {
  if (kind !== 'Rollout') return expectShape(rawOwned, await connection.json({ path, signal }), { path });
  const { status, body } = await connection.answer({ path, signal });
  return status < 300 ? expectShape(rawOwned, body, { path }) : undefined;
}

/** A static pod is owned by its node, which manages no template: it counts as a pod of its own. */
function ownerOf({ controller }: PodFacts): OwnerReference | undefined {
  return controller?.kind === 'Node' ? undefined : controller;
}

type Counts = Pick<OwnerFacts, 'replicas' | 'readyReplicas' | 'surge'>;

/** A CronJob or Job has no replicas to count. */
function counts(read: { readonly raw: RawOwned; readonly ref: WorkloadRef } | undefined): Counts {
  if (read === undefined) return {};
  const { spec, status } = read.raw;
  const replicas = status?.desiredNumberScheduled ?? spec?.replicas ?? undefined;
  if (replicas === undefined) return {};
  const readyReplicas = status?.numberReady ?? status?.readyReplicas ?? 0;
  return { replicas, readyReplicas, surge: surgeOf(read.ref.kind, spec ?? {}) };
}

function refOf({ cluster, namespace }: PodFacts, { apiVersion, kind, name, uid }: OwnerReference): WorkloadRef {
  return { cluster, namespace, apiVersion, kind, name, uid };
}

function podRef({ cluster, namespace, name, uid }: PodFacts): WorkloadRef {
  return { cluster, namespace, apiVersion: 'v1', kind: 'Pod', name, uid };
}
