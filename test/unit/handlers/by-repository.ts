// A workload that a tool brings from a repository, and its pull request as far as a test needs it: approved, open, merged, in the cluster.

import { expect } from 'vitest';
import { known } from '../../../src/domain/piece.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import type { Proposal } from '../../../src/domain/proposal.ts';
import type { Crash, FakeWorld } from '../../fakes/world.ts';
import { createFakeWorld } from '../../fakes/world.ts';
import { evidence, NOW, policy, size, templateContainer, workload } from '../../support/build.ts';
import { createBot, killedPod, soon } from './bot.ts';

export const INCIDENT = 'OOM-1001';
export const ASKED = {
  incidentId: INCIDENT,
  requester: 'UALICE',
  limit: '384Mi',
  request: undefined,
  reason: 'It needs more than that.',
};

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
  const bot = createBot(world, rules);
  await bot.watch(killedPod(world), { initial: false });
  await bot.drain();
  return { world, bot };
}

export async function approved(bot: ReturnType<typeof createBot>): Promise<string> {
  const outcome = await bot.propose.propose(ASKED, soon());
  if (outcome.kind !== 'proposed') throw new Error(JSON.stringify(outcome));
  const { proposalId } = outcome;
  const approve = { proposalId, version: 1, decider: 'UBOB', decision: { kind: 'approve' } } as const;
  expect(await bot.decide.decide(approve, soon())).toEqual({ kind: 'approved' });
  return proposalId;
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

export function textLike(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
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
