// Up the owner chain to the workload on top, and who else manages its fields (domain.md 8.7).

import { z } from 'zod';
import type { FieldOwner, OwnerFacts } from '../../../domain/evidence.ts';
import type { PodFacts } from '../../../domain/pod.ts';
import type { OwnerReference, WorkloadRef } from '../../../domain/workload.ts';
import type { ClusterConnection } from '../connection.ts';
import { rawMetadata } from '../raw-pod.ts';
import { workloadPath } from '../workload-path.ts';

const rawOwned = z.object({
  metadata: rawMetadata,
  spec: z.object({ replicas: z.number().nullish() }).nullish(),
  status: z
    .object({ readyReplicas: z.number().nullish(), numberReady: z.number().nullish(), desiredNumberScheduled: z.number().nullish() })
    .nullish(),
});
type RawOwned = z.infer<typeof rawOwned>;

/** ReplicaSet, Deployment, and one more for an operator's own kind. */
const MOST_STEPS = 4;

export async function readOwners(connection: ClusterConnection, pod: PodFacts, signal: AbortSignal): Promise<OwnerFacts> {
  const chain: WorkloadRef[] = [];
  let next = pod.controller;
  let top: RawOwned | undefined;
  while (next !== undefined && chain.length < MOST_STEPS) {
    chain.push(refOf(pod, next));
    const path = workloadPath(pod.namespace, next.kind, next.name);
    if (path === undefined) break;
    top = rawOwned.parse(await connection.json({ path, signal }));
    next = controllerOf(top);
  }
  const workload = chain.at(-1) ?? podRef(pod);
  return {
    chain,
    top: workload,
    replicas: top?.status?.desiredNumberScheduled ?? top?.spec?.replicas ?? undefined,
    readyReplicas: top === undefined ? undefined : (top.status?.numberReady ?? top.status?.readyReplicas ?? 0),
    fieldOwners: fieldOwners(top?.metadata ?? { labels: pod.labels, annotations: pod.annotations }, workload),
  };
}

function refOf({ cluster, namespace }: PodFacts, { apiVersion, kind, name, uid }: OwnerReference): WorkloadRef {
  return { cluster, namespace, apiVersion, kind, name, uid };
}

function podRef({ cluster, namespace, name, uid }: PodFacts): WorkloadRef {
  return { cluster, namespace, apiVersion: 'v1', kind: 'Pod', name, uid };
}

function controllerOf({ metadata }: RawOwned): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}

type Marked = {
  readonly labels?: Readonly<Record<string, string>> | null | undefined;
  readonly annotations?: Readonly<Record<string, string>> | null | undefined;
  readonly managedFields?: readonly { readonly manager?: string | null | undefined; readonly fieldsV1?: unknown }[] | null | undefined;
};

export function fieldOwners({ labels, annotations, managedFields }: Marked, workload: WorkloadRef): readonly FieldOwner[] {
  return [
    ...argo(annotations ?? {}, workload),
    ...marked({ tool: 'flux', labels: labels ?? {}, key: 'kustomize.toolkit.fluxcd.io/name' }),
    ...marked({ tool: 'flux', labels: labels ?? {}, key: 'helm.toolkit.fluxcd.io/name' }),
    ...helm(annotations ?? {}),
    ...managers(managedFields ?? []),
  ].filter((owner, index, all) => all.findIndex(({ tool }) => tool === owner.tool) === index);
}

const TRACKING = 'argocd.argoproj.io/tracking-id';

/** "<app>:<group>/<Kind>:<namespace>/<name>": copied from a Deployment to its ReplicaSets, so every part must fit. */
function argo(annotations: Readonly<Record<string, string>>, { kind, namespace, name }: WorkloadRef): readonly FieldOwner[] {
  const [app, groupKind = '', place] = (annotations[TRACKING] ?? '').split(':');
  if (!app || !groupKind.endsWith(`/${kind}`) || place !== `${namespace}/${name}`) return [];
  return [{ tool: 'argo-cd', signal: `annotation ${TRACKING}`, name: app }];
}

function marked({ tool, labels, key }: { readonly tool: FieldOwner['tool']; readonly labels: Readonly<Record<string, string>>; readonly key: string }): readonly FieldOwner[] {
  const name = labels[key];
  return name === undefined ? [] : [{ tool, signal: `label ${key}`, name }];
}

function helm(annotations: Readonly<Record<string, string>>): readonly FieldOwner[] {
  const key = 'meta.helm.sh/release-name';
  const name = annotations[key];
  return name === undefined ? [] : [{ tool: 'helm', signal: `annotation ${key}`, name }];
}

const MANAGERS: ReadonlyMap<string, FieldOwner['tool']> = new Map([
  ['argocd-controller', 'argo-cd'],
  ['argocd-application-controller', 'argo-cd'],
  ['kustomize-controller', 'flux'],
  ['helm-controller', 'flux'],
  ['helm', 'helm'],
  ['vpa-updater', 'vpa'],
]);

/** Only a manager that owns resource limits would put them back. */
function managers(managedFields: NonNullable<Marked['managedFields']>): readonly FieldOwner[] {
  return managedFields.flatMap(({ manager, fieldsV1 }) => {
    const tool = MANAGERS.get(manager ?? '');
    if (tool === undefined || !JSON.stringify(fieldsV1 ?? {}).includes('"f:limits"')) return [];
    return [{ tool, signal: `managed fields of ${manager ?? ''}` }];
  });
}
