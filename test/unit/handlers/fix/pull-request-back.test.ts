// Pull requests that are taken back: what was opened in the moment the policy forbade it, and what was merged and is undone.

import { describe, expect, it } from 'vitest';
import type { Policy } from '../../../../src/domain/change/policy/policy.ts';
import { policy, size, templateContainer } from '../../../support/build.ts';
import { textWith } from '../../../support/text-with.ts';
import { createBot, soon } from '../support/bot.ts';
import { diedAfterOpening, merged, opened, stored, synced } from '../support/by-repository.ts';

describe('the undo of a merged pull request', () => {
  async function quiet() {
    const { world, bot, proposalId } = await opened();
    merged(world);
    synced(world);
    world.jobs.push({ step: 'verify', cluster: 'prod', proposalId });
    await bot.drain();
    expect((await stored(world, proposalId)).state).toMatchObject({ verdict: { kind: 'quiet' } });
    return { world, bot, proposalId, asked: { proposalId, person: 'UALICE', reason: 'The sale is over.' } };
  }

  it('is a proposal that opens the reverse one, and ends with the values of before', async () => {
    const { world, bot, proposalId, asked } = await quiet();
    const made = await bot.undo(asked, soon());
    const undoId = made.kind === 'proposed' ? made.proposalId : '';
    expect(await stored(world, undoId)).toMatchObject({
      undoes: proposalId,
      route: 'pull-request',
      change: {
        way: 'pull-request',
        after: { limit: size(256).bytes },
        texts: { limit: '256Mi' },
        edit: { file: 'apps/checkout.yaml' },
      },
    });
    world.repositories.pullRequest = undefined;
    world.repositories.kind = 'open';
    const approve = { proposalId: undoId, version: 1, decider: 'UBOB', decision: { kind: 'approve' } } as const;
    expect(await bot.decide.decide(approve, soon())).toEqual({ kind: 'approved' });
    expect(await bot.apply({ proposalId: undoId }, soon())).toMatchObject({ kind: 'opened' });
    merged(world);
    world.editor.template = { ...world.editor.template, generation: 10, containers: [templateContainer()] };
    await bot.drain();
    expect((await stored(world, undoId)).state).toMatchObject({ kind: 'closed', verdict: { kind: 'restored' } });
    expect(world.editor.writes).toBe(0);
  });

  it('is refused when the file cannot be brought back', async () => {
    const { world, bot, asked } = await quiet();
    world.repositories.refusal = { kind: 'not-possible', reason: 'it is in more than one file' };
    expect(await bot.undo(asked, soon())).toEqual({
      kind: 'refused',
      reason: 'No pull request is possible: it is in more than one file.',
    });
  });
});

describe('a policy that has become dry-run-only while a pull request was being opened', () => {
  async function restartedWith(rules: Policy) {
    const { world, proposalId } = await diedAfterOpening();
    return { world, proposalId, restarted: createBot(world, rules) };
  }

  const rules = policy({ dryRunOnly: true });

  it('has it taken back', async () => {
    const { world, proposalId, restarted } = await restartedWith(rules);
    expect(await restarted.apply({ proposalId }, soon())).toMatchObject({ kind: 'not-applied', reason: textWith(/dryRunOnly/) });
    expect(world.repositories).toMatchObject({ kind: 'closed', withdrawals: [textWith(/dryRunOnly/)] });
  });

  it('follows what people have merged already', async () => {
    const { world, proposalId, restarted } = await restartedWith(rules);
    merged(world);
    expect(await restarted.apply({ proposalId }, soon())).toMatchObject({ kind: 'opened' });
    expect((await stored(world, proposalId)).state.kind).toBe('in-review');
  });
});
