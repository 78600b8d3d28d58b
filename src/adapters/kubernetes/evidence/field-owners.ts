// Who would take a changed limit back, by what such tools leave on the objects they manage. A sign is named word for word, so that a
// person can check it. The label app.kubernetes.io/instance alone says nothing: Argo CD and Helm charts both set it.

import type { WorkloadRef } from '../../../domain/base/workload.ts';
import type { FieldOwner } from '../../../domain/evidence/evidence.ts';
import { workloadPath } from '../client/workload-path.ts';

type Texts = Readonly<Record<string, string>>;

export type Marked = {
  readonly labels?: Texts | null | undefined;
  readonly annotations?: Texts | null | undefined;
  readonly managedFields?:
    | readonly {
        readonly manager?: string | null | undefined;
        readonly operation?: string | null | undefined;
        readonly fieldsV1?: unknown;
      }[]
    | null
    | undefined;
};

export type FieldOwnersInput = {
  /** The highest object of the chain that could be read, or the pod when it has no owner; and which object it is. */
  readonly template: Marked;
  readonly of: WorkloadRef;
  readonly top: WorkloadRef;
  readonly pod: Marked;
};

/** Each tool once, by its surest sign. */
export function fieldOwners({ template, of, top, pod }: FieldOwnersInput): readonly FieldOwner[] {
  const [labels, annotations] = [template.labels ?? {}, template.annotations ?? {}];
  return [
    ...argo(annotations, of),
    ...flux(labels, annotations),
    ...helm(labels, annotations),
    ...vpa(pod.annotations ?? {}),
    ...managers(template.managedFields ?? []),
    ...operator(top),
  ].filter((owner, index, all) => all.findIndex(({ tool }) => tool === owner.tool) === index);
}

const TRACKING = 'argocd.argoproj.io/tracking-id';

/** "<app>:<group>/<Kind>:<namespace>/<name>": copied from a Deployment to its ReplicaSets, so every part must fit. */
function argo(annotations: Texts, { apiVersion, kind, namespace, name }: WorkloadRef): readonly FieldOwner[] {
  const [app, groupKind, place] = (annotations[TRACKING] ?? '').split(':');
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  if (!app || groupKind !== `${group}/${kind}` || place !== `${namespace}/${name}`) return [];
  return [{ tool: 'argo-cd', signal: `annotation ${TRACKING}`, name: app }];
}

/** Flux leaves objects alone that opt out. */
function flux(labels: Texts, annotations: Texts): readonly FieldOwner[] {
  for (const kind of ['kustomize', 'helm'] as const) {
    const prefix = `${kind}.toolkit.fluxcd.io`;
    const name = labels[`${prefix}/name`];
    if (name !== undefined && annotations[`${prefix}/reconcile`] !== 'disabled')
      return [{ tool: 'flux', signal: `label ${prefix}/name`, name }];
  }
  return [];
}

const RELEASE = 'meta.helm.sh/release-name';
const MANAGED_BY = 'app.kubernetes.io/managed-by';

function helm(labels: Texts, annotations: Texts): readonly FieldOwner[] {
  const name = annotations[RELEASE];
  if (name !== undefined) return [{ tool: 'helm', signal: `annotation ${RELEASE}`, name }];
  return labels[MANAGED_BY] === 'Helm' ? [{ tool: 'helm', signal: `label ${MANAGED_BY}` }] : [];
}

/** Left on pods: "Pod resources updated by checkout-vpa: container 0: memory request, memory limit". */
function vpa(annotations: Texts): readonly FieldOwner[] {
  const updates = annotations['vpaUpdates'];
  if (updates === undefined) return [];
  return [{ tool: 'vpa', signal: 'annotation vpaUpdates on the pod', name: /updated by ([^\s:]+)/.exec(updates)?.[1] }];
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

/** A kind that is not Kubernetes' own writes the objects below it. */
function operator(top: WorkloadRef): readonly FieldOwner[] {
  if (top.kind === 'Pod' || workloadPath(top.namespace, top.kind, top.name) !== undefined) return [];
  return [{ tool: 'operator', signal: `owner reference to ${top.kind} ${top.name} (${top.apiVersion})`, name: top.name }];
}
