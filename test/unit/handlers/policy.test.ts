// The policy where it counts: before a person can ask, when somebody approves, and when something would be written.

import { expect, it } from 'vitest';
import { MIB, toBytes } from '../../../src/domain/memory.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import { HOUR, MINUTE, toMillis } from '../../../src/domain/time.ts';
import { createFakeWorld } from '../../fakes/world.ts';
import { policy } from '../../support/build.ts';
import { createBot, killedPod, soon } from './bot.ts';

const INCIDENT = 'OOM-1001';
const ASKED = { incidentId: INCIDENT, limit: '384Mi', request: undefined, reason: 'It needs more than that.' };
const ANYBODY = { incidentId: INCIDENT, person: 'UALICE' };

function textWith(part: string): unknown {
  return expect.stringContaining(part);
}

async function alerted(rules: Policy) {
  const world = createFakeWorld();
  const bot = createBot(world, rules);
  await bot.watch(killedPod(world), { initial: false });
  await bot.drain();
  return { world, bot };
}

async function approved(rules: Policy) {
  const { world, bot } = await alerted(rules);
  const outcome = await bot.propose.propose({ ...ASKED, requester: 'UALICE' }, soon());
  if (outcome.kind !== 'proposed') throw new Error(JSON.stringify(outcome));
  const { proposalId } = outcome;
  const decided = await bot.decide.decide({ proposalId, version: 1, decider: 'UBOB', decision: { kind: 'approve' } }, soon());
  return { world, bot, proposalId, decided };
}

it.each([
  { name: 'a kind that may not be changed', rules: policy({ kinds: ['StatefulSet'] }), words: 'policy.kinds' },
  { name: 'a namespace that may not', rules: policy({ namespaces: ['!payments'] }), words: 'policy.namespaces' },
  {
    name: 'a person who may not ask',
    rules: policy({ proposers: [{ namespaces: ['*'], users: ['UDAVE'], groups: [] }] }),
    words: 'not among those who may propose',
  },
])('lets nobody review $name', async ({ rules, words }) => {
  const { bot } = await alerted(rules);
  const refused = { kind: 'refused', reason: textWith(words) };
  expect(await bot.propose.draft(ANYBODY, soon())).toMatchObject(refused);
  expect(await bot.propose.propose({ ...ASKED, requester: 'UALICE' }, soon())).toMatchObject(refused);
});

it('holds a workload to its override', async () => {
  const { bot } = await alerted(policy({ overrides: [{ namespaces: ['payments'], rules: { maxFactor: 1.2 } }] }));
  const outcome = await bot.propose.propose({ ...ASKED, requester: 'UALICE' }, soon());
  expect(outcome).toMatchObject({
    kind: 'invalid',
    problems: [{ field: 'limit', message: textWith('maxFactor') }],
  });
});

it('approves nothing in quiet hours, and everything after them', async () => {
  const quietHours = [{ days: [2], from: 0, to: 6 * 60, timezone: 'UTC' }];
  const { world, bot, proposalId, decided } = await approved(policy({ quietHours }));
  expect(decided).toMatchObject({ kind: 'refused', reason: textWith('00:00 to 06:00 UTC') });
  world.clock.advance(4 * HOUR);
  const later = await bot.decide.decide({ proposalId, version: 1, decider: 'UBOB', decision: { kind: 'approve' } }, soon());
  expect(later).toEqual({ kind: 'approved' });
});

it('rehearses to the end where nothing may be written', async () => {
  const { world, bot, proposalId, decided } = await approved(policy({ dryRunOnly: true }));
  expect(decided).toEqual({ kind: 'approved' });
  await bot.drain();
  expect(world.editor.writes).toBe(0);
  const verdict = { kind: 'not-applied', reason: textWith('policy.dryRunOnly') };
  expect((await world.ports.proposals.get(proposalId))?.state).toMatchObject({ kind: 'closed', verdict });
});

it('waits after a change before it lets the next one be proposed', async () => {
  const { world, bot } = await approved(policy({ coolDown: toMillis(12 * HOUR) }));
  world.editor.status = { kind: 'failed', message: 'no node has room' };
  await bot.drain();
  await bot.watch(killedPod(world, 'the-next-container'), { initial: false });
  await bot.drain();
  expect(await bot.propose.draft(ANYBODY, soon())).toMatchObject({
    kind: 'refused',
    reason: textWith('policy.coolDown'),
  });
  world.clock.advance(12 * HOUR + MINUTE);
  expect(await bot.propose.draft(ANYBODY, soon())).toMatchObject({ kind: 'draft' });
});

it.each([
  { name: 'routes', narrowed: policy({ routes: ['pull-request'] }) },
  { name: 'maxLimit', narrowed: policy({ maxLimit: toBytes(300 * MIB) }) },
])('approves nothing that $name no longer allows', async ({ name, narrowed }) => {
  const { world, bot } = await alerted(policy());
  const outcome = await bot.propose.propose({ ...ASKED, requester: 'UALICE' }, soon());
  if (outcome.kind !== 'proposed') throw new Error(JSON.stringify(outcome));
  const { decide } = createBot(world, narrowed);
  const decision = { proposalId: outcome.proposalId, version: 1, decider: 'UBOB', decision: { kind: 'approve' } } as const;
  expect(await decide.decide(decision, soon())).toMatchObject({ kind: 'refused', reason: textWith(`policy.${name}`) });
});

it('lets nobody ask for an undo by a way that is no longer allowed', async () => {
  const { world, bot, proposalId } = await approved(policy());
  world.editor.status = { kind: 'failed', message: 'no node has room' };
  await bot.drain();
  const { undo } = createBot(world, policy({ routes: ['pull-request'] }));
  const outcome = await undo({ proposalId, person: 'UALICE', reason: 'It does not fit.' }, soon());
  expect(outcome).toMatchObject({ kind: 'refused', reason: textWith('policy.routes') });
});
