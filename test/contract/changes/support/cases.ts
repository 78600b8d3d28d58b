// What there is to change, as a table: every kind of workload, container, limit, owner and policy that has to be told apart.

const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'CronJob', 'Job', 'Rollout', 'Pod'] as const;
export type Kind = (typeof KINDS)[number];
const CONTAINERS = ['app', 'second', 'init', 'sidecar', 'pod'] as const;
type ContainerKind = (typeof CONTAINERS)[number];
const LIMITS = ['limit', 'no-resources', 'cpu-only'] as const;
export type LimitKind = (typeof LIMITS)[number];
const OWNERS = ['nobody', 'helm', 'argo-cd', 'flux'] as const;
export type OwnerKind = (typeof OWNERS)[number];
const POLICIES = ['allowed', 'above-maximum', 'nobody-approves', 'no-override', 'narrowed-after-approval'] as const;
type PolicyKind = (typeof POLICIES)[number];

export type ChangeCase = {
  readonly kind: Kind;
  readonly container: ContainerKind;
  readonly limit: LimitKind;
  readonly owner: OwnerKind;
  readonly policy: PolicyKind;
};

/** Every kind of container with and without a limit on every kind; owners and policies in turn, so that each meets each kind. */
export const CASES: readonly ChangeCase[] = KINDS.flatMap((kind) => [
  ...CONTAINERS.flatMap((container) =>
    LIMITS.flatMap((limit) =>
      container === 'pod' && limit !== 'limit' ? [] : [{ kind, container, limit, owner: 'nobody', policy: 'allowed' } as const],
    ),
  ),
  ...OWNERS.filter((owner) => owner !== 'nobody').flatMap((owner) =>
    (['limit', 'no-resources'] as const).map((limit) => ({ kind, container: 'app', limit, owner, policy: 'allowed' }) as const),
  ),
  ...POLICIES.filter((rule) => rule !== 'allowed').flatMap((rule) =>
    OWNERS.map((owner) => ({ kind, container: 'app', limit: 'limit', owner, policy: rule }) as const),
  ),
]);

export function caseName({ kind, container, limit, owner, policy: rule }: ChangeCase): string {
  return `${kind}, ${container}, ${limit}, managed by ${owner}, ${rule}`;
}
