// Whether what owns a workload is a repository, and what a change means there. A repository that cannot be reached is a reason, not a fault: the other
// ways stay open.

import type { Change, TemplateState, Way } from '../src/domain/change.ts';
import type { FieldOwner } from '../src/domain/evidence.ts';
import type { Dossier } from '../src/domain/incident.ts';
import { valueOf } from '../src/domain/piece.ts';
import type { ChangeRoute } from '../src/domain/policy.ts';
import { SECOND } from '../src/domain/time.ts';
import { PermanentError, TransientError } from '../src/ports/fault.ts';
import type { EditPlan, Repositories } from '../src/ports/repositories.ts';

/** Tools that bring objects from a repository, and put back what was changed elsewhere. */
const FROM_REPOSITORIES: readonly FieldOwner['tool'][] = ['argo-cd', 'flux', 'helm'];

const NAMES: Readonly<Record<FieldOwner['tool'], string>> = {
  'argo-cd': 'Argo CD',
  flux: 'Flux',
  helm: 'Helm',
  vpa: 'A VPA',
  hpa: 'An HPA',
  operator: 'An operator',
};

/** A search for the edit while a person waits for the form; what takes longer is searched again when it is sent. */
const PLAN_WITHIN_MS = 4 * SECOND;

export function gitOpsOwner(dossier: Dossier | undefined): FieldOwner | undefined {
  const owners = dossier === undefined ? [] : (valueOf(dossier.evidence.owner)?.fieldOwners ?? []);
  return owners.find(({ tool }) => FROM_REPOSITORIES.includes(tool));
}

/** "Argo CD (storefront)". */
export function ownerName({ tool, name }: FieldOwner): string {
  return `${NAMES[tool]}${name === undefined ? '' : ` (${name})`}`;
}

export async function planIn(repositories: Pick<Repositories, 'plan'>, change: Change, signal: AbortSignal): Promise<EditPlan> {
  try {
    return await repositories.plan(change, signal);
  } catch (error) {
    if (error instanceof TransientError || error instanceof PermanentError)
      return { kind: 'not-possible', reason: error.message };
    throw error;
  }
}

export type Ownership = {
  readonly owner: FieldOwner | undefined;
  /** Undefined when no pull request is possible; `reason` says why where somebody would expect one. */
  readonly pullRequest: 'possible' | undefined;
  readonly reason: string | undefined;
};

/** Looks for the edit as far as there is time; a search that is not over counts as possible. */
export async function ownershipOf(
  repositories: Pick<Repositories, 'plan'>,
  { change, dossier }: { readonly change: Change; readonly dossier: Dossier | undefined },
  signal: AbortSignal,
): Promise<Ownership> {
  const owner = gitOpsOwner(dossier);
  const deadline = AbortSignal.timeout(PLAN_WITHIN_MS);
  const plan = await planIn(repositories, change, AbortSignal.any([signal, deadline]));
  if (plan.kind === 'planned' || (plan.kind === 'not-possible' && deadline.aborted))
    return { owner, pullRequest: 'possible', reason: undefined };
  return {
    owner,
    pullRequest: undefined,
    reason: owner === undefined && plan.kind === 'not-configured' ? undefined : plan.reason,
  };
}

/** The ways with a pull request among them: first where a tool would take anything else back, last where it is one more possibility. */
export function waysWith({ ways }: Pick<TemplateState, 'ways'>, { owner, pullRequest }: Ownership): readonly Way[] {
  if (pullRequest === undefined || !ways.includes('template')) return ways;
  return owner === undefined ? [...ways, 'pull-request'] : ['pull-request', ...ways];
}

/** The way that is taken unless somebody chooses; undefined when every one has a price that has to be chosen knowingly. */
export function usualWay(ways: readonly Way[], owner: FieldOwner | undefined): Way | undefined {
  const [first] = ways;
  return first === 'recreate' || (first === 'template' && owner !== undefined) ? undefined : first;
}

/** What headroom.yaml calls the ways. */
export function routeOf(way: Way, owner: FieldOwner | undefined): ChangeRoute {
  switch (way) {
    case 'pull-request':
      return 'pull-request';
    case 'resize':
      return 'resize';
    case 'template':
    case 'recreate':
      return owner === undefined ? 'live' : 'live-override';
  }
}
