// What a person's home shows: the proposals that wait for their approval, and what is open.

import type { Policy } from '../src/domain/policy.ts';
import type { PersonId } from '../src/domain/proposal.ts';
import type { HomeContent } from '../src/ports/conversation.ts';
import type { IncidentStore } from '../src/ports/incident-store.ts';
import type { People } from '../src/ports/people.ts';
import type { ProposalStore } from '../src/ports/proposal-store.ts';
import { waitingFor } from './waiting.ts';

export type HomePorts = { readonly incidents: IncidentStore; readonly proposals: ProposalStore; readonly people: People };

const SHOWN = 20;

export function createHome(ports: HomePorts, settings: { readonly policy: Policy }) {
  return async function home(input: { readonly person: PersonId }): Promise<HomeContent> {
    const incidents = await ports.incidents.list({ state: 'unresolved', limit: SHOWN });
    const { mine } = await waitingFor(ports, settings.policy, input.person);
    return { waiting: mine.slice(0, SHOWN), incidents };
  };
}
