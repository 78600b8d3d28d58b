// What a GitOps tool owns: a pull request first, a live patch as a second choice that says what becomes of it, and everything that may happen to a pull
// request, also when the process dies between any two calls.

import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../../src/domain/base/time.ts';
import { PermanentError } from '../../../../src/ports/fault.ts';
import { withoutRepositories } from '../../../../src/ports/repositories.ts';
import type { Crash } from '../../../fakes/world.ts';
import { NOW, policy } from '../../../support/build.ts';
import { textWith } from '../../../support/text-with.ts';
import { ASKED, INCIDENT } from '../support/alerted.ts';
import { soon } from '../support/bot.ts';
import { approved, diedAfterOpening, merged, opened, owned, stored, synced } from '../support/by-repository.ts';

describe('the review of what a GitOps tool owns', () => {
  it('offers a pull request first, and a live patch with what becomes of it', async () => {
    const { bot } = await owned();
    const draft = await bot.propose.draft({ incidentId: INCIDENT, person: 'UALICE' }, soon());
    expect(draft).toMatchObject({ kind: 'draft', ways: ['pull-request', 'template'] });
    expect(draft.kind === 'draft' && draft.warnings.join(' ')).toMatch(
      /Argo CD \(shop\) manages this object .* will put the old value back/,
    );
  });

  it('says why there is no pull request, and still lets a live patch be chosen', async () => {
    const { world, bot } = await owned();
    world.repositories.refusal = { kind: 'not-possible', reason: 'it is in more than one file' };
    const draft = await bot.propose.draft({ incidentId: INCIDENT, person: 'UALICE' }, soon());
    expect(draft).toMatchObject({ kind: 'draft', ways: ['template'] });
    expect(draft.kind === 'draft' && draft.warnings.join(' ')).toContain(
      'No pull request is possible: it is in more than one file.',
    );
    // Who says nothing does not get a patch that will be taken back.
    expect(await bot.propose.propose(ASKED, soon())).toMatchObject({ kind: 'invalid', problems: [{ field: 'way' }] });
    expect(await bot.propose.propose({ ...ASKED, way: 'template' }, soon())).toMatchObject({ kind: 'proposed' });
  });

  it('takes a GitHub that does not answer as a reason, not as a fault', async () => {
    const { world, bot } = await owned();
    world.ports.repositories.plan = () =>
      Promise.reject(new PermanentError('GitHub refused it with 401', { code: 'OOM_REPOSITORY_DENIED' }));
    expect(await bot.propose.draft({ incidentId: INCIDENT, person: 'UALICE' }, soon())).toMatchObject({ ways: ['template'] });
  });

  it('lets the policy forbid the live patch', async () => {
    const { world, bot } = await owned({ rules: policy({ routes: ['live', 'pull-request'] }) });
    expect(await bot.propose.draft({ incidentId: INCIDENT, person: 'UALICE' }, soon())).toMatchObject({ ways: ['pull-request'] });
    world.repositories.refusal = { kind: 'not-configured', reason: 'none' };
    expect(await bot.propose.draft({ incidentId: INCIDENT, person: 'UALICE' }, soon())).toMatchObject({ kind: 'refused' });
  });

  it('shows the edit of the repository, and binds the approval to it', async () => {
    const { world, bot } = await owned();
    const outcome = await bot.propose.propose(ASKED, soon());
    const proposal = await stored(world, outcome.kind === 'proposed' ? outcome.proposalId : '');
    expect(proposal.change).toMatchObject({ way: 'pull-request', edit: { file: 'apps/checkout.yaml' } });
    await world.ports.proposals.replace({
      ...proposal,
      version: 2,
      state: { kind: 'approved', by: 'UBOB', at: NOW },
      change: { ...proposal.change, edit: { repository: 'evil/repo', branch: 'main', file: 'x', diff: [] } },
    });
    expect(await bot.apply({ proposalId: proposal.id }, soon())).toMatchObject({ kind: 'not-applied' });
    expect(world.repositories.opened).toBe(0);
  });

  it('refuses a pull request that is not possible when it is sent', async () => {
    const { world, bot } = await owned();
    const { plan } = world.repositories;
    let asked = 0;
    world.ports.repositories.plan = async (change, signal) => {
      asked += 1;
      return asked === 1 ? plan(change, signal) : { kind: 'not-possible', reason: 'the file changed' };
    };
    expect(await bot.propose.propose(ASKED, soon())).toMatchObject({ kind: 'invalid', problems: [{ field: 'way' }] });
  });
});

describe('a pull request', () => {
  it('is followed through review, merge and rollout to quiet, and nothing is written to the cluster', async () => {
    const { world, bot, proposalId } = await opened();
    expect(await bot.verify({ proposalId }, soon())).toMatchObject({ kind: 'later' });
    const { version } = await stored(world, proposalId);
    await bot.verify({ proposalId }, soon());
    expect((await stored(world, proposalId)).version).toBe(version);
    merged(world);
    expect(await bot.verify({ proposalId }, soon())).toMatchObject({
      kind: 'later',
      reason: 'merged, and not yet in the cluster',
    });
    synced(world);
    await bot.verify({ proposalId }, soon());
    expect((await stored(world, proposalId)).state).toMatchObject({ kind: 'rolling-out', generation: 9 });
    world.jobs.push({ step: 'verify', cluster: 'prod', proposalId });
    await bot.drain();
    expect((await stored(world, proposalId)).state).toMatchObject({ kind: 'closed', verdict: { kind: 'quiet' } });
    expect(world.editor.writes).toBe(0);
    const actions = world.audit.events.map(({ action }) => action);
    expect(actions).toEqual(['propose', 'approve', 'begin', 'pull-request', 'pull-request', 'write', 'roll-out', 'close']);
    expect(world.audit.events[4]?.outcome).toContain('approved there by carol, merged by carol');
  });

  it('that is closed unmerged ends without a change', async () => {
    const { world, bot, proposalId } = await opened();
    world.repositories.kind = 'closed';
    await bot.verify({ proposalId }, soon());
    expect((await stored(world, proposalId)).state).toMatchObject({
      verdict: { kind: 'not-applied', reason: textWith(/without a merge/) },
    });
    expect(await world.ports.incidents.get(INCIDENT)).toMatchObject({ state: 'open', proposalId: undefined });
  });

  it('that nobody merges is closed there and here', async () => {
    const { world, bot, proposalId } = await opened();
    world.clock.advance(14 * DAY);
    await bot.verify({ proposalId }, soon());
    expect(world.repositories.withdrawals).toEqual(['Closed by Headroom: nobody merged the pull request within 14 days.']);
    expect((await stored(world, proposalId)).state).toMatchObject({ kind: 'closed', verdict: { kind: 'not-applied' } });
  });

  it('that is merged in the moment it is closed for its age is followed to the cluster', async () => {
    const { world, bot, proposalId } = await opened();
    merged(world);
    world.repositories.kind = 'open';
    const { withdraw } = world.repositories;
    world.ports.repositories.withdraw = (request, signal) => {
      world.repositories.kind = 'merged';
      return withdraw(request, signal);
    };
    world.clock.advance(14 * DAY);
    expect(await bot.verify({ proposalId }, soon())).toMatchObject({ kind: 'later' });
    expect((await stored(world, proposalId)).pullRequest?.merged).toMatchObject({ by: 'carol' });
    synced(world);
    await bot.verify({ proposalId }, soon());
    expect((await stored(world, proposalId)).state.kind).toBe('rolling-out');
  });

  it('that is merged and never gets to the cluster is told as not rolled out', async () => {
    const { world, bot, proposalId } = await opened();
    merged(world);
    await bot.verify({ proposalId }, soon());
    world.clock.advance(2 * HOUR);
    await bot.verify({ proposalId }, soon());
    expect((await stored(world, proposalId)).state).toMatchObject({ verdict: { kind: 'not-rolled-out' } });
  });

  it('is not opened when the file changed after the review', async () => {
    const { world, bot } = await owned();
    const outcome = await bot.propose.propose(ASKED, soon());
    const proposalId = outcome.kind === 'proposed' ? outcome.proposalId : '';
    await bot.decide.decide({ proposalId, version: 1, decider: 'UBOB', decision: { kind: 'approve' } }, soon());
    world.repositories.drift = 'apps/checkout.yaml changed since the review';
    expect(await bot.apply({ proposalId }, soon())).toMatchObject({
      kind: 'not-applied',
      reason: 'apps/checkout.yaml changed since the review',
    });
    // A branch that an earlier try made does not stay behind.
    expect(world.repositories.withdrawals).toEqual(['Closed by Headroom: apps/checkout.yaml changed since the review.']);
  });
});

const REFUSED = new PermanentError('GitHub refused it with 403', { code: 'OOM_REPOSITORY_DENIED' });

describe('a host that refuses for good', () => {
  it('ends what it will not open, and says why', async () => {
    const { world, bot } = await owned();
    const proposalId = await approved(bot);
    world.ports.repositories.open = () => Promise.reject(REFUSED);
    expect(await bot.apply({ proposalId }, soon())).toEqual({ kind: 'not-applied', reason: REFUSED.message });
    expect((await stored(world, proposalId)).state).toMatchObject({ kind: 'closed', verdict: { reason: REFUSED.message } });
  });

  it('is asked again until the time of the pull request is over, and then ends it', async () => {
    const { world, bot, proposalId } = await opened();
    world.ports.repositories.look = () => Promise.reject(REFUSED);
    expect(await bot.verify({ proposalId }, soon())).toMatchObject({ kind: 'later', reason: REFUSED.message });
    expect((await stored(world, proposalId)).state.kind).toBe('in-review');
    world.clock.advance(14 * DAY);
    await bot.verify({ proposalId }, soon());
    expect((await stored(world, proposalId)).state).toMatchObject({
      verdict: { kind: 'not-applied', reason: `what became of the pull request cannot be seen: ${REFUSED.message}` },
    });
  });

  it('may be a repository that is no longer configured: what was opened there is not called closed', async () => {
    const { world, bot, proposalId } = await opened();
    const { look, withdraw } = withoutRepositories('no repository is configured');
    Object.assign(world.ports.repositories, { look, withdraw });
    expect(await bot.verify({ proposalId }, soon())).toMatchObject({ kind: 'later' });
    world.clock.advance(14 * DAY);
    await bot.verify({ proposalId }, soon());
    expect((await stored(world, proposalId)).state).toMatchObject({
      verdict: { reason: 'what became of the pull request cannot be seen: no repository is configured' },
    });
  });

  it('does not hide a merge: known before, or seen in the cluster', async () => {
    for (const isKnown of [true, false]) {
      const { world, bot, proposalId } = await opened();
      merged(world);
      if (isKnown) await bot.verify({ proposalId }, soon());
      world.ports.repositories.look = () => Promise.reject(REFUSED);
      synced(world);
      world.clock.advance(14 * DAY);
      await bot.verify({ proposalId }, soon());
      expect((await stored(world, proposalId)).state).toMatchObject({ kind: 'rolling-out', generation: 9 });
    }
  });

  it('ends a stale one although it will not close it, and says what is left to people', async () => {
    const { world, bot, proposalId } = await opened();
    world.ports.repositories.withdraw = () => Promise.reject(REFUSED);
    world.clock.advance(14 * DAY);
    expect(await bot.verify({ proposalId }, soon())).toEqual({ kind: 'verdict', verdict: 'not-applied' });
    expect((await stored(world, proposalId)).state).toMatchObject({
      verdict: {
        reason: textWith(/within 14 days; https:.*\/pull\/7 could not be taken back, see to it by hand: .*403/),
      },
    });
    expect(await world.ports.incidents.get(INCIDENT)).toMatchObject({ state: 'open', proposalId: undefined });
  });
});

describe('an apply that is resumed', () => {
  it('finds the pull request it opened, also when the cluster has changed meanwhile', async () => {
    const { world, bot, proposalId } = await diedAfterOpening();
    synced(world);
    expect(await bot.apply({ proposalId }, soon())).toMatchObject({ kind: 'opened' });
    expect(world.repositories.opened).toBe(1);
    expect((await stored(world, proposalId)).state.kind).toBe('in-review');
  });
});

/** From the approval to the open pull request, with one crash at the n-th call. */
async function openedThrough(crash: Crash) {
  const ready = await owned({ crash }).catch(() => undefined);
  if (ready === undefined) return undefined;
  const { world, bot } = ready;
  const outcome = await bot.propose.propose(ASKED, soon()).catch(() => undefined);
  if (outcome?.kind !== 'proposed') return undefined;
  const { proposalId } = outcome;
  const decided = await bot.decide
    .decide({ proposalId, version: 1, decider: 'UBOB', decision: { kind: 'approve' } }, soon())
    .catch(() => undefined);
  if (decided?.kind !== 'approved') return undefined;
  return { world, bot, proposalId };
}

describe('a crash', () => {
  it('at any call while it is opened leaves one pull request and no silent half-state', async () => {
    let tried = 0;
    for (let at = 1; at < 200; at += 1) {
      for (const when of ['before', 'after'] as const) {
        const through = await openedThrough({ at, when });
        if (through === undefined) continue;
        const { world, bot, proposalId } = through;
        await bot.apply({ proposalId }, soon()).catch(() => world.revive());
        world.revive();
        await bot.sweep().catch(() => world.revive());
        await bot.apply({ proposalId }, soon()).catch(() => world.revive());
        // Every call until here had its crash.
        if (world.calls() < at) return expect(tried).toBeGreaterThan(20);
        tried += 1;
        expect(world.repositories.opened, `crash ${when} call ${at}`).toBe(1);
        expect((await stored(world, proposalId)).state.kind).toBe('in-review');
      }
    }
    throw new Error('it never ends');
  });
});
