// What a person's home shows: the proposals that wait for their approval, the incidents that are theirs, the others that are open, what is muted, and
// how the bot itself is.

import type { BotHealth, HomeContent } from '../../src/api/conversation.ts';
import { valueOf } from '../../src/domain/base/piece.ts';
import type { Policy } from '../../src/domain/change/policy/policy.ts';
import type { PersonId } from '../../src/domain/change/proposal.ts';
import { ailments } from '../../src/domain/coverage/presence.ts';
import type { Incident } from '../../src/domain/incident/incident.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { IncidentStore } from '../../src/ports/incident-store.ts';
import type { MuteStore } from '../../src/ports/mute-store.ts';
import type { People } from '../../src/ports/people.ts';
import type { PresenceBoard, Vitals } from '../../src/ports/presence.ts';
import { activeMutes } from '../query/mute.ts';
import type { WaitingPorts } from './waiting.ts';
import { waitingFor } from './waiting.ts';

export type HomePorts = WaitingPorts & {
  readonly incidents: IncidentStore;
  readonly mutes: MuteStore;
  readonly presence: PresenceBoard;
  readonly vitals: Vitals;
  readonly clock: Clock;
};

const LOOKED_AT = 500;

export function createHome(ports: HomePorts, settings: { readonly policy: Policy }) {
  return async function home({ person }: { readonly person: PersonId }): Promise<HomeContent> {
    const [open, { mine: waiting }, mutes, health] = await Promise.all([
      ports.incidents.list({ state: 'unresolved', limit: LOOKED_AT }),
      waitingFor(ports, settings.policy, person),
      activeMutes(ports),
      healthOf(ports),
    ]);
    const groups = await groupsOf(ports.people, open, person);
    const isMine = (incident: Incident): boolean => belongsTo(incident, person, groups);
    const incidents = open.filter((incident) => !isMine(incident));
    return { at: ports.clock.now(), waiting, mine: open.filter(isMine), incidents, mutes, health };
  };
}

/** Owned by the person or a group of theirs, assigned to them, or acknowledged by them. */
function belongsTo({ owner, assigned, acknowledgedBy }: Incident, person: PersonId, groups: ReadonlySet<string>): boolean {
  if (assigned !== undefined) return assigned.to === person;
  return owner === person || acknowledgedBy?.person === person || (owner !== undefined && groups.has(owner));
}

/** Of the groups that own something open, those the person is in. */
async function groupsOf(people: People, open: readonly Incident[], person: PersonId): Promise<ReadonlySet<string>> {
  const owners = [...new Set(open.flatMap(({ owner }) => (owner?.startsWith('S') === true ? [owner] : [])))];
  const members = await Promise.all(owners.map(async (group) => ({ group, ids: valueOf(await people.members(group)) ?? [] })));
  return new Set(members.filter(({ ids }) => ids.includes(person)).map(({ group }) => group));
}

async function healthOf({ presence, vitals }: HomePorts): Promise<BotHealth> {
  const [processes, queue, storeMs] = await Promise.all([presence.list(), vitals.queue(), vitals.storeAnswersInMs()]);
  return { processes, queue, storeMs, ailments: ailments(processes) };
}
