// One approval more, signed and stored. Several people may approve in the same moment: whoever finds the proposal moved looks at it again, as long as it is
// what that person has seen.

import type { Refused } from '../../src/api/conversation.ts';
import { statementOf } from '../../src/domain/change/approval-statement.ts';
import type { PersonId, Proposal, Transition } from '../../src/domain/change/proposal.ts';
import { advance } from '../../src/domain/change/proposal.ts';
import { reviewedText } from '../../src/domain/change/reviewed-text.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Keys } from '../../src/ports/keys.ts';
import type { ProposalStore } from '../../src/ports/proposal-store.ts';

export type CountPorts = {
  readonly proposals: ProposalStore;
  readonly clock: Clock;
  readonly keys: Keys;
  /** SHA-256, as a text, of a text. */
  readonly digest: (text: string) => string;
};

/** Each try loses only against another stored approval. */
const MOST_TRIES = 20;

type Counted = { readonly kind: 'counted'; readonly proposal: Proposal };

/** `needed`: how many different people have to approve, by the policy of this moment. */
export async function countApproval(
  ports: CountPorts,
  proposal: Proposal,
  { by, needed }: { readonly by: PersonId; readonly needed: number },
): Promise<Counted | Refused> {
  let current = proposal;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    if (current.state.kind !== 'pending') return refused(alreadyDecided(current));
    if (current.revision !== proposal.revision || current.hash !== proposal.hash)
      return refused(`${proposal.id} changed since you looked at it; look at it again.`);
    const next = approvedBy(ports, current, { by, needed });
    if (next === undefined) return refused(`${proposal.id} changed since you looked at it; look at it again.`);
    if (next.kind === 'not-allowed') return refused('Your approval is counted already; somebody else has to approve it too.');
    const stored = await ports.proposals.replace(next.proposal);
    if (stored.kind === 'stored') return { kind: 'counted', proposal: stored.proposal };
    current = stored.current;
  }
  return refused(`${proposal.id} is being decided by many at once; look at it again.`);
}

/** With a signature for exactly what is stored at this moment; undefined when that is not what its hash says. */
function approvedBy(
  { digest, clock, keys }: CountPorts,
  current: Proposal,
  { by, needed }: { readonly by: PersonId; readonly needed: number },
): Transition | undefined {
  if (keys.signer.kind === 'missing' || digest(reviewedText(current)) !== current.hash) return undefined;
  const at = clock.now();
  const signature = keys.signer.sign(statementOf(current, { by, at }));
  return advance(current, { kind: 'approve', by, needed, hash: current.hash, signature }, at);
}

/** What became of a proposal that is no longer pending, in a sentence. */
export function alreadyDecided({ id, state }: Proposal): string {
  switch (state.kind) {
    case 'refused':
      return `${id} was already refused.`;
    case 'expired':
      return state.reason === undefined
        ? `${id} expired before anybody approved it.`
        : `${id} is no longer valid: ${state.reason}.`;
    case 'pending':
      return `${id} is waiting.`;
    case 'closed':
      return `${id} is closed.`;
    default:
      return `${id} was already approved.`;
  }
}

function refused(reason: string): Refused {
  return { kind: 'refused', reason };
}
