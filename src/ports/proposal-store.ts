// Proposals, changed only by compare-and-set on the version. Every version that is stored is recorded in the audit, in the same atomic step.

import type { Proposal } from '../domain/change/proposal.ts';

type StoreResult =
  | { readonly kind: 'stored'; readonly proposal: Proposal }
  | { readonly kind: 'conflict'; readonly current: Proposal };

export interface ProposalStore {
  /** Stores a new proposal under the next number ("P-17"). */
  create(draft: (id: string) => Proposal): Promise<Proposal>;
  get(id: string): Promise<Proposal | undefined>;
  /** Stores `next` only if the stored version is `next.version - 1`: of two deciders at once, one gets 'conflict'. */
  replace(next: Proposal): Promise<StoreResult>;
  /** Proposals that are neither refused, expired nor closed. */
  listActive(): Promise<readonly Proposal[]>;
}
