// The bot on fakes once it has told of its first kill, and what Alice asks for then.

import type { Policy } from '../../../../src/domain/change/policy/policy.ts';
import type { Proposal } from '../../../../src/domain/change/proposal.ts';
import type { FakeWorld } from '../../../fakes/world.ts';
import { createFakeWorld } from '../../../fakes/world.ts';
import { policy } from '../../../support/build.ts';
import type { Bot } from './bot.ts';
import { createBot, killedPod } from './bot.ts';

export const INCIDENT = 'OOM-1001';
export const ASKED = {
  incidentId: INCIDENT,
  requester: 'UALICE',
  limit: '384Mi',
  request: undefined,
  reason: 'It needs more than that.',
};

export async function alerted(
  rules: Policy = policy(),
  world: FakeWorld = createFakeWorld(),
): Promise<{ readonly world: FakeWorld; readonly bot: Bot }> {
  const bot = createBot(world, rules);
  await bot.watch(killedPod(world), { initial: false });
  await bot.drain();
  return { world, bot };
}

/** The proposal that the incident waits for. */
export async function underReview(world: FakeWorld): Promise<Proposal> {
  const incident = await world.ports.incidents.get(INCIDENT);
  const proposal = await world.ports.proposals.get(incident?.proposalId ?? '');
  if (proposal === undefined) throw new Error('nothing is under review');
  return proposal;
}
