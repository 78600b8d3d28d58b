// The Home tab: whose proposals and incidents are whose, and what is said when something is wrong with the bot itself.

import { describe, expect, it } from 'vitest';
import { createHome } from '../../../../handlers/triage/home.ts';
import { known, unavailable } from '../../../../src/domain/base/piece.ts';
import type { Presence } from '../../../../src/domain/coverage/presence.ts';
import { ailments } from '../../../../src/domain/coverage/presence.ts';
import type { Incident } from '../../../../src/domain/incident/incident.ts';
import { openIncident } from '../../../../src/domain/incident/incident.ts';
import type { People, Person } from '../../../../src/ports/people.ts';
import { fakePresence } from '../../../fakes/stores.ts';
import { createFakeWorld, fakePeople } from '../../../fakes/world.ts';
import { kill, NOW, policy, proposal, workload } from '../../../support/build.ts';
import { openFor } from '../../../support/open-incident.ts';

function presence(overrides: Partial<Presence> = {}): Presence {
  return {
    process: 'a',
    host: 'host-1',
    role: 'watcher',
    cluster: 'prod',
    at: NOW,
    watching: { standing: 'leading', connected: true },
    ...overrides,
  };
}

function homeFor(standing: Person['standing'] = 'full') {
  const world = createFakeWorld();
  const people: People = {
    ...fakePeople(standing),
    members: async (group) => (group === 'S0BOBS' ? known(['UBOB'], 'fake', NOW) : unavailable('no such group')),
  };
  const board = fakePresence();
  const vitals = { storeAnswersInMs: async () => 1, queue: async () => ({ waiting: 0, running: 0, failed: 0 }) };
  const home = createHome({ ...world.ports, people, presence: board, vitals }, { policy: policy() });
  return {
    world,
    board,
    home,
    async incident(key: string, overrides: Partial<Incident>) {
      await openFor(world.ports.incidents, key, (id) => ({
        ...openIncident({ id, kill: kill(), workload: workload(), channel: 'C1', now: NOW }),
        key,
        ...overrides,
      }));
    },
  };
}

describe('the Home tab', () => {
  it('shows a proposal to those only who may approve it', async () => {
    for (const { standing, person, shown } of [
      { standing: 'full', person: 'UBOB', shown: 1 },
      { standing: 'full', person: 'UALICE', shown: 0 },
      { standing: 'guest', person: 'UBOB', shown: 0 },
    ] as const) {
      const { home, world } = homeFor(standing);
      await world.ports.proposals.create((id) => proposal({ id }));
      expect((await home({ person })).waiting).toHaveLength(shown);
    }
  });

  it.each([
    { name: 'owned by a group of mine', overrides: { owner: 'S0BOBS' }, mine: true },
    { name: 'owned by a group I am not in', overrides: { owner: 'S0OTHER' }, mine: false },
    { name: 'owned by me', overrides: { owner: 'UBOB' }, mine: true },
    { name: 'assigned to me', overrides: { assigned: { to: 'UBOB', by: 'UALICE', at: NOW } }, mine: true },
    {
      name: 'of my group, assigned to somebody else',
      overrides: { owner: 'S0BOBS', assigned: { to: 'UALICE', by: 'UBOB', at: NOW } },
      mine: false,
    },
    { name: 'acknowledged by me', overrides: { acknowledgedBy: { person: 'UBOB', at: NOW } }, mine: true },
    { name: 'of nobody', overrides: {}, mine: false },
  ])('counts an incident $name', async ({ overrides, mine }) => {
    const { home, incident } = homeFor();
    await incident('one', overrides);
    const content = await home({ person: 'UBOB' });
    expect([content.mine.length, content.incidents.length]).toEqual(mine ? [1, 0] : [0, 1]);
  });

  it('says how the bot is', async () => {
    const { home, board } = homeFor();
    await board.say(presence());
    expect((await home({ person: 'UBOB' })).health).toMatchObject({ ailments: [], storeMs: 1, processes: [{ host: 'host-1' }] });
  });
});

describe('what is wrong with the bot', () => {
  it.each([
    { name: 'nothing', processes: [presence(), presence({ watching: { standing: 'standing-by', connected: true } })], count: 0 },
    { name: 'nobody watches', processes: [presence({ watching: { standing: 'standing-by', connected: true } })], count: 1 },
    {
      name: 'the leader has lost the API server',
      processes: [presence({ watching: { standing: 'leading', connected: false } })],
      count: 1,
    },
    { name: 'Slack is not connected', processes: [presence({ slackConnections: 0 })], count: 1 },
    { name: 'Prometheus does not answer', processes: [presence({ prometheus: { answers: false, words: 'no' } })], count: 1 },
    {
      name: 'one of two clusters is not watched',
      processes: [presence(), presence({ cluster: 'other', watching: undefined })],
      count: 1,
    },
  ])('$name', ({ processes, count }) => {
    expect(ailments(processes)).toHaveLength(count);
  });
});
