// What a person's home shows: the proposals that wait for their approval, and what is open.

import { approversFor } from '../src/domain/approval.ts';
import { valueOf } from '../src/domain/piece.ts';
import type { Policy } from '../src/domain/policy.ts';
import type { PersonId, Proposal } from '../src/domain/proposal.ts';
import type { HomeContent } from '../src/ports/conversation.ts';
import type { IncidentStore } from '../src/ports/incident-store.ts';
import type { People } from '../src/ports/people.ts';
import type { ProposalStore } from '../src/ports/proposal-store.ts';

export type HomePorts = { readonly incidents: IncidentStore; readonly proposals: ProposalStore; readonly people: People };

const SHOWN = 20;

export function createHome(ports: HomePorts, settings: { readonly policy: Policy }) {
  return async function home(input: { readonly person: PersonId }): Promise<HomeContent> {
    const incidents = await ports.incidents.list({ state: 'unresolved', limit: SHOWN });
    const pending = (await ports.proposals.listActive()).filter(({ state }) => state.kind === 'pending');
    const waiting: Proposal[] = [];
    for (const proposal of pending) {
      if (await isFor(ports, settings.policy, { proposal, person: input.person })) waiting.push(proposal);
    }
    return { waiting: waiting.slice(0, SHOWN), incidents };
  };
}

type Asked = { readonly proposal: Proposal; readonly person: PersonId };

async function isFor(ports: HomePorts, policy: Policy, { proposal, person }: Asked): Promise<boolean> {
  if (proposal.requester === person && !policy.selfApproval) return false;
  const { users, groups } = approversFor(policy, proposal.change.workload.namespace);
  if (users.includes(person)) return true;
  const members = await Promise.all(groups.map((group) => ports.people.members(group)));
  return members.some((piece) => valueOf(piece)?.includes(person) === true);
}
