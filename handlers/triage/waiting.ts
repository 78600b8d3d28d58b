// Which proposals wait for somebody, and which of them this person may approve.

import type { Policy } from '../../src/domain/change/policy/policy.ts';
import type { PersonId, Proposal } from '../../src/domain/change/proposal.ts';
import type { People } from '../../src/ports/people.ts';
import type { ProposalStore } from '../../src/ports/proposal-store.ts';
import { permission } from '../fix/who.ts';

export type WaitingPorts = { readonly proposals: ProposalStore; readonly people: People };

export type Waiting = { readonly mine: readonly Proposal[]; readonly others: readonly Proposal[] };

/** Oldest first: they expire first. */
export async function waitingFor({ proposals, people }: WaitingPorts, policy: Policy, person: PersonId): Promise<Waiting> {
  const pending = (await proposals.listActive())
    .filter(({ state, approvals }) => state.kind === 'pending' && approvals.every(({ by }) => by !== person))
    .toSorted((a, b) => a.createdAt - b.createdAt);
  const judged = await Promise.all(
    pending.map(async (proposal) => ({ proposal, verdict: await permission(people, policy, { proposal, person }) })),
  );
  return {
    mine: judged.filter(({ verdict }) => verdict.kind === 'may').map(({ proposal }) => proposal),
    others: judged.filter(({ verdict }) => verdict.kind !== 'may').map(({ proposal }) => proposal),
  };
}
