// What is undone without asking, by the policy of that moment: where it would not let it happen by itself, people are asked, with the reason.

import { describe, expect, it } from 'vitest';
import { HOUR } from '../../../../src/domain/base/time.ts';
import type { Policy } from '../../../../src/domain/change/policy/policy.ts';
import { POLICY } from '../../../../src/domain/change/proposal.ts';
import type { FakeWorld } from '../../../fakes/world.ts';
import { createFakeWorld } from '../../../fakes/world.ts';
import { mi, policy, size } from '../../../support/build.ts';
import { textWith } from '../../../support/text-with.ts';
import { ASKED, INCIDENT, underReview } from '../support/alerted.ts';
import { createBot, killedPod, soon } from '../support/bot.ts';

const AUTOMATIC: Partial<Policy> = { undoAutomatically: true };

/** A change that was written and cannot roll out; only the values of before can. */
async function stuck() {
  const world = createFakeWorld();
  const bot = createBot(world, policy(AUTOMATIC));
  world.editor.rollout = async ({ after }) =>
    after.limit === mi(256)
      ? { kind: 'complete', message: 'all pods run with it' }
      : { kind: 'failed', message: 'no node has room' };
  await bot.watch(killedPod(world), { initial: false });
  await bot.drain();
  const outcome = await bot.propose.propose(ASKED, soon());
  const proposalId = outcome.kind === 'proposed' ? outcome.proposalId : '';
  await bot.decide.decide({ proposalId, version: 1, decider: 'UBOB', decision: { kind: 'approve' } }, soon());
  expect(await bot.apply({ proposalId }, soon())).toMatchObject({ kind: 'written' });
  world.jobs.length = 0;
  return { world, proposalId };
}

function limited(world: FakeWorld, limitMi: number): void {
  const [container] = world.editor.template.containers;
  if (container === undefined) throw new Error('no container');
  const resources = { ...container.resources, limit: size(limitMi) };
  world.editor.template = { ...world.editor.template, containers: [{ ...container, resources }] };
}

const NIGHT = [{ days: [2], from: 0, to: 6 * 60, timezone: 'UTC' }];
const REFUSING: readonly { readonly rule: string; readonly rules: Partial<Policy> }[] = [
  { rule: 'quietHours', rules: { quietHours: NIGHT } },
  { rule: 'approvalHours', rules: { approvalHours: [{ days: [2], from: 9 * 60, to: 17 * 60, timezone: 'UTC' }] } },
  { rule: 'namespaces', rules: { namespaces: ['!payments'] } },
  { rule: 'kinds', rules: { kinds: ['StatefulSet'] } },
  { rule: 'routes', rules: { routes: ['pull-request'] } },
  { rule: 'dryRunOnly', rules: { dryRunOnly: true } },
];

describe('what is undone without asking', () => {
  it.each(REFUSING)('is left to people where $rule does not let it happen now', async ({ rule, rules }) => {
    const { world, proposalId } = await stuck();
    const bot = createBot(world, policy({ ...AUTOMATIC, ...rules }));
    expect(await bot.verify({ proposalId }, soon())).toMatchObject({ verdict: 'not-rolled-out' });
    await bot.drain();
    expect(world.editor.writes).toBe(1);
    const undo = await underReview(world);
    expect(undo).toMatchObject({
      undoes: proposalId,
      requester: POLICY,
      revision: 2,
      state: { kind: 'pending' },
      reason: textWith(`policy.${rule}`),
    });
    expect(undo.automatic).toBeUndefined();
    // However often time comes by.
    await bot.sweep();
    await bot.drain();
    expect(await underReview(world)).toEqual(undo);
  });

  it('can then be approved by somebody, once the policy lets it be written', async () => {
    const { world, proposalId } = await stuck();
    const bot = createBot(world, policy({ ...AUTOMATIC, quietHours: NIGHT }));
    await bot.verify({ proposalId }, soon());
    await bot.drain();
    const undo = await underReview(world);
    const decision = { proposalId: undo.id, version: 2, decider: 'UBOB', decision: { kind: 'approve' } } as const;
    expect(await bot.decide.decide(decision, soon())).toMatchObject({ kind: 'refused', reason: textWith('policy.quietHours') });
    world.clock.advance(4 * HOUR);
    expect(await bot.decide.decide(decision, soon())).toEqual({ kind: 'approved' });
    await bot.drain();
    expect(world.editor.template.containers[0]?.resources.limit?.text).toBe('256Mi');
    expect(await world.ports.proposals.get(undo.id)).toMatchObject({ state: { verdict: { kind: 'restored' } } });
  });

  it('is left to people when the policy changed between its making and its approval', async () => {
    const { world, proposalId } = await stuck();
    const { replace } = world.ports.proposals;
    world.ports.proposals.replace = async (proposal) => {
      if (proposal.automatic === true) throw new Error('the process died here');
      return replace(proposal);
    };
    const bot = createBot(world, policy(AUTOMATIC));
    await expect(bot.verify({ proposalId }, soon())).rejects.toThrow('died');
    world.ports.proposals.replace = replace;
    expect(await underReview(world)).toMatchObject({ automatic: true, state: { kind: 'pending' } });
    const later = createBot(world, policy());
    await later.sweep();
    expect(await underReview(world)).toMatchObject({
      state: { kind: 'pending' },
      reason: textWith('policy.undoAutomatically: it is no longer set'),
    });
    await later.drain();
    expect(world.editor.writes).toBe(1);
  });

  it.each([
    { name: 'refuses it', rules: { ...AUTOMATIC, quietHours: NIGHT }, rule: 'quietHours' },
    { name: 'undoes nothing by itself any more', rules: {}, rule: 'undoAutomatically' },
  ])('is not written when the policy $name right before the write', async ({ rules, rule }) => {
    const { world, proposalId } = await stuck();
    const bot = createBot(world, policy(AUTOMATIC));
    await bot.verify({ proposalId }, soon());
    const undo = await underReview(world);
    expect(undo.state).toMatchObject({ kind: 'approved', by: POLICY });
    const later = createBot(world, policy(rules));
    expect(await later.apply({ proposalId: undo.id }, soon())).toMatchObject({
      kind: 'not-applied',
      reason: textWith(`policy.${rule}`),
    });
    expect(world.editor.writes).toBe(1);
  });

  it('is nothing when somebody has changed it meanwhile, and the incident is open again', async () => {
    const { world, proposalId } = await stuck();
    const bot = createBot(world, policy(AUTOMATIC));
    const { replace } = world.ports.proposals;
    world.ports.proposals.replace = async (proposal) => {
      const stored = await replace(proposal);
      if (proposal.state.kind === 'closed') limited(world, 512);
      return stored;
    };
    await bot.verify({ proposalId }, soon());
    await bot.drain();
    expect(world.editor.writes).toBe(1);
    expect(await world.ports.incidents.get(INCIDENT)).toMatchObject({ state: 'open', proposalId: undefined });
  });

  it('says who has the last word about the object', async () => {
    const { world, proposalId } = await stuck();
    const fieldOwners = [{ tool: 'argo-cd', signal: 'annotation tracking-id', name: 'shop' }] as const;
    world.editor.template = { ...world.editor.template, fieldOwners };
    const bot = createBot(world, policy({ ...AUTOMATIC, quietHours: NIGHT }));
    await bot.verify({ proposalId }, soon());
    expect((await underReview(world)).findings).toContainEqual({
      about: 'owner',
      level: 'warns',
      words: textWith('Argo CD (shop) manages this object (annotation tracking-id)'),
    });
  });
});
