// One step of a proposal's state, stored by compare-and-set: whoever comes second gets nothing.

import type { Proposal, ProposalEvent } from '../../src/domain/change/proposal.ts';
import { advance } from '../../src/domain/change/proposal.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { ProposalStore } from '../../src/ports/proposal-store.ts';

/** The proposal after the event, stored; undefined when it is not in a state for it or somebody else moved it first. */
export async function move(
  ports: { readonly proposals: ProposalStore; readonly clock: Clock },
  proposal: Proposal,
  event: ProposalEvent,
): Promise<Proposal | undefined> {
  const moved = advance(proposal, event, ports.clock.now());
  if (moved.kind === 'not-allowed') return undefined;
  const stored = await ports.proposals.replace(moved.proposal);
  return stored.kind === 'stored' ? stored.proposal : undefined;
}
