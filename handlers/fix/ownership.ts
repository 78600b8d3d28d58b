// Whether what owns a workload is a repository, and what a change means there: by the signs on the object itself, read anew at each question, because a
// tool may have taken it over since. A repository that cannot be reached is a reason, not a fault: the other ways stay open.

import { valueOf } from '../../src/domain/base/piece.ts';
import { SECOND } from '../../src/domain/base/time.ts';
import type { Change, TemplateState, Way } from '../../src/domain/change/change.ts';
import type { ChangeRoute } from '../../src/domain/change/policy/policy.ts';
import type { Proposal } from '../../src/domain/change/proposal.ts';
import type { FieldOwner } from '../../src/domain/evidence/evidence.ts';
import { ownerName } from '../../src/domain/evidence/field-owner.ts';
import type { Dossier } from '../../src/domain/incident/incident.ts';
import { PermanentError, TransientError } from '../../src/ports/fault.ts';
import type { EditPlan, Repositories } from '../../src/ports/repositories.ts';
import { timeoutAfter } from '../../src/ports/timers.ts';

/** Tools that bring objects from a repository, and put back what was changed elsewhere. */
const FROM_REPOSITORIES: readonly FieldOwner['tool'][] = ['argo-cd', 'flux', 'helm'];

/** A search for the edit while a person waits for the form; what takes longer is searched again when it is sent. */
const PLAN_WITHIN_MS = 4 * SECOND;

type Signs = Pick<TemplateState, 'fieldOwners'>;

export function gitOpsOwner({ fieldOwners }: Signs): FieldOwner | undefined {
  return fieldOwners.find(({ tool }) => FROM_REPOSITORIES.includes(tool));
}

/** Those of the object now, and of others that only the killed pod showed: what updates pods leaves its sign there. */
export function fieldOwnersOf({ fieldOwners }: Signs, dossier: Dossier | undefined): readonly FieldOwner[] {
  const seen = dossier === undefined ? [] : (valueOf(dossier.evidence.owner)?.fieldOwners ?? []);
  const others = seen.filter(({ tool }) => !FROM_REPOSITORIES.includes(tool) && !fieldOwners.some((own) => own.tool === tool));
  return [...fieldOwners, ...others];
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
  { change, template }: { readonly change: Change; readonly template: Signs },
  signal: AbortSignal,
): Promise<Ownership> {
  const owner = gitOpsOwner(template);
  const deadline = timeoutAfter(PLAN_WITHIN_MS);
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

/**
 * What headroom.yaml calls a proposal's way at this moment. Without the object (it is of another cluster) as it was when it was reviewed; where that was
 * not kept, an owner that nobody knows counts as a tool that takes a live patch back.
 */
export function routeNow(
  { change: { way }, route }: Pick<Proposal, 'change' | 'route'>,
  template: Signs | undefined,
): ChangeRoute {
  if (template !== undefined) return routeOf(way, gitOpsOwner(template));
  return route ?? (writesTemplate(way) ? 'live-override' : routeOf(way, undefined));
}

/** Why a live patch counts as one that is taken back although no tool was seen; undefined when that is not why. */
export function unknownOwner(
  { change: { way }, route }: Pick<Proposal, 'change' | 'route'>,
  template: Signs | undefined,
): string | undefined {
  if (template !== undefined || route !== undefined || !writesTemplate(way)) return undefined;
  return 'who manages the workload is not known here, so a live patch counts as one that a tool takes back';
}

/** Why a live change is not what was reviewed: a tool that would take it back has come since. Undefined when none has. */
export function ownerSince(
  { change: { way }, route }: Pick<Proposal, 'change' | 'route'>,
  template: Signs | undefined,
): string | undefined {
  const owner = template === undefined ? undefined : gitOpsOwner(template);
  if (owner === undefined || route !== 'live' || !writesTemplate(way)) return undefined;
  return `${ownerName(owner)} owns it since it was reviewed (${owner.signal}) and would take the change back; review it again`;
}

function writesTemplate(way: Way): boolean {
  return way === 'template' || way === 'recreate';
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
