// A workload that a tool brings from a repository, and its pull request as far as a test needs it: approved, open, merged, in the cluster.

import { expect } from 'vitest';
import { known } from '../../../../src/domain/base/piece.ts';
import type { Policy } from '../../../../src/domain/change/policy/policy.ts';
import type { Proposal } from '../../../../src/domain/change/proposal.ts';
import type { Crash, FakeWorld } from '../../../fakes/world.ts';
import { createFakeWorld } from '../../../fakes/world.ts';
import { evidence, NOW, policy, size, templateContainer, workload } from '../../../support/build.ts';
import { ASKED, alerted } from './alerted.ts';
import type { Bot } from './bot.ts';
import { soon } from './bot.ts';

/** A workload that Argo CD brings from a repository that has its manifest. */
export async function owned({ rules = policy(), crash }: { readonly rules?: Policy; readonly crash?: Crash } = {}) {
  const world = createFakeWorld(crash);
  const owner = {
    chain: [workload()],
    top: workload(),
    fieldOwners: [{ tool: 'argo-cd', signal: 'annotation tracking-id', name: 'shop' }] as const,
  };
  world.ports.evidence.read = async () => evidence({ owner: known(owner, 'owner chain', NOW) });
  world.editor.template = { ...world.editor.template, fieldOwners: owner.fieldOwners };
  world.repositories.refusal = undefined;
  return alerted(rules, world);
}

export async function approved(bot: Bot): Promise<string> {
  const outcome = await bot.propose.propose(ASKED, soon());
  if (outcome.kind !== 'proposed') throw new Error(JSON.stringify(outcome));
  const { proposalId } = outcome;
  const approve = { proposalId, version: 1, decider: 'UBOB', decision: { kind: 'approve' } } as const;
  expect(await bot.decide.decide(approve, soon())).toEqual({ kind: 'approved' });
  return proposalId;
}

/** Opened, and the process died before that was stored. */
export async function diedAfterOpening() {
  const { world, bot } = await owned();
  const proposalId = await approved(bot);
  const { open } = world.repositories;
  world.ports.repositories.open = async (request, signal) => {
    await open(request, signal);
    throw new Error('the process died here');
  };
  await expect(bot.apply({ proposalId }, soon())).rejects.toThrow('died');
  world.ports.repositories.open = open;
  return { world, bot, proposalId };
}

export async function opened() {
  const { world, bot } = await owned();
  const proposalId = await approved(bot);
  expect(await bot.apply({ proposalId }, soon())).toMatchObject({ kind: 'opened' });
  world.jobs.length = 0;
  return { world, bot, proposalId };
}

export async function stored(world: FakeWorld, id: string): Promise<Proposal> {
  const proposal = await world.ports.proposals.get(id);
  if (proposal === undefined) throw new Error('no proposal');
  return proposal;
}

/** The tool has read the repository. */
export function synced(world: FakeWorld): void {
  const resources = { request: size(128), limit: size(384) };
  world.editor.template = { ...world.editor.template, generation: 9, containers: [{ ...templateContainer(), resources }] };
}

export function merged(world: FakeWorld): void {
  const { pullRequest } = world.repositories;
  if (pullRequest === undefined) throw new Error('none is open');
  world.repositories.pullRequest = { ...pullRequest, approvedBy: ['carol'], merged: { by: 'carol', at: world.clock.now() } };
  world.repositories.kind = 'merged';
}
