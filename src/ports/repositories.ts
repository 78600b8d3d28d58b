// The repositories that own workloads: finds the one edit that a change means there, and brings it as a pull request.

import type { Change } from '../domain/change/change.ts';
import type { PullRequest, RepositoryEdit } from '../domain/change/repository/repository.ts';
import type { PullRequestText } from '../domain/incident/pull-request-text.ts';
import { PermanentError } from './fault.ts';

export type EditPlan =
  | { readonly kind: 'planned'; readonly edit: RepositoryEdit }
  /** No repository is configured for the workload, or none at all. */
  | { readonly kind: 'not-configured'; readonly reason: string }
  /** The values are not found, found more than once, or not as they are in the cluster; in words for a person. */
  | { readonly kind: 'not-possible'; readonly reason: string };

export type OpenResult =
  | { readonly kind: 'open'; readonly pullRequest: PullRequest }
  /** The file is no longer as it was reviewed. */
  | { readonly kind: 'drifted'; readonly reason: string };

/** Where a pull request stands. */
export type PullRequestState = {
  readonly kind: 'open' | 'merged' | 'closed';
  readonly pullRequest: PullRequest;
};

export type Withdrawing = { readonly repository: string; readonly branch: string; readonly why: string };

export type Withdrawn =
  /** Nothing of it is left, or there never was anything. */
  | { readonly kind: 'withdrawn' }
  /** People were faster: it is on its way to the cluster. */
  | { readonly kind: 'merged'; readonly pullRequest: PullRequest };

/** Where no repository can be reached at all: says why, never opens anything, and knows nothing of what was opened before. */
export function withoutRepositories(reason: string): Repositories {
  const refuse = async (): Promise<never> => {
    throw new PermanentError(reason, { code: 'OOM_REPOSITORY_DENIED' });
  };
  return {
    plan: async () => ({ kind: 'not-configured', reason }),
    open: async () => ({ kind: 'drifted', reason }),
    look: refuse,
    withdraw: refuse,
  };
}

export interface Repositories {
  plan(change: Change, signal: AbortSignal): Promise<EditPlan>;
  /** On the branch of the proposal; finds what an earlier call already made instead of making it twice. */
  open(
    request: { readonly change: Change; readonly edit: RepositoryEdit; readonly branch: string; readonly text: PullRequestText },
    signal: AbortSignal,
  ): Promise<OpenResult>;
  look(pullRequest: PullRequest, signal: AbortSignal): Promise<PullRequestState>;
  /** Takes back what `open` did and nobody merged: closes the pull request of the branch, says why in a comment, and deletes the branch. May run twice. */
  withdraw(request: Withdrawing, signal: AbortSignal): Promise<Withdrawn>;
}
