// What the steps do when things are not as they should be, on fakes.

import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../../src/domain/base/time.ts';
import type { Policy } from '../../../src/domain/change/policy/policy.ts';
import type { Proposal } from '../../../src/domain/change/proposal.ts';
import { PermanentError, TransientError, UnknownResultError } from '../../../src/ports/fault.ts';
import type { FakeWorld } from '../../fakes/world.ts';
import { createFakeWorld } from '../../fakes/world.ts';
import { policy, size, templateContainer } from '../../support/build.ts';
import { textWith } from '../../support/text-with.ts';
import { ASKED, alerted, INCIDENT, underReview } from './support/alerted.ts';
import { createBot, killedPod, soon } from './support/bot.ts';

async function proposedFix(rules: Policy = policy()) {
  const { world, bot } = await alerted(rules);
  expect(await bot.propose.propose(ASKED, soon())).toMatchObject({ kind: 'proposed' });
  await bot.drain();
  return { world, bot, proposal: await underReview(world) };
}

function deciding({ id, version }: Proposal, decider: string) {
  return { proposalId: id, version, decider, decision: { kind: 'approve' } as const };
}

function kinds(world: FakeWorld): readonly string[] {
  return world.slack.sent.map(({ kind }) => kind);
}

describe('watch', () => {
  it('reports a kill once, however often the pod is seen', async () => {
    const { world, bot } = await alerted();
    expect(await bot.watch(killedPod(world), { initial: false })).toEqual({ reported: 0, known: 1, silent: 0 });
    await bot.drain();
    expect(kinds(world)).toEqual(['root', 'explanation']);
  });

  it('records an old kill without a message', async () => {
    const world = createFakeWorld();
    const bot = createBot(world);
    const pod = killedPod(world);
    world.clock.advance(61 * MINUTE);
    expect(await bot.watch(pod, { initial: false })).toEqual({ reported: 0, known: 0, silent: 1 });
    await bot.drain();
    expect(kinds(world)).toEqual([]);
  });

  it('counts a second kill of the same container on the same message', async () => {
    const { world, bot } = await alerted();
    world.clock.advance(MINUTE);
    await bot.watch(killedPod(world, 'another-container-id'), { initial: false });
    await bot.drain();
    expect((await world.ports.incidents.get(INCIDENT))?.killCount).toBe(2);
    expect(kinds(world)).toEqual(['root', 'explanation']);
    expect(world.slack.edits).toBeGreaterThan(0);
  });
});

describe('enrich', () => {
  it('counts the kills of a large Deployment once, though every job runs a second time', async () => {
    const world = createFakeWorld();
    const bot = createBot(world);
    const pods = Array.from({ length: 60 }, (_, index) => killedPod(world, `container-${index}`));
    for (const pod of pods) await bot.watch(pod, { initial: false });
    const jobs = world.jobs.flatMap((job) => (job.step === 'enrich' ? [job] : []));
    expect(jobs).toHaveLength(60);
    await bot.drain();
    expect((await world.ports.incidents.get(INCIDENT))?.killCount).toBe(60);
    for (const job of jobs) await bot.enrich(job, soon());
    expect((await world.ports.incidents.get(INCIDENT))?.killCount).toBe(60);
  });
});

describe('post', () => {
  it('finds a message whose answer was lost instead of sending it again', async () => {
    const world = createFakeWorld();
    const bot = createBot(world);
    const { post } = world.slack;
    let lost = 0;
    world.slack.post = async (message, place) => {
      const posted = await post(message, place);
      if (message.kind !== 'root' || lost > 0) return posted;
      lost += 1;
      throw new UnknownResultError('no answer', { code: 'OOM_SLACK_UNREACHABLE' });
    };
    await bot.watch(killedPod(world), { initial: false });
    await expect(bot.drain()).rejects.toThrow('no answer');
    await bot.post({ incidentId: INCIDENT });
    expect(kinds(world)).toEqual(['root', 'explanation']);
  });

  it('sends at once again what surely was not sent', async () => {
    const world = createFakeWorld();
    const bot = createBot(world);
    const { post } = world.slack;
    let limited = 0;
    world.slack.post = async (message, place) => {
      limited += 1;
      if (limited === 1) throw new TransientError('wait', { code: 'OOM_SLACK_RATE_LIMITED', retryAfterMs: 1000 });
      return post(message, place);
    };
    await bot.watch(killedPod(world), { initial: false });
    await expect(bot.drain()).rejects.toThrow('wait');
    expect(await bot.post({ incidentId: INCIDENT })).toMatchObject({ kind: 'shown', posted: 2 });
  });

  it('goes on with the thread when one reply is refused for good', async () => {
    const world = createFakeWorld();
    const bot = createBot(world);
    const { post } = world.slack;
    world.slack.post = async (message, place) => {
      if (message.kind === 'explanation') throw new PermanentError('invalid_blocks', { code: 'OOM_SLACK_REFUSED' });
      return post(message, place);
    };
    await bot.watch(killedPod(world), { initial: false });
    await bot.drain();
    await bot.propose.propose(ASKED, soon());
    await bot.drain();
    expect(kinds(world)).toEqual(['root', 'proposal']);
    expect(
      (await world.ports.incidents.get(INCIDENT))?.thread.find(({ key }) => key.startsWith('explanation'))?.undeliverable,
    ).toBe('invalid_blocks');
  });
});

describe('propose', () => {
  it.each([
    [{ limit: '384' }, 'limit'],
    [{ limit: '384mb' }, 'limit'],
    [{ limit: '128Mi' }, 'limit'],
    [{ limit: '64Gi' }, 'limit'],
    [{ request: '512Mi' }, 'request'],
    [{ reason: 'short' }, 'reason'],
  ])('names the field that is wrong: %j', async (wrong, field) => {
    const { bot } = await alerted();
    const outcome = await bot.propose.propose({ ...ASKED, ...wrong }, soon());
    expect(outcome.kind === 'invalid' ? outcome.problems.map((problem) => problem.field) : outcome).toContain(field);
  });

  it('lets one of two be under review', async () => {
    const { world, bot } = await alerted();
    const outcomes = await Promise.all(
      ['UALICE', 'UBOB'].map((requester) => bot.propose.propose({ ...ASKED, requester }, soon())),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(['proposed', 'refused']);
    await bot.drain();
    expect(kinds(world).filter((kind) => kind === 'proposal')).toHaveLength(1);
  });

  it('passes on what the API server says against it', async () => {
    const { world, bot } = await alerted();
    world.editor.refusal = { kind: 'denied', message: 'exceeded quota: team' };
    expect(await bot.propose.propose(ASKED, soon())).toMatchObject({
      kind: 'invalid',
      problems: [{ field: 'limit', message: 'The API server would refuse it: exceeded quota: team' }],
    });
  });
});

describe('decide', () => {
  it.each([
    ['the person who asked', 'UALICE', 'somebody else has to approve it'],
    ['somebody who is no approver', 'UMALLORY', 'You are not among those'],
  ])('refuses %s', async (_who, decider, words) => {
    const { world, bot, proposal } = await proposedFix();
    expect(await bot.decide.decide(deciding(proposal, decider), soon())).toMatchObject({
      kind: 'refused',
      reason: textWith(words),
    });
    await bot.drain();
    expect(world.editor.writes).toBe(0);
  });

  it('lets nobody approve while no approvers are configured', async () => {
    const { bot, proposal } = await proposedFix(policy({ approvers: [] }));
    expect(await bot.decide.decide(deciding(proposal, 'UBOB'), soon())).toMatchObject({
      kind: 'refused',
      reason: textWith('no approvers are configured'),
    });
  });

  it('counts one of two approvals in the same moment, and writes once', async () => {
    const { world, bot, proposal } = await proposedFix(
      policy({ approvers: [{ namespaces: ['*'], users: ['UBOB', 'UCAROL'], groups: [] }] }),
    );
    const outcomes = await Promise.all(
      ['UBOB', 'UCAROL'].map((decider) => bot.decide.decide(deciding(proposal, decider), soon())),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(['approved', 'refused']);
    await bot.drain();
    expect(world.editor.writes).toBe(1);
  });

  it('refuses another version than the one that was looked at', async () => {
    const { bot, proposal } = await proposedFix();
    const old = { ...deciding(proposal, 'UBOB'), version: proposal.version - 1 };
    expect(await bot.decide.decide(old, soon())).toMatchObject({ kind: 'refused' });
  });

  it('refuses an expired proposal and frees the incident', async () => {
    const { world, bot, proposal } = await proposedFix();
    world.clock.advance(proposal.expiresAt - proposal.createdAt);
    expect(await bot.decide.decide(deciding(proposal, 'UBOB'), soon())).toMatchObject({
      kind: 'refused',
      reason: textWith('expired'),
    });
    expect((await world.ports.incidents.get(INCIDENT))?.proposalId).toBeUndefined();
  });

  it('refuses when somebody changed the limit meanwhile, and says so', async () => {
    const { world, bot, proposal } = await proposedFix();
    world.editor.template = { ...world.editor.template, containers: [templateContainer({ resources: { limit: size(300) } })] };
    expect(await bot.decide.decide(deciding(proposal, 'UBOB'), soon())).toMatchObject({
      kind: 'refused',
      reason: textWith('is 300Mi now'),
    });
    await bot.drain();
    expect(world.editor.writes).toBe(0);
  });
});

describe('apply', () => {
  it('says on the thread why the API server refused, and opens the incident again', async () => {
    const { world, bot, proposal } = await proposedFix();
    await bot.decide.decide(deciding(proposal, 'UBOB'), soon());
    world.editor.refusal = { kind: 'denied', message: 'admission webhook says no' };
    await bot.drain();
    expect(await world.ports.incidents.get(INCIDENT)).toMatchObject({ state: 'open' });
    expect(world.slack.sent.at(-1)?.text).toContain('admission webhook says no');
  });

  it('takes its own write for done when another worker was a moment faster', async () => {
    const { world, bot, proposal } = await proposedFix();
    await bot.decide.decide(deciding(proposal, 'UBOB'), soon());
    const { dryRun, apply } = world.editor;
    world.editor.dryRun = async (change, signal) => {
      world.editor.dryRun = dryRun;
      await apply(change, signal);
      return { kind: 'drifted', message: 'the test of the old value failed' };
    };
    await bot.drain();
    expect(world.editor.writes).toBe(1);
    expect(await world.ports.incidents.get(INCIDENT)).toMatchObject({ state: 'resolved' });
  });
});

describe('verify', () => {
  async function approved() {
    const fix = await proposedFix();
    await fix.bot.decide.decide(deciding(fix.proposal, 'UBOB'), soon());
    return fix;
  }

  it('opens the incident again when the raised container is killed', async () => {
    const { world, bot, proposal } = await approved();
    await bot.apply({ proposalId: proposal.id }, soon());
    await bot.verify({ proposalId: proposal.id }, soon());
    world.clock.advance(MINUTE);
    await bot.watch(killedPod(world, 'raised-container-id', 384), { initial: false });
    await bot.drain();
    expect(await world.ports.proposals.get(proposal.id)).toMatchObject({
      state: { kind: 'closed', verdict: { kind: 'killed-again' } },
    });
    expect(await world.ports.incidents.get(INCIDENT)).toMatchObject({ state: 'open', killCount: 2 });
  });

  it('does not count a kill of a pod that still had the old limit', async () => {
    const { world, bot, proposal } = await approved();
    await bot.apply({ proposalId: proposal.id }, soon());
    await bot.verify({ proposalId: proposal.id }, soon());
    world.clock.advance(MINUTE);
    await bot.watch(killedPod(world, 'old-container-id'), { initial: false });
    await bot.drain();
    expect(await world.ports.proposals.get(proposal.id)).toMatchObject({ state: { kind: 'closed', verdict: { kind: 'quiet' } } });
  });

  it('says when somebody took the change back', async () => {
    const { world, bot, proposal } = await approved();
    await bot.apply({ proposalId: proposal.id }, soon());
    world.editor.template = { ...world.editor.template, containers: [templateContainer()] };
    await bot.drain();
    expect(await world.ports.proposals.get(proposal.id)).toMatchObject({
      state: { kind: 'closed', verdict: { kind: 'undone', foundLimit: 'back at 256Mi' } },
    });
  });

  it('says when the new template never rolls out', async () => {
    const { world, bot, proposal } = await approved();
    world.editor.status = { kind: 'failed', message: 'ProgressDeadlineExceeded' };
    await bot.drain();
    expect(await world.ports.proposals.get(proposal.id)).toMatchObject({
      state: { kind: 'closed', verdict: { kind: 'not-rolled-out', reason: 'ProgressDeadlineExceeded' } },
    });
  });
});

describe('the process of another cluster, which shares the Redis', () => {
  it('does not review a fix, because it would read the wrong objects', async () => {
    const { world } = await alerted();
    const elsewhere = createBot(world, policy(), { cluster: 'staging' });
    expect(await elsewhere.propose.draft({ incidentId: INCIDENT, person: 'UALICE' }, soon())).toEqual({
      kind: 'refused',
      reason: 'OOM-1001 is of the cluster prod; this process only reads staging.',
    });
  });

  it('takes an approval, and leaves the look at the template to the one that writes', async () => {
    const { world, bot, proposal } = await proposedFix();
    const { template } = world.editor;
    world.editor.template = { ...template, containers: [] };
    const elsewhere = createBot(world, policy(), { cluster: 'staging' });
    expect(await elsewhere.decide.decide(deciding(proposal, 'UBOB'), soon())).toEqual({ kind: 'approved' });
    world.editor.template = template;
    await bot.drain();
    expect(world.editor.writes).toBe(1);
  });
});
